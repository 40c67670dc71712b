//! Sealed texts that the server gives out and takes back: plain data that its bearer can read and nobody can change, bound to
//! a purpose.

use super::cookie::same;
use super::key::SigningKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longer than any text with the longest names; more is not looked at.
const MAX_BYTES: usize = 4096;
/// 96 bits of a signature, where a text has to fit into a code that phones scan.
const TAG_BYTES: usize = 12;
const TAG_CHARS: usize = 16;

/// One kind of sealed text: `<prefix>.<payload>.<signature>`.
pub(super) struct Seal {
    pub(super) prefix: &'static str,
    pub(super) purpose: &'static str,
}

impl Seal {
    pub(super) fn seal(&self, data: &impl Serialize, key: &SigningKey) -> String {
        let payload = serde_json::to_vec(data).expect("what is sealed is plain data");
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let signature = URL_SAFE_NO_PAD.encode(key.sign(self.purpose, payload.as_bytes()));
        format!("{}.{payload}.{signature}", self.prefix)
    }

    /// None for anything that this server did not seal for this purpose.
    pub(super) fn open<T: DeserializeOwned>(&self, text: &str, key: &SigningKey) -> Option<T> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let (prefix, rest) = text.split_once('.')?;
        let (payload, signature) = rest.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let good = prefix == self.prefix && key.is_signed(self.purpose, payload.as_bytes(), &signature);
        let payload = if good { URL_SAFE_NO_PAD.decode(payload).ok()? } else { return None };
        serde_json::from_slice(&payload).ok()
    }
}

/// An id that nobody can make up: the id and a tag. The same each time, so that it can be told again.
pub(super) fn tagged(key: &SigningKey, purpose: &str, id: &str) -> String {
    format!("{id}{}", tag(key, purpose, id))
}

/// The id, if the tag is ours.
pub(super) fn untagged<'a>(key: &SigningKey, purpose: &str, text: &'a str) -> Option<&'a str> {
    let (id, found) = text.split_at_checked(text.len().checked_sub(TAG_CHARS)?)?;
    same(found, &tag(key, purpose, id)).then_some(id)
}

fn tag(key: &SigningKey, purpose: &str, id: &str) -> String {
    URL_SAFE_NO_PAD.encode(&key.sign(purpose, id.as_bytes())[..TAG_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tagged_id_is_good_for_its_purpose_on_its_server_only() {
        let (key, other) = (SigningKey::new(&[3; 32]), SigningKey::new(&[4; 32]));
        let text = tagged(&key, "classroom link", "mzxw6ytbojtg633c");
        assert_eq!(text.len(), 32);
        assert_eq!(untagged(&key, "classroom link", &text), Some("mzxw6ytbojtg633c"));
        assert_eq!(untagged(&other, "classroom link", &text), None);
        assert_eq!(untagged(&key, "printed code", &text), None);
        for text in ["", "短", "讲台讲台讲台", "mzxw6ytbojtg633c", &"x".repeat(1000)] {
            assert_eq!(untagged(&key, "classroom link", text), None);
        }
    }
}
