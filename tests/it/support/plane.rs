//! A media plane of paper: answers every offer that has ICE credentials, and carries nothing.

use lectern::domain::{SessionId, Time};
use lectern::live::{
    CaptureError, Casts, LiveShelf, MediaError, MediaEvent, MediaEvents, MediaPlane, MediaTotals, PeerFigures, Pending,
    Recordings, StreamLink,
};
use lectern_media::driver::RecordingFigures;
use lectern_media::hls::CastView;
use lectern_media::ids::{Mid, PeerId, TrackId, Want};
use lectern_media::record::{Event, TrackFacts};
use lectern_media::router::CheckedLine;
use lectern_media::sdp::{Flow, LocalTransport};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub(crate) struct PaperPlane;

/// Keeps nothing.
pub(crate) struct PaperRecordings;

impl Recordings for PaperRecordings {
    fn begin(&self, _: SessionId, _: Time) -> Pending<Result<(), CaptureError>> {
        Box::pin(async { Ok(()) })
    }

    fn add(&self, _: SessionId, _: TrackId, _: TrackFacts) -> Pending<Result<(), CaptureError>> {
        Box::pin(async { Ok(()) })
    }

    fn note(&self, _: SessionId, _: Event) -> Pending<Result<(), CaptureError>> {
        Box::pin(async { Ok(()) })
    }

    fn close(&self, _: SessionId, _: Time) -> Pending<Result<(), CaptureError>> {
        Box::pin(async { Ok(()) })
    }

    fn figures(&self, _: SessionId) -> Option<RecordingFigures> {
        None
    }
}

/// Live streams that tests make.
#[derive(Clone, Default)]
pub(crate) struct PaperCasts(Arc<Mutex<HashMap<SessionId, LiveShelf>>>);

impl PaperCasts {
    pub(crate) fn put(&self, session: SessionId, shelf: LiveShelf) {
        self.0.lock().unwrap().insert(session, shelf);
    }
}

impl Casts for PaperCasts {
    fn show(&self, _: SessionId, _: Time, _: CastView) {}

    fn close(&self, _: SessionId) {}

    fn shelf(&self, session: SessionId) -> Option<LiveShelf> {
        self.0.lock().unwrap().get(&session).cloned()
    }

    fn link(&self, _: SessionId, _: Time) -> Option<StreamLink> {
        None
    }
}

/// Tells nothing, for ever.
pub(crate) struct DeafEvents;

const ANSWER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=group:BUNDLE 0\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:first\r\n\
    a=ice-pwd:0123456789012345678901\r\na=recvonly\r\na=rtpmap:96 H264/90000\r\n\
    a=candidate:1 1 udp 2130706431 127.0.0.1 7780 typ host\r\n";

fn done<T: Send + 'static>(value: Result<T, MediaError>) -> Pending<Result<T, MediaError>> {
    Box::pin(async move { value })
}

impl MediaPlane for PaperPlane {
    fn open(&self, _: PeerId, offer: String, _: Flow) -> Pending<Result<String, MediaError>> {
        done(match offer {
            offer if offer.contains("VP9") => Err(MediaError::NoCommonCodec),
            offer if !offer.starts_with("v=0") => Err(MediaError::BadOffer("v=".into())),
            _ => Ok(ANSWER.to_owned()),
        })
    }

    fn reoffer(&self, _: PeerId, _: String) -> Pending<Result<String, MediaError>> {
        done(Ok(ANSWER.to_owned()))
    }

    fn restart_ice(&self, _: PeerId, _: String, _: String) -> Pending<Result<LocalTransport, MediaError>> {
        done(Ok(LocalTransport {
            ice_ufrag: "second".into(),
            ice_pwd: "1234567890123456789012".into(),
            fingerprint_sha256: [0; 32],
            candidates: vec!["127.0.0.1:7780".parse().unwrap()],
            tcp_candidates: vec!["127.0.0.1:8443".parse().unwrap()],
        }))
    }

    fn close(&self, _: PeerId) -> Pending<Result<(), MediaError>> {
        done(Ok(()))
    }

    fn publish(&self, _: PeerId, _: Mid, _: TrackId) -> Pending<Result<(), MediaError>> {
        done(Ok(()))
    }

    fn unpublish(&self, _: TrackId) -> Pending<Result<(), MediaError>> {
        done(Ok(()))
    }

    fn set_muted(&self, _: TrackId, _: bool) -> Pending<Result<(), MediaError>> {
        done(Ok(()))
    }

    fn assign_slot(&self, _: PeerId, _: Mid, _: Option<TrackId>, _: Want) -> Pending<Result<(), MediaError>> {
        done(Ok(()))
    }

    fn check_line(&self, _: PeerId, _: u64) -> Pending<Result<(), MediaError>> {
        done(Ok(()))
    }

    fn checked_line(&self, _: PeerId) -> Pending<Result<Option<CheckedLine>, MediaError>> {
        done(Ok(None))
    }

    fn figures(&self) -> Pending<Result<HashMap<PeerId, PeerFigures>, MediaError>> {
        done(Ok(HashMap::new()))
    }

    fn totals(&self) -> Pending<Result<MediaTotals, MediaError>> {
        done(Ok(MediaTotals {
            peers: 2,
            packets_sent: 41,
            drops: vec![("srtp_replayed", 7)],
            ..MediaTotals::default()
        }))
    }

    fn load(&self) -> u32 {
        0
    }
}

impl MediaEvents for DeafEvents {
    async fn next(&mut self) -> Option<MediaEvent> {
        std::future::pending().await
    }
}
