//! Live streams: one for each Session that somebody watches by HTTP.

use super::voices::Voices;
use super::{LiveShelf, Tap, Wanted, Wants};
use crate::driver::ShardError;
use crate::hls::{Cast, CastView, Rendition};
use crate::ids::{ShardNumber, TrackId};
use crate::record::{At, Demand};
use crate::router::Tapped;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So long after a Session its stream still tells players that it is over.
const TELLS_OF_THE_END: Duration = Duration::from_secs(60);
/// A child that ended is not started again sooner.
const CHILD_AGAIN: Duration = Duration::from_secs(5);

type Shelves = Arc<Mutex<HashMap<String, LiveShelf>>>;

/// A handle to the live streams. Cheap to clone.
#[derive(Clone)]
pub struct Caster {
    tap: Tap,
    shelves: Shelves,
    /// There is a program for the sound.
    works: bool,
}

impl Caster {
    /// What those see and hear from now on who watch this Session by HTTP; the whole of it each time. Nothing is made before
    /// somebody asks. `epoch_us`: when the Session began, the same each time.
    ///
    /// # Errors
    /// Busy; stopped.
    pub fn show(
        &self,
        session: String,
        epoch_us: i64,
        view: CastView,
        homes: Vec<(ShardNumber, TrackId)>,
    ) -> Result<(), ShardError> {
        if !self.works {
            return Ok(());
        }
        self.tap.tell(move |worker, _| worker.casts.show(session, epoch_us, view, homes, &mut worker.wants))
    }

    /// The Session is over: its stream says so, and its last segments can still be fetched for a minute.
    ///
    /// # Errors
    /// Busy; stopped.
    pub fn close(&self, session: String) -> Result<(), ShardError> {
        self.tap.tell(move |worker, at| worker.casts.close(at, session, &mut worker.wants))
    }

    /// Where what there is to fetch lies; none when this Session shows nothing, or when no streams can be made.
    #[must_use]
    pub fn shelf(&self, session: &str) -> Option<LiveShelf> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner).get(session).cloned()
    }
}

struct Live {
    epoch_us: i64,
    view: CastView,
    homes: HashMap<TrackId, ShardNumber>,
    shelf: LiveShelf,
    on: Option<On>,
}

/// A stream while it is made.
struct On {
    cast: Cast,
    /// Of its child; frames of one before are of no use.
    number: u64,
    voices: Option<Voices>,
    started: Instant,
}

pub(super) struct Casts {
    program: Option<PathBuf>,
    tap: Tap,
    all: HashMap<String, Live>,
    /// Whose each Track is.
    owners: HashMap<TrackId, String>,
    shelves: Shelves,
    /// Sessions that are over, and until when their shelves stand.
    ended: Vec<(Instant, String)>,
    numbers: u64,
    random: SystemRandom,
}

impl Casts {
    pub(super) fn new(program: Option<PathBuf>, tap: Tap) -> Self {
        Self {
            program,
            tap,
            all: HashMap::new(),
            owners: HashMap::new(),
            shelves: Shelves::default(),
            ended: Vec::new(),
            numbers: 0,
            random: SystemRandom::new(),
        }
    }

    pub(super) fn handle_of(&self, tap: Tap) -> Caster {
        Caster { tap, shelves: self.shelves.clone(), works: self.program.is_some() }
    }

    fn show(
        &mut self,
        session: String,
        epoch_us: i64,
        view: CastView,
        homes: Vec<(ShardNumber, TrackId)>,
        wants: &mut Wants,
    ) {
        let Self { all, shelves, owners, .. } = self;
        for (_, track) in &homes {
            owners.insert(*track, session.clone());
        }
        let live = all.entry(session).or_insert_with_key(|session| {
            let shelf = LiveShelf::default();
            shelves.lock().unwrap_or_else(PoisonError::into_inner).insert(session.clone(), shelf.clone());
            Live { epoch_us, view: CastView::default(), homes: HashMap::new(), shelf, on: None }
        });
        let before = std::mem::take(&mut live.homes);
        live.homes = homes.into_iter().map(|(home, track)| (track, home)).collect();
        live.view = view;
        if let Some(on) = &mut live.on {
            on.cast.show(live.view.clone());
            for (track, home) in live.homes.iter().filter(|(track, _)| !before.contains_key(track)) {
                wants.begin((*home, *track), Wanted::Stream);
            }
        }
    }

    fn close(&mut self, at: At, session: String, wants: &mut Wants) {
        self.owners.retain(|_, owner| *owner != session);
        if let Some(mut live) = self.all.remove(&session) {
            live.turn_off(wants);
            live.shelf.end();
            self.ended.push((at.now + TELLS_OF_THE_END, session));
        }
    }

    fn forget_ended(&mut self, at: At) {
        let Self { ended, shelves, all, .. } = self;
        ended.retain(|(until, session)| {
            let stands = at.now < *until;
            if !stands && !all.contains_key(session) {
                shelves.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
            }
            stands
        });
    }

    pub(super) fn handle(&mut self, at: At, tapped: &Tapped<'_>) {
        let live = self.owners.get(&tapped.track()).and_then(|session| self.all.get_mut(session));
        if let Some(on) = live.and_then(|live| live.on.as_mut()) {
            on.cast.handle(at, tapped);
        }
    }

    /// What the child of this number made.
    pub(super) fn frame(&mut self, number: u64, tick: i64, aac: Vec<u8>) {
        if let Some(on) = self.all.values_mut().filter_map(|live| live.on.as_mut()).find(|on| on.number == number) {
            on.cast.heard(tick, aac);
        }
    }

    /// To be called some times a second.
    pub(super) fn look_around(&mut self, at: At, wants: &mut Wants) {
        self.forget_ended(at);
        let Self { program, tap, all, numbers, random, .. } = self;
        let Some(program) = program else { return };
        for (session, live) in all {
            match (live.shelf.is_wanted(), &live.on) {
                (true, None) => live.turn_on(at, wants),
                (false, Some(_)) => {
                    live.turn_off(wants);
                    live.shelf.clear();
                }
                _ => {}
            }
            let Some(on) = &mut live.on else { continue };
            if on.voices.is_none() && at.now >= on.started {
                *numbers += 1;
                (on.number, on.started) = (*numbers, at.now + CHILD_AGAIN);
                match Voices::start(program, on.number, tap.clone()) {
                    Ok(voices) => on.voices = Some(voices),
                    Err(error) => tracing::error!(session, %error, "a live stream has no sound"),
                }
            }
            let made = on.cast.handle_timeout(at, || {
                let mut proof = [0; 8];
                // Without randomness nobody can prove anything, and everybody can watch.
                let _ = random.fill(&mut proof);
                proof
            });
            for packet in on.cast.take_voices() {
                on.voices.take_if(|voices| !voices.send(packet));
            }
            for demand in on.cast.take_demands(at) {
                wants.hear(Wanted::Stream, demand);
            }
            for segments in made {
                let mut discontinuity = false;
                for (rendition, beginning) in Rendition::ALL.into_iter().zip(segments.beginnings) {
                    discontinuity |= live.shelf.begin(rendition, beginning);
                }
                live.shelf.add(segments.number, discontinuity, segments.pieces);
            }
        }
    }
}

impl Live {
    fn turn_on(&mut self, at: At, wants: &mut Wants) {
        let mut cast = Cast::begin(at, self.epoch_us);
        cast.show(self.view.clone());
        for (track, home) in &self.homes {
            wants.begin((*home, *track), Wanted::Stream);
        }
        self.on = Some(On { cast, number: 0, voices: None, started: at.now });
    }

    fn turn_off(&mut self, wants: &mut Wants) {
        let Some(on) = self.on.take() else { return };
        for track in on.cast.into_tracks() {
            wants.hear(Wanted::Stream, Demand { track, layers: None, keyframes: [false; 3] });
        }
    }
}
