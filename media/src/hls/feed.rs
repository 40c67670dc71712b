//! One layer of one Track on its way into a lane: packets become pictures at their moments.

use super::clock::moment;
use crate::ids::{Layer, TrackId};
use crate::router::TappedPacket;
use crate::samples::{Assembled, Configuration, Layers, Report, Run};
use std::collections::VecDeque;
use std::time::Instant;

/// More than ten seconds of 60 pictures a second; a lane takes them every two.
const MOST_PICTURES: usize = 700;

#[derive(Debug)]
pub(super) struct Picture {
    /// Server time.
    pub(super) at_us: i64,
    pub(super) keyframe: bool,
    pub(super) data: Vec<u8>,
    /// Counts configurations of this feed.
    pub(super) configuration: u32,
}

#[derive(Debug)]
pub(super) struct Feed {
    pub(super) track: TrackId,
    pub(super) layer: Layer,
    run: Run,
    configurations: Vec<Configuration>,
    pub(super) pictures: VecDeque<Picture>,
    /// Before the first report: where the first packet was.
    anchor: Option<Report>,
    newest_us: i64,
}

impl Feed {
    pub(super) fn new(track: TrackId, layer: Layer) -> Self {
        Self {
            track,
            layer,
            run: Run::new(layer),
            configurations: Vec::new(),
            pictures: VecDeque::new(),
            anchor: None,
            newest_us: i64::MIN,
        }
    }

    pub(super) fn hear(&mut self, now: Instant, wall_us: i64, layers: &Layers, packet: &TappedPacket<'_>) {
        if self.run.is_over(packet) {
            // The numbers begin anew, with a keyframe.
            (self.run, self.anchor) = (Run::new(self.layer), None);
        }
        if self.run.takes(packet) {
            self.anchor.get_or_insert(Report { rtp: packet.timestamp, server_us: wall_us });
            self.run.feed(packet, layers.parameter_sets());
            self.work(now, layers);
        }
    }

    /// What waits too long is given up.
    pub(super) fn work(&mut self, now: Instant, layers: &Layers) {
        while let Some(step) = self.run.step(now) {
            for assembled in step.assembled {
                match assembled {
                    Assembled::Configuration(configuration) => self.configurations.push(configuration),
                    Assembled::Broken => {}
                    Assembled::Sample(sample) => {
                        let Some(report) = layers.report(self.layer).or(self.anchor) else { continue };
                        let rate = self.configurations.last().map_or(90_000, Configuration::timescale);
                        let at_us = moment(report, sample.timestamp, rate).max(self.newest_us + 1);
                        self.newest_us = at_us;
                        if self.pictures.len() == MOST_PICTURES {
                            self.pictures.pop_front();
                        }
                        let configuration = self.configurations.len() as u32;
                        let (keyframe, data) = (sample.keyframe, sample.data);
                        self.pictures.push_back(Picture { at_us, keyframe, data, configuration });
                    }
                }
            }
        }
    }

    /// The first keyframe in this stretch of time.
    pub(super) fn keyframe_in(&self, (from_us, to_us): (i64, i64)) -> Option<i64> {
        let found = self.pictures.iter().find(|one| one.keyframe && (from_us..=to_us).contains(&one.at_us))?;
        matches!(self.configuration(found), Some(Configuration::H264 { .. })).then_some(found.at_us)
    }

    pub(super) fn configuration(&self, picture: &Picture) -> Option<&Configuration> {
        self.configurations.get((picture.configuration as usize).checked_sub(1)?)
    }

    /// Forgets what is before.
    pub(super) fn drop_before(&mut self, from_us: i64) {
        while self.pictures.front().is_some_and(|picture| picture.at_us < from_us) {
            self.pictures.pop_front();
        }
    }

    /// Takes what is before.
    pub(super) fn take_before(&mut self, to_us: i64) -> Vec<Picture> {
        let count = self.pictures.iter().take_while(|picture| picture.at_us < to_us).count();
        self.pictures.drain(..count).collect()
    }
}
