//! Random bytes for ids and tokens, from the operating system.

use super::StoreError;
use crate::domain::id::{ID_BYTES, Id};
use ring::rand::{SecureRandom as _, SystemRandom};

/// Random bytes for salts and tokens.
pub fn bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| StoreError::NoRandom)?;
    Ok(bytes)
}

/// A fresh random id of any kind.
pub fn id<T: Id>() -> Result<T, StoreError> {
    Ok(T::from_random(bytes::<ID_BYTES>()?))
}
