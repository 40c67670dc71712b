//! Trying passwords: off the async threads, a few at a time, and in the same time for accounts that don't exist.

use super::error::ApiError;
use super::key::random;
use crate::domain::password;
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// Each try takes 19 MiB and tens of milliseconds of one core; more at once would only stall the lesson on this machine.
const AT_ONCE: usize = 2;

/// What unknown accounts are compared with, so that the time of the answer tells nobody who has an account.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| password::hash("nobody has this password", &random()).ok());

/// Characters that nobody takes for another one on paper. The last one only fills up to 32 and is passed over.
const READABLE: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";

/// A password to begin with, of 58 random bits, in three groups that can be read aloud.
pub(super) fn first() -> String {
    let letters: Vec<u8> = std::iter::repeat_with(random::<32>)
        .flatten()
        .map(|byte| READABLE[usize::from(byte & 31)])
        .filter(|letter| *letter != b'-')
        .take(12)
        .collect();
    letters.chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join("-")
}

#[derive(Clone)]
pub(super) struct Passwords {
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// Does `given` match? `stored` is absent when there is no such account; that takes as long and is always false.
    pub(super) async fn matches(&self, given: String, stored: Option<String>) -> Result<bool, ApiError> {
        self.run(move || {
            let Some(stored) = stored else {
                if let Some(nobodys) = NOBODYS.as_deref() {
                    let _always_false = password::verify(&given, nobodys);
                }
                return Ok(false);
            };
            password::verify(&given, &stored)
        })
        .await
    }

    pub(super) async fn hash(&self, given: String) -> Result<String, ApiError> {
        self.run(move || password::hash(&given, &random())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, password::PasswordError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let _place = self.places.acquire().await.map_err(ApiError::inside)?;
        tokio::task::spawn_blocking(work).await.map_err(ApiError::inside)?.map_err(ApiError::inside)
    }
}
