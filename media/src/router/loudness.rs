//! How loud a track is over a moment: RFC 6464 levels of its packets, made steady.
//!
//! Levels are -dBov: 0 is the loudest, 127 silence.

use std::time::{Duration, Instant};

const SILENCE: u8 = 127;
/// Quieter than this is a room, not a voice.
const HEARD: f32 = 55.0;
const TELL_EVERY: Duration = Duration::from_millis(200);
/// Opus sends every 400 ms while nobody speaks.
const GONE: Duration = Duration::from_millis(600);
/// Weight of a louder packet; a voice that begins is heard within three.
const ATTACK: f32 = 0.5;
/// In dB a second: a pause between two words does not end a voice.
const RELEASE: f32 = 40.0;
/// A longer pause counts as this.
const MOST_PAUSE: f32 = 0.1;

#[derive(Debug)]
pub(crate) struct Loudness {
    level: f32,
    heard_at: Option<Instant>,
    /// Set while the track counts as heard.
    told_at: Option<Instant>,
}

impl Default for Loudness {
    fn default() -> Self {
        Self { level: f32::from(SILENCE), heard_at: None, told_at: None }
    }
}

impl Loudness {
    /// The level of a packet; gives what is to be told.
    pub(crate) fn heard(&mut self, now: Instant, level: u8) -> Option<u8> {
        let pause = self.heard_at.replace(now).map_or(0.0, |at| now.saturating_duration_since(at).as_secs_f32());
        let level = f32::from(level.min(SILENCE));
        self.level = if level < self.level {
            self.level + ATTACK * (level - self.level)
        } else {
            (self.level + RELEASE * pause.min(MOST_PAUSE)).min(level)
        };
        if self.level >= HEARD {
            return self.end();
        }
        let due = self.told_at.is_none_or(|at| now.saturating_duration_since(at) >= TELL_EVERY);
        due.then(|| {
            self.told_at = Some(now);
            self.level as u8
        })
    }

    /// Time passed without a packet.
    pub(crate) fn tick(&mut self, now: Instant) -> Option<u8> {
        let gone = self.heard_at.is_some_and(|at| now.saturating_duration_since(at) >= GONE);
        if gone { self.end() } else { None }
    }

    /// The track is muted or gone.
    pub(crate) fn end(&mut self) -> Option<u8> {
        if self.told_at.take().is_some() {
            self.level = f32::from(SILENCE);
            return Some(SILENCE);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: Duration = Duration::from_millis(20);

    fn listen(loudness: &mut Loudness, from: Instant, levels: impl IntoIterator<Item = u8>) -> Vec<u8> {
        levels
            .into_iter()
            .enumerate()
            .filter_map(|(n, level)| loudness.heard(from + PACKET * n as u32, level))
            .collect()
    }

    fn start() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "an Instant cannot be made from nothing")]
        Instant::now()
    }

    #[test]
    fn a_voice_is_told_five_times_a_second_and_its_end_once() {
        let (mut loudness, now) = (Loudness::default(), start());
        let told = listen(&mut loudness, now, [30; 100]);
        assert_eq!((told.len(), told.last()), (10, Some(&30)));
        assert_eq!(listen(&mut loudness, now + 100 * PACKET, [127; 100]).last(), Some(&127));
        assert!(listen(&mut loudness, now + 200 * PACKET, [127; 100]).is_empty());
    }

    #[test]
    fn a_click_and_a_murmur_are_no_voice_and_a_pause_between_words_no_end() {
        let (mut loudness, now) = (Loudness::default(), start());
        assert!(listen(&mut loudness, now, [60; 50]).is_empty());
        let click = listen(&mut loudness, now + 50 * PACKET, std::iter::once(30).chain([100; 20]));
        assert!(click.len() <= 3 && click.last() == Some(&127), "{click:?}");
        let mut loudness = Loudness::default();
        let words = (0..10).flat_map(|_| [[32; 15], [90; 15]]).flatten();
        assert!(!listen(&mut loudness, now, words).contains(&127));
    }

    #[test]
    fn a_track_that_stops_is_told_silent() {
        let (mut loudness, now) = (Loudness::default(), start());
        listen(&mut loudness, now, [30; 10]);
        let last = now + 9 * PACKET;
        assert_eq!(loudness.tick(last + Duration::from_millis(500)), None);
        assert_eq!(loudness.tick(last + Duration::from_millis(600)), Some(127));
        assert_eq!(loudness.tick(last + Duration::from_millis(700)), None);
        listen(&mut loudness, last + Duration::from_secs(1), [30; 10]);
        assert_eq!(loudness.end(), Some(127));
    }
}
