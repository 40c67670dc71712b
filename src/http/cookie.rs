//! The two cookies of a login: the secret one that the server reads, and the readable one that proves a page of ours asked.
//!
//! The second is derived from the first with the server's key, so nothing is stored for it and a planted cookie is worthless.

use super::key::{SigningKey, random};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

pub const LOGIN_COOKIE: &str = "lectern_login";
pub const CSRF_COOKIE: &str = "lectern_csrf";
pub const CSRF_HEADER: &str = "x-csrf-token";

const CSRF_PURPOSE: &str = "csrf";

/// What the browser holds. The store holds only its digest, so a stolen database signs nobody in.
pub struct LoginToken(String);

impl LoginToken {
    #[must_use]
    pub fn fresh() -> Self {
        Self(URL_SAFE_NO_PAD.encode(random::<32>()))
    }

    #[must_use]
    pub fn from_jar(jar: &CookieJar) -> Option<Self> {
        let value = jar.get(LOGIN_COOKIE)?.value();
        (value.len() == 43).then(|| Self(value.to_owned()))
    }

    /// What the store knows this login by.
    #[must_use]
    pub fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.0.as_bytes()))
    }

    #[must_use]
    pub fn csrf(&self, key: &SigningKey) -> String {
        URL_SAFE_NO_PAD.encode(key.sign(CSRF_PURPOSE, self.0.as_bytes()))
    }

    #[must_use]
    pub fn is_csrf(&self, key: &SigningKey, presented: &str) -> bool {
        let decoded = URL_SAFE_NO_PAD.decode(presented);
        decoded.is_ok_and(|signature| key.is_signed(CSRF_PURPOSE, self.0.as_bytes(), &signature))
    }
}

/// Both cookies, for as long as the login may live.
pub fn set(jar: CookieJar, token: &LoginToken, key: &SigningKey, lifetime: time::Duration, https: bool) -> CookieJar {
    let mut login = cookie(LOGIN_COOKIE, token.0.clone(), lifetime, https);
    login.set_http_only(true);
    jar.add(login).add(cookie(CSRF_COOKIE, token.csrf(key), lifetime, https))
}

/// Takes both cookies away.
pub fn clear(jar: CookieJar, https: bool) -> CookieJar {
    let mut login = cookie(LOGIN_COOKIE, String::new(), time::Duration::ZERO, https);
    login.set_http_only(true);
    jar.add(login).add(cookie(CSRF_COOKIE, String::new(), time::Duration::ZERO, https))
}

fn cookie(name: &'static str, value: String, lifetime: time::Duration, https: bool) -> Cookie<'static> {
    Cookie::build((name, value)).path("/").same_site(SameSite::Lax).secure(https).max_age(lifetime).build()
}
