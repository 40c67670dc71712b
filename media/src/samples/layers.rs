//! What the home of a Track tells of its layers: which flow, and what their clocks say.

use crate::ids::Layer;
use crate::router::{TappedLayer, TappedTrack};
use crate::rtp::ntp::NtpTime;
use crate::sdp::ParameterSets;
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug, Default)]
pub(crate) struct Layers {
    seen: [Option<Seen>; 3],
    sets: Option<Arc<ParameterSets>>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    layer: TappedLayer,
    flows_since: Option<Instant>,
    clock: Option<Report>,
}

/// What a sender report says of one layer: this RTP timestamp is that moment of the server's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) rtp: u32,
    /// Microseconds since 1970.
    pub(crate) server_us: i64,
}

impl Layers {
    /// Gives the layers with a new report, and of which run they are.
    pub(crate) fn hear(
        &mut self,
        now: Instant,
        state: &TappedTrack,
        mut server_time: impl FnMut(NtpTime) -> i64,
    ) -> Vec<(Layer, u64, Report)> {
        let mut news = Vec::new();
        self.sets.clone_from(&state.parameter_sets);
        for (layer, (place, heard)) in
            [Layer::Low, Layer::Mid, Layer::High].into_iter().zip(self.seen.iter_mut().zip(state.layers))
        {
            let before = place.take();
            let Some(heard) = heard else { continue };
            let flows_since = heard.flowing.then(|| before.and_then(|seen| seen.flows_since).unwrap_or(now));
            let same = before.filter(|seen| seen.layer.generation == heard.generation);
            let said = heard.clock.filter(|clock| same.and_then(|seen| seen.layer.clock) != Some(*clock));
            let mut clock = same.and_then(|seen| seen.clock);
            if let Some(said) = said {
                let report = Report { rtp: said.rtp, server_us: server_time(said.ntp) };
                clock = Some(report);
                news.push((layer, heard.generation, report));
            }
            *place = Some(Seen { layer: heard, flows_since, clock });
        }
        news
    }

    /// Since when it flows, if it does.
    pub(crate) fn flows_since(&self, layer: Layer) -> Option<Instant> {
        self.seen[layer as usize]?.flows_since
    }

    pub(crate) fn any_flows(&self) -> bool {
        self.seen.iter().flatten().any(|seen| seen.layer.flowing)
    }

    /// What the offer told of its H.264.
    pub(crate) fn parameter_sets(&self) -> Option<&ParameterSets> {
        self.sets.as_deref()
    }

    /// Its last report.
    pub(crate) fn report(&self, layer: Layer) -> Option<Report> {
        self.seen[layer as usize]?.clock
    }
}
