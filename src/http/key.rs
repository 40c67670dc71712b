//! The server's secret key: 32 random bytes made at the first start, from which everything that it signs is derived.

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use std::io::{self, Write};
use std::path::Path;

const KEY_BYTES: usize = 32;

/// Signs and checks. What is signed is bound to its purpose, so that a signature of one kind is nothing of another.
#[derive(Clone)]
pub struct SigningKey {
    key: hmac::Key,
}

impl SigningKey {
    #[must_use]
    pub fn new(secret: &[u8; KEY_BYTES]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret) }
    }

    /// The key in `path`; made there, readable by its owner only, when there is none.
    pub fn kept_at(path: &Path) -> io::Result<Self> {
        match std::fs::read(path) {
            Ok(bytes) => {
                let secret = <[u8; KEY_BYTES]>::try_from(bytes.as_slice())
                    .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "签名密钥文件应当正好是 32 字节"))?;
                Ok(Self::new(&secret))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let secret: [u8; KEY_BYTES] = random();
                write_for_owner_only(path, &secret)?;
                Ok(Self::new(&secret))
            }
            Err(e) => Err(e),
        }
    }

    #[must_use]
    pub fn sign(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(message);
        context.sign().as_ref().try_into().expect("HMAC-SHA-256 gives 32 bytes")
    }

    /// In time that does not depend on where the first difference is.
    #[must_use]
    pub fn is_signed(&self, purpose: &str, message: &[u8], signature: &[u8]) -> bool {
        let bound = [purpose.as_bytes(), &[0], message].concat();
        hmac::verify(&self.key, &bound, signature).is_ok()
    }
}

/// Bytes nobody can guess.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the kernel gives random bytes");
    bytes
}

/// Writes a file that only its owner can read, whole or not at all.
pub(super) fn write_for_owner_only(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_first_start_is_the_key_of_the_second() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        let first = SigningKey::kept_at(&path).unwrap().sign("ticket", b"x");
        assert_eq!(SigningKey::kept_at(&path).unwrap().sign("ticket", b"x"), first);
    }

    #[test]
    fn a_signature_for_one_purpose_is_worth_nothing_for_another() {
        let key = SigningKey::new(&[7; 32]);
        let signature = key.sign("ticket", b"x");
        assert!(key.is_signed("ticket", b"x", &signature));
        assert!(!key.is_signed("csrf", b"x", &signature));
        assert!(!key.is_signed("ticket", b"y", &signature));
    }

    #[test]
    fn a_damaged_key_file_stops_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        std::fs::write(&path, b"short").unwrap();
        assert!(SigningKey::kept_at(&path).is_err());
    }
}
