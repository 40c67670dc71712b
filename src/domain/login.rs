//! Login: a signed-in browser; how long it lasts, and how wrong passwords lock an Account for a while.

use super::{AccountId, LoginId, Time};
use std::time::Duration;

/// A Login that is not used ends after this.
pub const IDLE_LIMIT: Duration = Duration::from_secs(7 * 24 * 3600);
/// A Login ends after this however much it is used.
pub const ABSOLUTE_LIMIT: Duration = Duration::from_secs(30 * 24 * 3600);
/// So many wrong passwords in a row lock the Account.
pub const MOST_FAILURES: u32 = 5;
pub const LOCKED_FOR: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub id: LoginId,
    pub account: AccountId,
    pub created_at: Time,
    pub last_seen_at: Time,
    /// What the browser must send back with every change; random, and good for this Login only.
    pub csrf: String,
}

impl Login {
    #[must_use]
    pub fn expires_at(&self) -> Time {
        (self.last_seen_at + IDLE_LIMIT).min(self.created_at + ABSOLUTE_LIMIT)
    }

    #[must_use]
    pub fn expired(&self, now: Time) -> bool {
        self.expires_at() <= now
    }
}

/// The wrong passwords of one Account since the last right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    pub count: u32,
    pub locked_until: Option<Time>,
}

impl Failures {
    /// Until when no password is tried, if the Account is locked now.
    #[must_use]
    pub fn locked(self, now: Time) -> Option<Time> {
        self.locked_until.filter(|until| now < *until)
    }

    /// One more wrong password at `now`. While locked, trying changes nothing.
    #[must_use]
    pub fn after_failure(self, now: Time) -> Self {
        if self.locked(now).is_some() {
            return self;
        }
        // A lock that has run out starts the count afresh.
        let count = if self.locked_until.is_some() { 1 } else { self.count.saturating_add(1) };
        let locked_until = (count >= MOST_FAILURES).then(|| now + LOCKED_FOR);
        Self { count, locked_until }
    }

    /// How many wrong passwords are left before the lock.
    #[must_use]
    pub fn left(self) -> u32 {
        MOST_FAILURES.saturating_sub(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_locks_for_fifteen_minutes() {
        let now = Time::from_seconds(1_000);
        let mut failures = Failures::default();
        for left in [4, 3, 2, 1] {
            failures = failures.after_failure(now);
            assert_eq!((failures.left(), failures.locked(now)), (left, None));
        }
        failures = failures.after_failure(now);
        let until = now + LOCKED_FOR;
        assert_eq!(failures.locked(now), Some(until));
        assert_eq!(failures.after_failure(now + Duration::from_secs(60)), failures, "trying does not prolong the lock");
        assert_eq!(failures.locked(until), None);
        assert_eq!(failures.after_failure(until).left(), 4);
    }

    #[test]
    fn a_login_slides_but_not_for_ever() {
        let start = Time::from_seconds(0);
        let mut login = Login {
            id: LoginId::from_random([1; 10]),
            account: AccountId::from_random([2; 10]),
            created_at: start,
            last_seen_at: start,
            csrf: String::new(),
        };
        assert!(!login.expired(start + IDLE_LIMIT - Duration::from_secs(1)));
        assert!(login.expired(start + IDLE_LIMIT));
        login.last_seen_at = start + ABSOLUTE_LIMIT - Duration::from_secs(1);
        assert!(!login.expired(login.last_seen_at));
        assert!(login.expired(start + ABSOLUTE_LIMIT));
    }
}
