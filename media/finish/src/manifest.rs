//! What a Recording's manifest tells: its tracks, their files and clocks, pauses, speakers and markers.
//!
//! The manifest is written line by line by a server that may be killed, so the last line may be cut off, and lines of events
//! that are not known here are passed over.

use serde::Deserialize;

/// Server wall clock, microseconds UTC.
pub(crate) type ServerTime = i64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Audio,
    Video,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Microphone,
    Camera,
    Screen,
    ScreenAudio,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Line {
    at: ServerTime,
    #[serde(flatten)]
    event: Event,
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Began {},
    WentOn {},
    Track {
        track: u32,
        kind: Kind,
        source: Source,
        participant: Option<u64>,
        name: Option<String>,
        small_of: Option<u32>,
    },
    Segment {
        track: u32,
        segment: u32,
        file: String,
    },
    Clock {
        track: u32,
        segment: u32,
        media: i64,
        server: ServerTime,
    },
    Gap {
        track: u32,
        segment: u32,
        from: i64,
        to: i64,
    },
    Muted {
        track: u32,
        muted: bool,
    },
    TrackEnded {},
    Paused {},
    Resumed {},
    Speaker {
        track: u32,
    },
    Marker {
        text: String,
    },
    Ended {},
    #[serde(other)]
    Other,
}

/// One RTCP sender report: media time of the file ↔ server time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub media: i64,
    pub server: ServerTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gap {
    pub from: i64,
    pub to: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub number: u32,
    /// Arrival of the first sample.
    pub at: ServerTime,
    pub file: String,
    pub clocks: Vec<Pair>,
    pub gaps: Vec<Gap>,
}

#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub number: u32,
    pub kind: Kind,
    pub source: Source,
    pub participant: Option<u64>,
    pub name: String,
    /// It is the same picture as that Track, of a smaller layer.
    pub small_of: Option<u32>,
    pub segments: Vec<Segment>,
    /// Server times between which it was muted.
    pub mutes: Vec<(ServerTime, ServerTime)>,
}

#[derive(Debug, Default)]
pub(crate) struct Manifest {
    pub tracks: Vec<Track>,
    pub pauses: Vec<(ServerTime, ServerTime)>,
    pub speakers: Vec<(ServerTime, u32)>,
    pub markers: Vec<(ServerTime, String)>,
    pub ended: bool,
    /// Lines before the last that nobody could read.
    pub unreadable: usize,
}

/// Reads what can be read.
pub(crate) fn read(bytes: &[u8]) -> Manifest {
    let mut manifest = Manifest::default();
    let mut paused: Option<ServerTime> = None;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    for line in bytes[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Ok(Line { at, event }) = serde_json::from_slice(line) else {
            manifest.unreadable += 1;
            continue;
        };
        manifest.take(at, event, &mut paused);
    }
    // The last line may be whole and lack only its end.
    if let Ok(Line { at, event }) = serde_json::from_slice(&bytes[whole..]) {
        manifest.take(at, event, &mut paused);
    }
    if let Some(from) = paused {
        manifest.pauses.push((from, ServerTime::MAX));
    }
    manifest
}

impl Manifest {
    fn take(&mut self, at: ServerTime, event: Event, paused: &mut Option<ServerTime>) {
        match event {
            Event::Began {} | Event::WentOn {} | Event::Other | Event::TrackEnded { .. } => {}
            Event::Ended {} => self.ended = true,
            Event::Track { track, kind, source, participant, name, small_of } => {
                if self.track(track).is_none() {
                    let name = name.unwrap_or_default();
                    let (segments, mutes) = (Vec::new(), Vec::new());
                    let track = Track { number: track, kind, source, participant, name, small_of, segments, mutes };
                    self.tracks.push(track);
                }
            }
            Event::Segment { track, segment, file } => {
                // A file of the folder itself; nothing else is opened.
                let plain = !file.is_empty() && !file.starts_with('.') && !file.contains(['/', '\\', '\0']);
                match self.track(track) {
                    Some(track) if plain => {
                        let (clocks, gaps) = (Vec::new(), Vec::new());
                        track.segments.push(Segment { number: segment, at, file, clocks, gaps });
                    }
                    _ => self.unreadable += 1,
                }
            }
            Event::Clock { track, segment, media, server } => {
                if let Some(segment) = self.segment(track, segment) {
                    segment.clocks.push(Pair { media, server });
                }
            }
            Event::Gap { track, segment, from, to } => {
                if let Some(segment) = self.segment(track, segment) {
                    segment.gaps.push(Gap { from, to });
                }
            }
            Event::Muted { track, muted } => {
                if let Some(track) = self.track(track) {
                    track.mute(at, muted);
                }
            }
            Event::Paused {} => *paused = paused.or(Some(at)),
            Event::Resumed {} => {
                if let Some(from) = paused.take() {
                    self.pauses.push((from, at));
                }
            }
            Event::Speaker { track } => self.speakers.push((at, track)),
            Event::Marker { text } => self.markers.push((at, text)),
        }
    }

    fn track(&mut self, number: u32) -> Option<&mut Track> {
        self.tracks.iter_mut().find(|track| track.number == number)
    }

    fn segment(&mut self, track: u32, number: u32) -> Option<&mut Segment> {
        self.track(track)?.segments.iter_mut().find(|segment| segment.number == number)
    }
}

impl Track {
    fn mute(&mut self, at: ServerTime, muted: bool) {
        let open = self.mutes.last_mut().filter(|(_, to)| *to == ServerTime::MAX);
        match (open, muted) {
            (Some(open), false) => open.1 = at,
            (None, true) => self.mutes.push((at, ServerTime::MAX)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"{"at":10,"event":"began","format":1,"recording":"r","session":"s"}
{"at":20,"event":"track","track":1,"kind":"video","source":"camera","participant":12,"name":"王老师"}
{"at":30,"event":"segment","track":1,"segment":1,"file":"1-1.mp4","codec":"h264","timescale":90000,"width":0,"height":0,"layer":"high"}
{"at":31,"event":"clock","track":1,"segment":1,"media":-90,"server":1790000000000000}
{"at":32,"event":"joined","participant":13,"name":"李"}
{"at":40,"event":"paused","by":"x"}
{"at":41,"event":"paused","by":"x"}
{"at":50,"event":"resumed","by":"x"}
{"at":60,"event":"muted","track":1,"muted":true}
"#;

    #[test]
    fn a_manifest_tells_tracks_clocks_and_pauses() {
        let manifest = read(LINES.as_bytes());
        assert_eq!(manifest.unreadable, 0);
        assert_eq!(manifest.tracks[0].segments[0].clocks, [Pair { media: -90, server: 1_790_000_000_000_000 }]);
        assert_eq!(manifest.pauses, [(40, 50)]);
        assert_eq!(manifest.tracks[0].mutes, [(60, ServerTime::MAX)]);
        assert!(!manifest.ended);
    }

    #[test]
    fn the_last_line_may_be_cut_off_anywhere() {
        for end in 0..LINES.len() {
            assert_eq!(read(&LINES.as_bytes()[..end]).unreadable, 0, "cut at {end}");
        }
    }

    #[test]
    fn a_file_outside_of_the_folder_is_no_segment() {
        for file in ["../x.mp4", "/etc/passwd", "a/b", "", ".."] {
            let track = r#"{"at":20,"event":"track","track":1,"kind":"audio","source":"microphone"}"#;
            let lines =
                format!("{track}\n{{\"at\":3,\"event\":\"segment\",\"track\":1,\"segment\":1,\"file\":\"{file}\"}}\n");
            let manifest = read(lines.as_bytes());
            assert!(manifest.tracks[0].segments.is_empty());
            assert_eq!(manifest.unreadable, 1);
        }
    }
}
