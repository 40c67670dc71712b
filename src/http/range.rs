//! Ranges (RFC 9110 section 14): which bytes of a file are asked for.

use super::error::ApiError;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use std::ops::Range;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Everything,
    Bytes(Range<u64>),
    /// No byte of the range exists.
    Unsatisfiable,
}

/// One range; more than one at once, and what can't be read, are answered with everything, as section 14.2 allows.
pub(super) fn asked(headers: &HeaderMap, etag: &str, length: u64) -> Asked {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(range) = text(header::RANGE).and_then(|range| range.trim().strip_prefix("bytes=")) else {
        return Asked::Everything;
    };
    // Section 13.1.5: of another version of the file, all of this one.
    if text(header::IF_RANGE).is_some_and(|known| known != etag) {
        return Asked::Everything;
    }
    let Some((first, last)) = range.split_once('-').filter(|_| !range.contains(',')) else { return Asked::Everything };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (first.trim(), last.trim()) {
        ("", last) => match number(last) {
            Some(0) => Asked::Unsatisfiable,
            Some(_) if length == 0 => Asked::Unsatisfiable,
            Some(suffix) => Asked::Bytes(length.saturating_sub(suffix)..length),
            None => Asked::Everything,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), _) if first >= length => Asked::Unsatisfiable,
            (Some(first), None) if last.is_empty() => Asked::Bytes(first..length),
            (Some(first), Some(last)) if first <= last => Asked::Bytes(first..last.saturating_add(1).min(length)),
            _ => Asked::Everything,
        },
    }
}

/// An answer without its body: as it is known, all of it, or the range that is asked for; and which bytes go into it.
pub(super) fn answer(
    headers: &HeaderMap,
    (etag, media_type): (&str, &str),
    length: u64,
) -> Result<(Response<Body>, Option<Range<u64>>), ApiError> {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let (status, range) = match (known, asked(headers, etag, length)) {
        (Some(known), _) if known.split(',').any(|one| one.trim() == etag) => (StatusCode::NOT_MODIFIED, None),
        (_, Asked::Unsatisfiable) => return Err(ApiError::NoSuchRange { length }),
        (_, Asked::Bytes(range)) => (StatusCode::PARTIAL_CONTENT, Some(range)),
        (_, Asked::Everything) => (StatusCode::OK, Some(0..length)),
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    put(&mut response, header::ETAG, etag);
    put(&mut response, header::ACCEPT_RANGES, "bytes");
    if let Some(range) = &range {
        put(&mut response, header::CONTENT_TYPE, media_type);
        put(&mut response, header::CONTENT_LENGTH, &(range.end - range.start).to_string());
        if status == StatusCode::PARTIAL_CONTENT {
            let part = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
            put(&mut response, header::CONTENT_RANGE, &part);
        }
    }
    Ok((response, range))
}

/// What can't stand in a header is left out.
pub(super) fn put(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn of(range: &'static str, if_range: Option<&'static str>) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        if let Some(known) = if_range {
            headers.insert(header::IF_RANGE, HeaderValue::from_static(known));
        }
        asked(&headers, "\"a\"", 1000)
    }

    #[test]
    fn a_range_is_the_bytes_that_exist_of_it() {
        assert_eq!(of("bytes=0-99", None), Asked::Bytes(0..100));
        assert_eq!(of("bytes=900-", None), Asked::Bytes(900..1000));
        assert_eq!(of("bytes=-100", None), Asked::Bytes(900..1000));
        assert_eq!(of("bytes=-5000", None), Asked::Bytes(0..1000));
        assert_eq!(of("bytes=999-99999999999999999999999", None), Asked::Bytes(999..1000));
        for beyond in ["bytes=1000-", "bytes=1000-1001", "bytes=-0"] {
            assert_eq!(of(beyond, None), Asked::Unsatisfiable, "{beyond}");
        }
        for odd in ["bytes=9-5", "bytes=a-b", "bytes=0-1,5-6", "lines=0-9", "bytes=", "bytes=-", "bytes=1-x"] {
            assert_eq!(of(odd, None), Asked::Everything, "{odd}");
        }
        assert_eq!(asked(&HeaderMap::new(), "\"a\"", 1000), Asked::Everything);
    }

    #[test]
    fn a_part_of_another_version_is_not_given() {
        assert_eq!(of("bytes=0-9", Some("\"a\"")), Asked::Bytes(0..10));
        assert_eq!(of("bytes=0-9", Some("\"b\"")), Asked::Everything);
    }
}
