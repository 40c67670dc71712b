//! The certificate of the HTTPS port: one that was given, or one the server signs itself and keeps beside its data.

use crate::config::Config;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use time::{Duration, OffsetDateTime};

/// Browsers refuse server certificates that live longer than 398 days.
const LIFETIME: Duration = Duration::days(397);
/// Renewed this early, so that a server that is restarted once a month never shows an expired one.
const RENEW_BEFORE: Duration = Duration::days(30);

const CERTIFICATE_FILE: &str = "certificate.pem";
const KEY_FILE: &str = "certificate.key";
/// What the kept certificate says, so that deciding about it needs no X.509 parser.
const FACTS_FILE: &str = "certificate.toml";

/// A certificate chain and its key, both PEM.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub chain: Vec<u8>,
    pub key: Vec<u8>,
    /// Browsers will warn once.
    pub self_signed: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("证书文件 {path} 读不出来")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("证书文件 {path} 写不进去")]
    Write { path: PathBuf, source: std::io::Error },
    #[error("自签证书没有做成")]
    Sign(#[from] rcgen::Error),
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Facts {
    names: Vec<String>,
    expires_unix: i64,
}

/// The certificate for this start: the given one, else the kept one, else a new one.
pub fn for_this_start(
    config: &Config,
    addresses: &[IpAddr],
    now: OffsetDateTime,
) -> Result<Certificate, CertificateError> {
    if let (Some(chain), Some(key)) = (&config.certificate, &config.private_key) {
        return Ok(Certificate { chain: read(chain)?, key: read(key)?, self_signed: false });
    }
    let names = names_of(config, addresses);
    match kept(&config.data_dir, &names, now) {
        Some(certificate) => Ok(certificate),
        None => sign(&config.data_dir, names, now),
    }
}

/// Everything a browser may have in its address bar for this server: rustls and browsers want each as a SAN.
fn names_of(config: &Config, addresses: &[IpAddr]) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(addresses.iter().map(ToString::to_string));
    names.extend(super::addresses::host_name());
    names.extend(config.public_hosts.iter().cloned());
    names.sort();
    names.dedup();
    names
}

fn kept(dir: &Path, names: &[String], now: OffsetDateTime) -> Option<Certificate> {
    let facts: Facts = toml::from_str(&std::fs::read_to_string(dir.join(FACTS_FILE)).ok()?).ok()?;
    let expires = OffsetDateTime::from_unix_timestamp(facts.expires_unix).ok()?;
    if facts.names != names || expires - now < RENEW_BEFORE {
        return None;
    }
    let chain = read(&dir.join(CERTIFICATE_FILE)).ok()?;
    let key = read(&dir.join(KEY_FILE)).ok()?;
    Some(Certificate { chain, key, self_signed: true })
}

fn sign(dir: &Path, names: Vec<String>, now: OffsetDateTime) -> Result<Certificate, CertificateError> {
    let mut params = rcgen::CertificateParams::new(names.clone())?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "Lectern");
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    // A clock that is an hour behind ours must not see a certificate from the future.
    params.not_before = now - Duration::hours(24);
    params.not_after = params.not_before + LIFETIME;
    let key = rcgen::KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;

    let facts = Facts { names, expires_unix: params.not_after.unix_timestamp() };
    let facts = toml::to_string(&facts).expect("a list of strings and a number are TOML");
    let signed =
        Certificate { chain: certificate.pem().into_bytes(), key: key.serialize_pem().into_bytes(), self_signed: true };
    write_private(&dir.join(KEY_FILE), &signed.key)?;
    write_private(&dir.join(CERTIFICATE_FILE), &signed.chain)?;
    // Last: the facts vouch for the two files before them.
    write_private(&dir.join(FACTS_FILE), facts.as_bytes())?;
    Ok(signed)
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    std::fs::read(path).map_err(|source| CertificateError::Read { path: path.to_owned(), source })
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<(), CertificateError> {
    super::key::write_for_owner_only(path, bytes)
        .map_err(|source| CertificateError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-03-02 08:00 UTC);

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_kept_certificate_serves_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let first = sign(dir.path(), names(&["localhost", "192.0.2.7"]), NOW).unwrap();
        let second = kept(dir.path(), &names(&["localhost", "192.0.2.7"]), NOW + Duration::days(300)).unwrap();
        assert_eq!(first.chain, second.chain);
    }

    #[test]
    fn a_new_address_asks_for_a_new_certificate() {
        let dir = tempfile::tempdir().unwrap();
        sign(dir.path(), names(&["localhost"]), NOW).unwrap();
        assert!(kept(dir.path(), &names(&["192.0.2.8", "localhost"]), NOW).is_none());
    }

    #[test]
    fn a_certificate_near_its_end_is_renewed() {
        let dir = tempfile::tempdir().unwrap();
        sign(dir.path(), names(&["localhost"]), NOW).unwrap();
        assert!(kept(dir.path(), &names(&["localhost"]), NOW + Duration::days(370)).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        sign(dir.path(), names(&["localhost"]), NOW).unwrap();
        let mode = std::fs::metadata(dir.path().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn rustls_takes_what_was_signed() {
        let dir = tempfile::tempdir().unwrap();
        let signed = sign(dir.path(), names(&["localhost", "127.0.0.1"]), NOW).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(axum_server::tls_rustls::RustlsConfig::from_pem(signed.chain, signed.key)).unwrap();
    }
}
