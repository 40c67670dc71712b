//! Live streams of Sessions: made by the media's tap, fetched by links that are sealed here.

use crate::domain::{SessionId, Time};
use crate::http::hls;
use crate::http::key::SigningKey;
use crate::live::{Casts, LiveShelf, StreamLink};
use lectern_media::driver::Home;
use lectern_media::hls::CastView;

pub(super) struct HomeCasts {
    /// Any: all know where a Track is published.
    home: Home,
    key: SigningKey,
}

impl HomeCasts {
    pub(super) fn new(home: Home, key: SigningKey) -> Self {
        Self { home, key }
    }
}

impl Casts for HomeCasts {
    fn show(&self, session: SessionId, started_at: Time, view: CastView) {
        if let Err(error) = self.home.cast(session.to_string(), started_at.micros(), view) {
            tracing::warn!(%session, %error, "the live stream was not told what to show");
        }
    }

    fn close(&self, session: SessionId) {
        if let Some(caster) = self.home.caster()
            && let Err(error) = caster.close(session.to_string())
        {
            tracing::warn!(%session, %error, "the live stream was not closed");
        }
    }

    fn shelf(&self, session: SessionId) -> Option<LiveShelf> {
        self.home.caster()?.shelf(session.as_str())
    }

    fn link(&self, session: SessionId, now: Time) -> Option<StreamLink> {
        self.shelf(session)?;
        Some(hls::link(&self.key, session, now))
    }
}
