//! Offers and what is answered.

use crate::ids::PeerId;
use crate::router::{Router, RouterConfig};
use crate::sdp::{AnswerParams, Flow, LocalTransport, Negotiated, Offer, OfferError, answer};
use crate::testing::start;
use std::io::Cursor;
use std::time::Duration;

/// What a member's browser offers: microphone, camera in three layers, screen with sound, and slots.
pub(super) const BROWSER: &str = include_str!("../sdp/offers/chromium-156-member.sdp");

pub(super) const ROUTER: fn() -> RouterConfig =
    || RouterConfig { seed: 7, started: start(), started_unix: Duration::from_secs(1_800_000_000) };

/// Answers as the Sfu does.
pub(super) fn answered(
    router: &mut Router,
    offer: &Offer,
    sendrecv_means: Flow,
) -> Result<(String, Negotiated), OfferError> {
    let local = LocalTransport {
        ice_ufrag: "ourufrag".to_owned(),
        ice_pwd: "ourPasswordOf24Character".to_owned(),
        fingerprint_sha256: [0xab; 32],
        candidates: vec!["127.0.0.1:7780".parse().unwrap()],
        tcp_candidates: vec!["127.0.0.1:443".parse().unwrap()],
    };
    let mut own_ssrcs = |_| router.allocate_ssrcs();
    answer(
        offer,
        &mut AnswerParams { local: &local, session: 7, version: 1, sendrecv_means, own_ssrcs: &mut own_ssrcs },
    )
}

/// A first offer and, behind a zero byte, a later one of the same client.
pub fn sdp(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (first, later) = text.split_once('\0').unwrap_or((&text, ""));
    for sendrecv_means in [Flow::Uplink, Flow::Downlink] {
        let mut router = Router::new(ROUTER());
        let Ok(offer) = Offer::parse(first) else { return };
        let Some(agreed) = check(&mut router, &offer, sendrecv_means) else { return };
        let opened = router.add_peer(start(), PeerId(1), &agreed).is_ok();
        let Ok(later) = Offer::parse(later) else { continue };
        if opened
            && offer.is_continued_by(&later)
            && let Some(agreed) = check(&mut router, &later, sendrecv_means)
        {
            let _ = router.update_peer(start(), PeerId(1), &agreed);
        }
        router.remove_peer(start(), PeerId(1));
    }
}

fn check(router: &mut Router, offer: &Offer, sendrecv_means: Flow) -> Option<Negotiated> {
    let (text, agreed) = answered(router, offer, sendrecv_means).ok()?;
    let read = rtc_sdp::SessionDescription::unmarshal(&mut Cursor::new(text.as_bytes()));
    let lines = read.expect("an answer is a session description").media_descriptions.len();
    assert_eq!(lines, agreed.lines.len(), "an answer has a line for every line of the offer");
    Some(agreed)
}
