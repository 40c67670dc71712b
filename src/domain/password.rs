//! Passwords: Argon2id hashing and checking as pure computation. It takes tens of milliseconds: keep it off async threads.

use super::invalid::{Checks, Invalid};
use argon2::{Algorithm, Argon2, Params, Version};

/// OWASP's second profile for Argon2id: 19 MiB, 2 passes, 1 lane; about 25 ms on a 2.5 GHz core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const HASH_BYTES: usize = 32;
pub const SALT_BYTES: usize = 16;
/// Longer input is refused before it is hashed.
const MOST_CHARS: usize = 128;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("the stored password hash can't be read")]
    BadHash,
    #[error("argon2 refused its input")]
    Refused,
}

pub fn check(password: &str) -> Result<(), Invalid> {
    let chars = password.chars().count();
    Checks::new()
        .that(chars >= 8, "password", "密码至少 8 位。")
        .that(chars <= MOST_CHARS, "password", format!("密码最多 {MOST_CHARS} 位。"))
        .done()
}

/// The PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. `salt` must be random and used once.
pub fn hash(password: &str, salt: &[u8; SALT_BYTES]) -> Result<String, PasswordError> {
    let out = digest(password, salt, MEMORY_KIB, PASSES, LANES)?;
    Ok(format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}", base64_encode(salt), base64_encode(&out)))
}

/// Is `password` the one that `stored` was made from? Takes the same time for right and wrong.
pub fn verify(password: &str, stored: &str) -> Result<bool, PasswordError> {
    if password.chars().count() > MOST_CHARS {
        return Ok(false);
    }
    let mut parts = stored.strip_prefix("$argon2id$v=19$").ok_or(PasswordError::BadHash)?.split('$');
    let (Some(costs), Some(salt), Some(expected), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(PasswordError::BadHash);
    };
    let (memory, passes, lanes) = read_costs(costs).ok_or(PasswordError::BadHash)?;
    let salt = base64_decode(salt).ok_or(PasswordError::BadHash)?;
    let expected = base64_decode(expected).ok_or(PasswordError::BadHash)?;
    let out = digest(password, &salt, memory, passes, lanes)?;
    Ok(same(&out, &expected))
}

fn digest(
    password: &str,
    salt: &[u8],
    memory: u32,
    passes: u32,
    lanes: u32,
) -> Result<[u8; HASH_BYTES], PasswordError> {
    let params = Params::new(memory, passes, lanes, Some(HASH_BYTES)).map_err(|_| PasswordError::Refused)?;
    let mut out = [0; HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut out)
        .map_err(|_| PasswordError::Refused)?;
    Ok(out)
}

fn read_costs(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split(',');
    let memory = parts.next()?.strip_prefix("m=")?.parse().ok()?;
    let passes = parts.next()?.strip_prefix("t=")?.parse().ok()?;
    let lanes = parts.next()?.strip_prefix("p=")?.parse().ok()?;
    parts.next().is_none().then_some((memory, passes, lanes))
}

/// Compares without stopping at the first difference.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

/// PHC strings use base64 without padding.
fn base64_encode(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
}

fn base64_decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_password_opens_and_others_do_not() {
        let stored = hash("lectern-demo", &[3; SALT_BYTES]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify("lectern-demo", &stored), Ok(true));
        assert_eq!(verify("lectern-demO", &stored), Ok(false));
        assert_eq!(verify(&"x".repeat(10_000), &stored), Ok(false));
    }

    #[test]
    fn a_broken_hash_is_an_error_not_a_door() {
        for stored in ["", "plain", "$argon2id$v=19$m=19456,t=2,p=1$$", "$argon2id$v=19$m=1,t=2,p=1$AAAA$AAAA"] {
            assert!(verify("whatever", stored).is_err(), "{stored}");
        }
    }
}
