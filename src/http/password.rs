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
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(ApiError::inside)?;
        // The place is taken as long as the work lasts, which goes on when nobody waits for it any more.
        let work = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(ApiError::inside)?.map_err(ApiError::inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn a_place_is_taken_as_long_as_the_work_that_nobody_waits_for() {
        let passwords = Passwords::default();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (go_on, goes_on) = mpsc::channel();
        let work = move || {
            begun.send(()).unwrap();
            goes_on.recv().unwrap();
            Ok(())
        };
        tokio::select! {
            biased;
            _ = passwords.run(work) => panic!("it waits"),
            _ = begins => {}
        }
        assert_eq!(passwords.places.available_permits(), AT_ONCE - 1);
        go_on.send(()).unwrap();
        let all = u32::try_from(AT_ONCE).unwrap();
        drop(passwords.places.acquire_many(all).await.unwrap());
    }
}
