//! Who speaks: which microphones have the audio slots, and whose voices are told.
//!
//! Slots are few and microphones many. The loudest have the *seats*, of which a listener hears the first three that are
//! not its own; a fourth is kept for those who sit themselves. A seat is kept until somebody is clearly louder for a
//! while, or speaks while its holder is silent: a cough moves nothing, and with three microphones nothing ever moves.

use crate::Moment;
use crate::protocol::{PublicationId, SessionRole};
use std::collections::BTreeMap;
use std::time::Duration;

/// Audio slots of a client that are for voices.
const HEARD: usize = 3;
/// One more, so that who sits hears three others.
const SEATS: usize = HEARD + 1;
/// Levels are those of RFC 6464: 0 is loudest, 127 silence. Speech close to a microphone is 20 to 45, a quiet room 60
/// and more.
const SPEAKS_FROM: u8 = 50;
const SPEAKS_UNTIL: u8 = 55;
/// Longer than the pauses between words, shorter than the one after a question.
const SILENT_AFTER: Duration = Duration::from_millis(1200);
/// How long a seat is kept by who has stopped speaking, should another speak.
const SEAT_HELD: Duration = Duration::from_secs(2);
/// Twice as loud to the ear is 10; two thirds of it is clear enough.
const CLEARLY: u8 = 6;
/// How long somebody must be clearly louder to take the seat of one who speaks.
const FOR_A_WHILE: Duration = Duration::from_secs(1);
/// The list of speakers is told at most this often.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// A microphone that is not muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Microphone {
    pub(super) publication: PublicationId,
    pub(super) role: SessionRole,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Speakers {
    seats: Vec<PublicationId>,
    voices: BTreeMap<PublicationId, Voice>,
    /// Who is about to take one of the heard seats, and the seat that is kept in reserve, from one who speaks; since when.
    rivals: [Option<(PublicationId, Moment)>; 2],
    told: Vec<PublicationId>,
    told_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy)]
struct Voice {
    level: u8,
    /// When it was last loud enough for speech.
    heard: Moment,
}

impl Voice {
    fn speaks(&self, now: Moment) -> bool {
        now.since(self.heard) < SILENT_AFTER
    }
}

impl Speakers {
    /// The place of a microphone among the seats.
    pub(super) fn seat(&self, publication: PublicationId) -> Option<usize> {
        self.seats.iter().position(|&p| p == publication)
    }

    /// Microphones came, went, or were muted: empty seats go to those who speak, then by role, then by age.
    pub(super) fn seat_all(&mut self, microphones: &[Microphone]) {
        let here = |id: &PublicationId| microphones.iter().any(|m| m.publication == *id);
        self.seats.retain(here);
        self.voices.retain(|id, _| here(id));
        let mut waiting: Vec<&Microphone> = microphones.iter().filter(|m| self.seat(m.publication).is_none()).collect();
        waiting.sort_by_key(|m| {
            let level = self.voices.get(&m.publication).map_or(u8::MAX, |voice| voice.level);
            (level, m.role.order(), m.publication)
        });
        let empty = SEATS.saturating_sub(self.seats.len());
        self.seats.extend(waiting.into_iter().take(empty).map(|m| m.publication));
    }

    /// The media plane heard a microphone. True when a seat changed hands.
    pub(super) fn hear(&mut self, now: Moment, publication: PublicationId, level: u8) -> bool {
        let known = self.voices.get(&publication).is_some_and(|voice| voice.speaks(now));
        let enough = if known { SPEAKS_UNTIL } else { SPEAKS_FROM };
        if level <= enough {
            self.voices.insert(publication, Voice { level, heard: now });
        } else if let Some(voice) = self.voices.get_mut(&publication) {
            // Still speaking for a moment, but louder than nobody.
            voice.level = level;
        }
        self.contest(now)
    }

    /// Lets those who speak compete for the seats.
    fn contest(&mut self, now: Moment) -> bool {
        // A voice is of interest for as long as it keeps a seat.
        self.voices.retain(|_, voice| now.since(voice.heard) < SEAT_HELD);
        let mut changed = false;
        for (boundary, seats) in [0..HEARD, HEARD..SEATS].into_iter().enumerate() {
            while self.contest_for(now, boundary, seats.clone()) {
                changed = true;
            }
        }
        changed
    }

    /// One who sits behind these seats, or nowhere, against the weakest of those in them.
    fn contest_for(&mut self, now: Moment, boundary: usize, seats: std::ops::Range<usize>) -> bool {
        if self.seats.len() < seats.end {
            self.rivals[boundary] = None;
            return false;
        }
        let held = |id: &PublicationId| self.voices.get(id).map_or(u8::MAX, |voice| voice.level);
        let weakest = seats.clone().max_by_key(|&seat| (held(&self.seats[seat]), seat));
        let outside = self
            .voices
            .iter()
            .filter(|(id, voice)| voice.speaks(now) && self.seat(**id).is_none_or(|seat| seat >= seats.end));
        let rival = outside.min_by_key(|(id, voice)| (voice.level, **id)).map(|(&id, &voice)| (id, voice));
        let (Some(weakest), Some((rival, voice))) = (weakest, rival) else {
            self.rivals[boundary] = None;
            return false;
        };
        let holder = self.voices.get(&self.seats[weakest]).map(|holder| holder.level);
        let takes = match holder {
            None => true,
            Some(level) if voice.level.saturating_add(CLEARLY) <= level => {
                let since = self.rivals[boundary].filter(|(id, _)| *id == rival).map_or(now, |(_, since)| since);
                self.rivals[boundary] = Some((rival, since));
                now.since(since) >= FOR_A_WHILE
            }
            Some(_) => {
                self.rivals[boundary] = None;
                false
            }
        };
        if takes {
            self.rivals[boundary] = None;
            match self.seat(rival) {
                Some(behind) => self.seats.swap(weakest, behind),
                None => self.seats[weakest] = rival,
            }
        }
        takes
    }

    /// The list of speakers, when it is to be told anew.
    pub(super) fn news(&mut self, now: Moment) -> Option<&[PublicationId]> {
        let early = self.told_at.is_some_and(|at| now < at.plus(TOLD_EVERY));
        if early {
            return None;
        }
        let list = self.list(now);
        if list == self.told {
            return None;
        }
        self.told = list;
        self.told_at = Some(now);
        Some(&self.told)
    }

    /// Who speaks now. Those who were told keep their order until one behind is clearly louder.
    fn list(&self, now: Moment) -> Vec<PublicationId> {
        let speaks =
            |id: &PublicationId| self.voices.get(id).filter(|voice| voice.speaks(now)).map(|voice| voice.level);
        let mut list: Vec<(PublicationId, u8)> = self.told.iter().filter_map(|&id| Some((id, speaks(&id)?))).collect();
        let mut new: Vec<(PublicationId, u8)> = self
            .voices
            .keys()
            .filter(|id| !self.told.contains(id))
            .filter_map(|&id| Some((id, speaks(&id)?)))
            .collect();
        new.sort_by_key(|&(id, level)| (level, id));
        list.extend(new);
        for behind in 1..list.len() {
            let mut at = behind;
            while at > 0 && list[at].1.saturating_add(CLEARLY) <= list[at - 1].1 {
                list.swap(at - 1, at);
                at -= 1;
            }
        }
        list.truncate(HEARD);
        list.into_iter().map(|(id, _)| id).collect()
    }

    /// When the list changes although nobody is heard.
    pub(super) fn due(&self) -> Option<Moment> {
        let silent = |id| self.voices.get(id).map_or(Moment(0), |voice| voice.heard.plus(SILENT_AFTER));
        let first = self.told.iter().map(silent).min()?;
        Some(self.told_at.map_or(first, |at| first.max(at.plus(TOLD_EVERY))))
    }
}
