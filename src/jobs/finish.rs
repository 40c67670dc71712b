//! Finishes closed Recordings, one at a time: a child process does the work, this job tells how far it is and hands what
//! came out to the archive.
//!
//! A child that was cut off by a stop or a kill of the server is started again and goes on where it was.

use crate::domain::RecordingId;
use crate::domain::recording::{Checks, Recording, RecordingState};
use crate::store::recording::{self, Outcome};
use crate::store::{Store, StoreError};
use serde::Deserialize;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// Stands beside `lectern` wherever that is installed.
pub const PROGRAM: &str = "lectern-finish";
/// How often it is looked for something to do.
const EVERY: Duration = Duration::from_secs(5);
/// After something went wrong; as long as a full disk or a store that is away may take to be noticed.
const PAUSE: Duration = Duration::from_secs(30);
/// A Recording that fails so often waits for longer: the disk may be full, or the program too old.
const MOST_ATTEMPTS: u32 = 3;
/// What failed is tried anew at the start of the server, and so much later.
const FAILED_AGAIN: Duration = Duration::from_secs(6 * 3600);
/// What comes out waits so long for an archive that does not take it, with a pause after each.
const MOST_OFFERS: u32 = 20;
/// How often it is looked for room while a child writes.
const LOOKS_EVERY: Duration = Duration::from_millis(200);
/// Progress is written down in steps of this; each is a commit.
const PERMILLE: u16 = 10;
/// A Recording of more bytes holds something; where nothing in it can be read it has failed, and is kept.
const MOST_OF_NOTHING: u64 = 1_000_000;
/// A reason is a line, not a log.
const LONGEST_REASON: usize = 300;

/// Exit codes of the program, besides 0.
const NOTHING_IN_IT: i32 = 3;
const ANOTHER_AT_IT: i32 = 4;

/// Where things are.
#[derive(Debug, Clone)]
pub struct Finishing {
    pub program: PathBuf,
    /// A folder for each Recording, named by its id.
    pub recordings: PathBuf,
    /// After something went wrong, before it is tried again.
    pub pause: Duration,
    /// Free bytes where the Recordings are; `None` where that is not known.
    pub free: fn(&Path) -> Option<u64>,
    /// With less than this free a child is stopped, whoever took the rest.
    pub stops_below: u64,
}

impl Finishing {
    #[must_use]
    pub fn new(program: PathBuf, recordings: PathBuf, free: fn(&Path) -> Option<u64>, stops_below: u64) -> Self {
        Self { program, recordings, pause: PAUSE, free, stops_below }
    }

    /// Unknown is enough.
    fn free(&self) -> u64 {
        (self.free)(&self.recordings).unwrap_or(u64::MAX)
    }
}

#[derive(Deserialize)]
struct Told {
    step: String,
    permille: u16,
}

/// Of `result.json`.
#[derive(Deserialize)]
struct Made {
    duration_ms: u64,
    #[serde(default)]
    checks: Looked,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Looked {
    gaps: Vec<Gap>,
    skew_ms_max: u64,
    silence_ms: u64,
    clipped_permille: u64,
    warnings: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
struct Gap {
    ms: u64,
    length_ms: u64,
}

impl From<Looked> for Checks {
    fn from(looked: Looked) -> Self {
        Self {
            gaps: u32::try_from(looked.gaps.len()).unwrap_or(u32::MAX),
            lost_ms: together(looked.gaps),
            skew_ms_max: looked.skew_ms_max,
            silence_ms: looked.silence_ms,
            clipped_permille: looked.clipped_permille,
            no_sound: looked.warnings.iter().any(|warning| warning == "no_sound"),
        }
    }
}

/// Picture and sound are often lost at the same time, which counts once.
fn together(mut gaps: Vec<Gap>) -> u64 {
    gaps.sort_unstable_by_key(|gap| gap.ms);
    let (mut lost, mut until) = (0, 0);
    for Gap { ms, length_ms } in gaps {
        let end = ms.saturating_add(length_ms);
        lost += end.saturating_sub(ms.max(until));
        until = until.max(end);
    }
    lost
}

/// How a child ended.
enum Ended {
    Made(Made),
    Empty,
    AnotherAtIt,
    NoRoom,
    Failed(String),
}

/// Never ends by itself; dropping it kills the child. `take_in` is given the Recording and the folder of what came out, and
/// is called again with the same until it succeeds.
pub async fn keep_finishing<E: Display, F: Future<Output = Result<(), E>>>(
    store: Store,
    finishing: Finishing,
    take_in: impl Fn(Recording, PathBuf) -> F,
) {
    let finish = async {
        clear_what_is_finished(&store, &finishing).await;
        loop {
            match next(&store, &finishing, &take_in).await {
                Ok(true) => {}
                Ok(false) => sleep(EVERY).await,
                Err(error) => {
                    tracing::warn!(%error, "recordings are not finished");
                    sleep(finishing.pause).await;
                }
            }
        }
    };
    tokio::join!(retry_what_failed(&store), finish);
}

/// A kill may have come between the last step and the clearing.
async fn clear_what_is_finished(store: &Store, finishing: &Finishing) {
    let Ok(entries) = std::fs::read_dir(&finishing.recordings) else { return };
    for entry in entries.flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<RecordingId>() else { continue };
        let left = ["out", "work"].map(|name| entry.path().join(name));
        if !left.iter().any(|folder| folder.exists()) {
            continue;
        }
        let finished = recording::get(store, id).await.is_ok_and(|one| one.state == RecordingState::Finished);
        for folder in left.iter().filter(|folder| finished && folder.exists()) {
            if let Err(error) = tokio::fs::remove_dir_all(folder).await {
                tracing::warn!(recording = %id, %error, "what came out of finishing was not cleared away");
            }
        }
    }
}

async fn retry_what_failed(store: &Store) {
    loop {
        match recording::retry_failed(store).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "recordings that failed are tried again"),
            Err(error) => tracing::warn!(%error, "recordings that failed wait"),
        }
        sleep(FAILED_AGAIN).await;
    }
}

/// Finishes one; whether there was one.
pub async fn next<E: Display, F: Future<Output = Result<(), E>>>(
    store: &Store,
    finishing: &Finishing,
    take_in: impl Fn(Recording, PathBuf) -> F,
) -> Result<bool, StoreError> {
    let waiting = recording::to_finish(store).await?;
    let free = finishing.free();
    let mut fits = None;
    for one in &waiting {
        if wants(finishing, one).await <= free {
            fits = Some(one.id);
            break;
        }
    }
    let Some(id) = fits else {
        if let Some(one) = waiting.first() {
            tracing::warn!(recording = %one.id, free, "recordings wait for room on the disk");
            sleep(finishing.pause).await;
        }
        return Ok(false);
    };
    let found = recording::begin_finishing(store, id).await?;
    let folder = finishing.recordings.join(id.as_str());
    match run(store, finishing, id, &folder).await? {
        Ended::Made(Made { duration_ms, checks }) => {
            recording::progress(store, id, "archive", 1000).await?;
            let out = folder.join("out");
            match offer(id, finishing.pause, || take_in(found.clone(), out.clone())).await {
                Ok(()) => {
                    recording::finished(store, id, Outcome::Finished { duration_ms, checks: checks.into() }).await?;
                    // All of it is in the archive, proven by its digests; what was captured stays.
                    if let Err(error) = tokio::fs::remove_dir_all(&out).await {
                        tracing::warn!(recording = %id, %error, "what came out of finishing was not cleared away");
                    }
                    tracing::info!(recording = %id, duration_ms, "recording finished");
                }
                Err(reason) => recording::failed(store, id, &reason, 1).await?,
            }
        }
        Ended::Empty if found.bytes > MOST_OF_NOTHING => {
            tracing::error!(recording = %id, bytes = found.bytes, "nothing in the recording can be read");
            recording::failed(store, id, "nothing in it can be read", 1).await?;
        }
        Ended::Empty => {
            recording::finished(store, id, Outcome::Empty).await?;
            tracing::info!(recording = %id, "nothing to watch in the recording");
        }
        Ended::AnotherAtIt => sleep(finishing.pause).await,
        Ended::NoRoom => {
            tracing::warn!(recording = %id, "finishing waits: the disk has hardly any room");
            sleep(finishing.pause).await;
        }
        Ended::Failed(reason) => {
            tracing::error!(recording = %id, attempts = found.attempts + 1, reason, "recording not finished");
            recording::failed(store, id, &reason, MOST_ATTEMPTS).await?;
            sleep(finishing.pause).await;
        }
    }
    Ok(true)
}

/// Bytes that have to be free, beside those that lie there already.
async fn wants(finishing: &Finishing, one: &Recording) -> u64 {
    let folder = finishing.recordings.join(one.id.as_str());
    let made = tokio::task::spawn_blocking(move || size_of(&folder.join("out")) + size_of(&folder.join("work")));
    one.wants_free(made.await.unwrap_or(0))
}

/// Of all files below; a few thousand at most.
fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => size_of(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

async fn offer<E: Display, F: Future<Output = Result<(), E>>>(
    id: RecordingId,
    pause: Duration,
    take_in: impl Fn() -> F,
) -> Result<(), String> {
    let mut offers = 1;
    loop {
        match take_in().await {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(recording = %id, %error, offers, "the archive did not take a recording");
                if offers == MOST_OFFERS {
                    return Err(error.to_string());
                }
            }
        }
        offers += 1;
        sleep(pause).await;
    }
}

/// Runs the child to its end, or until the disk has no room for it; what it made so far stays, and it goes on from there.
async fn run(store: &Store, finishing: &Finishing, id: RecordingId, folder: &Path) -> Result<Ended, StoreError> {
    let program = &finishing.program;
    let mut child = match start(program, folder) {
        Ok(child) => child,
        Err(error) => return Ok(Ended::Failed(format!("{}: {error}", program.display()))),
    };
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let goes = async { tokio::join!(follow(store, id, stdout), last_line(stderr)) };
    let (told, reason) = tokio::select! {
        ended = goes => ended,
        () = no_room(finishing) => {
            if let Err(error) = child.kill().await {
                tracing::warn!(recording = %id, %error, "finishing was not stopped");
            }
            return Ok(Ended::NoRoom);
        }
    };
    told?;
    Ok(match child.wait().await {
        Ok(status) => judge(status, reason, folder),
        Err(error) => Ended::Failed(error.to_string()),
    })
}

/// Ends when there is hardly any.
async fn no_room(finishing: &Finishing) {
    while finishing.free() >= finishing.stops_below {
        sleep(LOOKS_EVERY).await;
    }
}

fn start(program: &Path, folder: &Path) -> std::io::Result<Child> {
    // Lessons come first: `nice` becomes the program itself.
    let mut command = Command::new("nice");
    command.args(["-n", "19"]).arg(program).arg("finish").arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn()
}

/// Writes down how far it is, until the child has nothing more to say.
async fn follow(store: &Store, id: RecordingId, stdout: Option<impl AsyncRead + Unpin>) -> Result<(), StoreError> {
    let Some(stdout) = stdout else { return Ok(()) };
    let mut lines = BufReader::new(stdout).lines();
    let mut written: Option<(String, u16)> = None;
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(told) = serde_json::from_str::<Told>(&line) else { continue };
        let news = written.as_ref().is_none_or(|(step, permille)| {
            *step != told.step || told.permille >= permille.saturating_add(PERMILLE) || told.permille < *permille
        });
        if news {
            recording::progress(store, id, &told.step, told.permille).await?;
            written = Some((told.step, told.permille));
        }
    }
    Ok(())
}

async fn last_line(stderr: Option<impl AsyncRead + Unpin>) -> String {
    let mut last = String::new();
    let Some(stderr) = stderr else { return last };
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        last = line.chars().take(LONGEST_REASON).collect();
    }
    last
}

fn judge(status: ExitStatus, reason: String, folder: &Path) -> Ended {
    match status.code() {
        Some(0) => match made(folder) {
            Ok(made) => Ended::Made(made),
            Err(error) => Ended::Failed(format!("result.json: {error}")),
        },
        Some(NOTHING_IN_IT) => Ended::Empty,
        Some(ANOTHER_AT_IT) => Ended::AnotherAtIt,
        _ if reason.is_empty() => Ended::Failed(status.to_string()),
        _ => Ended::Failed(reason),
    }
}

fn made(folder: &Path) -> std::io::Result<Made> {
    Ok(serde_json::from_slice(&std::fs::read(folder.join("out/result.json"))?)?)
}
