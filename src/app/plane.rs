//! The shards of the media driver as live Sessions see them.

use crate::live::{Delivered, MediaError, MediaEvent, MediaEvents, MediaPlane, MediaTotals, PeerFigures, Pending};
use lectern_media::driver::{Home, HomeEvents, Load, ShardError};
use lectern_media::ids::{Mid, PeerId, TrackId, Want};
use lectern_media::router::{CheckedLine, DropReason};
use lectern_media::sdp::{Flow, LocalTransport, OfferError};
use lectern_media::sfu::{PeerStats, SfuError, SfuEvent, Totals};
use std::collections::HashMap;

pub(super) struct ShardPlane(pub(super) Home);

pub(super) struct ShardEvents(pub(super) HomeEvents);

impl MediaPlane for ShardPlane {
    fn open(&self, peer: PeerId, offer: String, sendrecv_means: Flow) -> Pending<Result<String, MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.open_peer(peer, offer, sendrecv_means).await.map_err(said) })
    }

    fn reoffer(&self, peer: PeerId, offer: String) -> Pending<Result<String, MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.reoffer(peer, offer).await.map_err(said) })
    }

    fn restart_ice(&self, peer: PeerId, ufrag: String, pwd: String) -> Pending<Result<LocalTransport, MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.restart_ice(peer, ufrag, pwd).await.map_err(said) })
    }

    fn close(&self, peer: PeerId) -> Pending<Result<(), MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.close_peer(peer).await.map_err(said) })
    }

    fn publish(&self, peer: PeerId, mid: Mid, track: TrackId) -> Pending<Result<(), MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.publish(peer, mid, track).await.map_err(said) })
    }

    fn unpublish(&self, track: TrackId) -> Pending<Result<(), MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.unpublish(track).await.map_err(said) })
    }

    fn set_muted(&self, track: TrackId, muted: bool) -> Pending<Result<(), MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.set_muted(track, muted).await.map_err(said) })
    }

    fn assign_slot(
        &self,
        peer: PeerId,
        mid: Mid,
        track: Option<TrackId>,
        want: Want,
    ) -> Pending<Result<(), MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.assign_slot(peer, mid, track, want).await.map_err(said) })
    }

    fn check_line(&self, peer: PeerId, most_bps: u64) -> Pending<Result<(), MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.check_line(peer, most_bps).await.map_err(said) })
    }

    fn checked_line(&self, peer: PeerId) -> Pending<Result<Option<CheckedLine>, MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { home.checked_line(peer).await.map_err(said) })
    }

    fn figures(&self) -> Pending<Result<HashMap<PeerId, PeerFigures>, MediaError>> {
        let home = self.0.clone();
        Box::pin(async move {
            let stats = home.all_stats().await.map_err(said)?;
            Ok(stats.into_iter().map(|(peer, stats)| (peer, figures(&stats))).collect())
        })
    }

    fn load(&self) -> u32 {
        let load = self.0.shard().load();
        load.expected() + load.peers
    }

    fn totals(&self) -> Pending<Result<MediaTotals, MediaError>> {
        let home = self.0.clone();
        Box::pin(async move { Ok(counted(&home.totals().await.map_err(said)?, home.shard().load())) })
    }
}

impl MediaEvents for ShardEvents {
    async fn next(&mut self) -> Option<MediaEvent> {
        loop {
            match self.0.recv().await? {
                SfuEvent::Closed { peer, .. } => return Some(MediaEvent::Closed(peer)),
                SfuEvent::SlotLayer { peer, mid, layer } => return Some(MediaEvent::Layer { peer, mid, layer }),
                SfuEvent::LineStep { peer, step, estimate_bps } => {
                    return Some(MediaEvent::LineStep { peer, step, estimate_bps });
                }
                SfuEvent::Loudness { track, level } => return Some(MediaEvent::Loudness { track, level }),
                SfuEvent::Connected { .. }
                | SfuEvent::TrackActive { .. }
                | SfuEvent::TrackSilent { .. }
                | SfuEvent::CodecMismatch { .. } => {}
            }
        }
    }
}

fn figures(stats: &PeerStats) -> PeerFigures {
    let media = &stats.media;
    PeerFigures {
        connected: stats.connected,
        over_tcp: stats.over_tcp,
        delivered: Delivered { media_ms: media.media_ms, audio_ms: media.audio_ms, video_ms: media.video_ms },
        estimate_bps: media.estimate_bps,
        sent_bps: media.sent_bps,
        received_bps: media.received_bps,
        loss_permille: media.loss_permille,
        uplink_loss_permille: media.uplink_loss_permille,
        round_trip: media.round_trip,
        line_step: media.line_step,
    }
}

fn counted(totals: &Totals, load: Load) -> MediaTotals {
    let media = &totals.media;
    let dropped_before = totals.drops.iter().map(|(reason, count)| (reason.name(), count));
    let dropped_there = DropReason::ALL.iter().map(|reason| (reason.code(), media.dropped(*reason)));
    MediaTotals {
        peers: totals.peers,
        peers_connected: totals.peers_connected,
        peers_over_tcp: totals.peers_over_tcp,
        datagrams_received: totals.datagrams_received,
        bytes_received: totals.bytes_received,
        packets_sent: totals.packets_sealed,
        bytes_sent: totals.bytes_sealed,
        media_packets_received: media.packets_received,
        media_bytes_received: media.bytes_received,
        media_packets_sent: media.packets_sent,
        media_bytes_sent: media.bytes_sent,
        repairs_sent: media.repairs_sent,
        repairs_received: media.repaired,
        nacks_received: media.nacks_received,
        nacks_sent: media.nacks_sent,
        plis_received: media.plis_received,
        plis_sent: media.plis_sent,
        relayed_out: media.relayed_out,
        relayed_in: media.relayed_in,
        busy_permille: u64::from(load.busy),
        events_lost: totals.events_lost + media.events_lost,
        drops: dropped_before.chain(dropped_there).chain([("relay_full", media.relay_lost)]).collect(),
    }
}

fn said(error: ShardError) -> MediaError {
    match error {
        ShardError::Busy => MediaError::Busy,
        ShardError::Stopped => MediaError::Stopped,
        ShardError::Sfu(SfuError::Offer(error)) => offer(&error),
        ShardError::Sfu(SfuError::NoSuchPeer | SfuError::PeerExists | SfuError::Router(_)) => MediaError::Unknown,
        ShardError::Sfu(SfuError::NoRandomness) => MediaError::Stopped,
    }
}

fn offer(error: &OfferError) -> MediaError {
    match error {
        OfferError::NoCommonCodec => MediaError::NoCommonCodec,
        OfferError::Changed => MediaError::Changed,
        other => MediaError::BadOffer(other.to_string()),
    }
}
