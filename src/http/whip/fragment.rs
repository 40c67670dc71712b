//! SDP fragments of trickle ICE (RFC 8840): reading credentials, and telling new ones.

/// One side's ICE credentials (RFC 8839 section 5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) ufrag: String,
    pub(super) pwd: String,
}

impl Credentials {
    /// The first ones of an SDP or of a fragment; in a bundle all are the same.
    pub(super) fn of(sdp: &str) -> Option<Self> {
        let ufrag = attribute(sdp, "a=ice-ufrag:")?;
        let pwd = attribute(sdp, "a=ice-pwd:")?;
        let plain = |text: &str, least: usize| {
            // RFC 8839: 4 to 256 and 22 to 256 of these characters.
            let good = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
            (least..=256).contains(&text.len()) && text.chars().all(good)
        };
        let fits = plain(ufrag, 4) && plain(pwd, 22);
        fits.then(|| Self { ufrag: ufrag.to_owned(), pwd: pwd.to_owned() })
    }
}

/// What a restart tells: the server's new credentials and its candidates, under the m-line that carries the bundle
/// (RFC 8840 section 9), each as `candidate:…`. A media type and a port must stand there and mean nothing.
pub(super) fn of_restart(ours: &Credentials, candidates: impl Iterator<Item = String>, mid: &str) -> String {
    let Credentials { ufrag, pwd } = ours;
    let mut out = format!(
        "a=ice-lite\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:{mid}\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\n"
    );
    for candidate in candidates {
        out.push_str("a=");
        out.push_str(&candidate);
        out.push_str("\r\n");
    }
    out.push_str("a=end-of-candidates\r\n");
    out
}

/// The m-line that carries the bundle; `0` where none says its name, as nearly all clients count from there.
pub(super) fn first_mid(answer: &str) -> String {
    attribute(answer, "a=mid:").unwrap_or("0").to_owned()
}

fn attribute<'a>(sdp: &'a str, prefix: &str) -> Option<&'a str> {
    sdp.lines().find_map(|line| line.strip_prefix(prefix)).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_tells_credentials_and_every_candidate() {
        let ours = Credentials { ufrag: "SRVu".into(), pwd: "a".repeat(24) };
        let candidates = ["candidate:1 1 udp 7 192.0.2.7 7780 typ host", "candidate:2 1 udp 6 127.0.0.1 7780 typ host"];
        let told = of_restart(&ours, candidates.into_iter().map(str::to_owned), "video0");
        assert_eq!(Credentials::of(&told), Some(ours));
        assert!(told.contains("a=mid:video0\r\n"));
        assert!(candidates.iter().all(|one| told.contains(&format!("a={one}\r\n"))), "{told}");
    }

    #[test]
    fn credentials_that_could_break_a_line_are_none() {
        let with = |ufrag: &str| format!("a=ice-ufrag:{ufrag}\r\na=ice-pwd:{}\r\n", "c".repeat(22));
        assert!(Credentials::of(&with("good")).is_some());
        for bad in ["abc", "a b c d", "abc\"d", &"x".repeat(257), ""] {
            assert_eq!(Credentials::of(&with(bad)), None, "{bad}");
        }
    }
}
