//! A pass says that a phone scanned a good code a moment ago; a seat token names the seat that a phone took.

use super::codes::Point;
use super::refusal::SeatRefusal;
use crate::domain::SessionId;
use crate::http::key::{SigningKey, random};
use crate::http::seal::Seal;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lectern_signaling::room::Seat;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

const PASS: Seal = Seal { prefix: "lcp1", purpose: "pass" };
const TOKEN: Seal = Seal { prefix: "lcs1", purpose: "seat" };
/// Time to type a name and a school, or to sign in, without hurry.
pub(in crate::http) const PASS_LIVES_SECONDS: i64 = 5 * 60;
const PHONE_COOKIE: &str = "lectern_phone";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http) struct Pass {
    pub(in crate::http) session: SessionId,
    pub(in crate::http) point: Point,
    pub(in crate::http) printed: bool,
    /// What is used up by taking the seat: the code; of a printed code, which many scan, this one scan.
    pub(in crate::http) once: String,
    /// Tells the phone from others within the Session, as it says.
    pub(in crate::http) device: String,
    /// Digest of the cookie that the phone got with its scan: a pass that is sent to another phone is worth nothing there.
    pub(in crate::http) phone: String,
    /// Seconds since 1970 UTC.
    pub(in crate::http) exp: i64,
}

impl Pass {
    pub(in crate::http) fn seal(&self, key: &SigningKey) -> String {
        PASS.seal(self, key)
    }

    pub(in crate::http) fn open(text: &str, key: &SigningKey, now: i64, jar: &CookieJar) -> Result<Self, SeatRefusal> {
        let pass: Self = PASS.open(text, key).ok_or(SeatRefusal::PassInvalid)?;
        if pass.exp <= now {
            return Err(SeatRefusal::PassExpired);
        }
        let own = jar.get(PHONE_COOKIE).is_some_and(|cookie| digest_of(cookie.value()) == pass.phone);
        if own { Ok(pass) } else { Err(SeatRefusal::PassOfAnotherPhone) }
    }
}

/// The phone's secret, given once and kept; and its digest for a pass.
pub(in crate::http) fn with_phone(jar: CookieJar, https: bool) -> (CookieJar, String) {
    let kept = jar.get(PHONE_COOKIE).map(|cookie| cookie.value().to_owned()).filter(|value| value.len() == 24);
    let value = kept.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(random::<18>()));
    let phone = digest_of(&value);
    let cookie = Cookie::build((PHONE_COOKIE, value)).path("/").same_site(SameSite::Lax).secure(https);
    (jar.add(cookie.max_age(time::Duration::DAY).http_only(true).build()), phone)
}

fn digest_of(value: &str) -> String {
    let text = format!("lectern phone 1|{value}");
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, text.as_bytes()).as_ref()[..12])
}

/// Names a seat for the page of the person who took it. It opens nothing but this seat's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::http) struct SeatToken {
    pub(in crate::http) session: SessionId,
    pub(in crate::http) place: String,
    pub(in crate::http) number: u32,
    /// Of the person.
    pub(in crate::http) key: String,
}

impl SeatToken {
    pub(in crate::http) fn of(session: SessionId, seat: &Seat) -> Self {
        Self { session, place: seat.place.clone(), number: seat.number, key: seat.who.key.clone() }
    }

    pub(in crate::http) fn seal(&self, key: &SigningKey) -> String {
        TOKEN.seal(self, key)
    }

    pub(in crate::http) fn open(text: &str, key: &SigningKey) -> Result<Self, SeatRefusal> {
        TOKEN.open(text, key).ok_or(SeatRefusal::SeatUnknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_good_on_its_own_phone_for_five_minutes() {
        let key = SigningKey::new(&[3; 32]);
        let (jar, phone) = with_phone(CookieJar::new(), true);
        let pass = Pass {
            session: SessionId::from_random([1; 10]),
            point: Point::SiteIn,
            printed: false,
            once: "code".into(),
            device: "mark".into(),
            phone,
            exp: 1000,
        };
        let text = pass.seal(&key);
        assert_eq!(Pass::open(&text, &key, 999, &jar), Ok(pass.clone()));
        assert_eq!(Pass::open(&text, &key, 1000, &jar), Err(SeatRefusal::PassExpired));
        let (again, phone) = with_phone(jar, true);
        assert_eq!(phone, pass.phone, "a second scan keeps the first pass good");
        assert_eq!(Pass::open(&text, &key, 999, &again), Ok(pass));
        for jar in [CookieJar::new(), with_phone(CookieJar::new(), true).0] {
            assert_eq!(Pass::open(&text, &key, 999, &jar), Err(SeatRefusal::PassOfAnotherPhone));
        }
        assert_eq!(Pass::open(&text, &SigningKey::new(&[4; 32]), 999, &again), Err(SeatRefusal::PassInvalid));
        assert_eq!(SeatToken::open(&text, &key), Err(SeatRefusal::SeatUnknown), "a pass is no seat");
    }
}
