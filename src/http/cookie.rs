//! The two cookies of a login: the secret one that the server reads, and the readable one that proves a page of ours asked.

use crate::domain::login::ABSOLUTE_LIMIT;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use ring::digest::{SHA256, digest};

pub(super) const LOGIN_COOKIE: &str = "lectern_login";
pub(super) const CSRF_COOKIE: &str = "lectern_csrf";
pub(super) const CSRF_HEADER: &str = "x-csrf-token";

/// Longer than any token the store issues.
const MAX_TOKEN: usize = 128;

/// What the browser presents, if it looks like a login at all.
pub(super) fn presented(jar: &CookieJar) -> Option<&str> {
    jar.get(LOGIN_COOKIE).map(Cookie::value).filter(|token| !token.is_empty() && token.len() <= MAX_TOKEN)
}

/// Both cookies, for as long as the login may live.
pub(super) fn set(jar: CookieJar, token: String, csrf: String, https: bool) -> CookieJar {
    let lifetime = time::Duration::try_from(ABSOLUTE_LIMIT).unwrap_or(time::Duration::DAY);
    both(jar, token, csrf, lifetime, https)
}

/// Takes both cookies away.
pub(super) fn clear(jar: CookieJar, https: bool) -> CookieJar {
    both(jar, String::new(), String::new(), time::Duration::ZERO, https)
}

/// Compares digests, so that the time taken tells nothing about where two tokens differ.
pub(super) fn same(one: &str, other: &str) -> bool {
    digest(&SHA256, one.as_bytes()).as_ref() == digest(&SHA256, other.as_bytes()).as_ref()
}

fn both(jar: CookieJar, token: String, csrf: String, lifetime: time::Duration, https: bool) -> CookieJar {
    let cookie = |name, value, hidden| {
        let cookie = Cookie::build((name, value)).path("/").same_site(SameSite::Lax).secure(https);
        cookie.max_age(lifetime).http_only(hidden).build()
    };
    jar.add(cookie(LOGIN_COOKIE, token, true)).add(cookie(CSRF_COOKIE, csrf, false))
}
