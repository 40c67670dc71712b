//! Taking in: what finishing made of a Recording becomes a draft Resource, all of it or nothing.
//!
//! First every file lies in the storage, proved by its SHA-256; then one transaction writes the Resource. Killed in between, the next
//! call goes on: the Resource's id follows from the Recording's, and what lies there whole is not sent again.

use super::storage::key_of;
use super::{Storage, StorageError};
use crate::domain::recording::Recording;
use crate::domain::resource::{Chapter, ChatLine, Presenter, ResourceKind, Words};
use crate::domain::{Activity, RecordingId, ResourceId, SchoolStage, Time};
use crate::store::resource::{Content, NewFile, NewResource};
use crate::store::{self, Store, StoreError};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};
use tokio::fs::{self, File};
use tokio::io::{AsyncBufReadExt as _, BufReader};

const RESULT: &str = "result.json";
const MANIFEST: &str = "manifest.jsonl";
const FORMAT: u32 = 1;
/// `hls/<rendition>/<segment>`.
const DEEPEST: usize = 3;
/// A day in segments of 6 s, of four renditions.
const MOST_FILES: usize = 60_000;
const MOST_CHAPTERS: usize = 500;
const MOST_CHAT: usize = 5000;
const LONGEST_LINE: usize = 500;
/// As much of an Activity's title as leaves room for which part it is.
const LONGEST_TITLE: usize = 70;

#[derive(Debug, thiserror::Error)]
pub enum TakeInError {
    #[error("what finishing made can't be read")]
    Io(#[from] io::Error),
    #[error("result.json is not as finishing writes it")]
    Result(#[source] serde_json::Error),
    #[error("result.json is of format {0}, which this server does not know")]
    Format(u32),
    #[error("there is nothing to watch in it")]
    Nothing,
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What finishing says of its work; more than is needed here may stand in it.
#[derive(Debug, Deserialize)]
struct FinishResult {
    format: u32,
    duration_ms: u64,
    #[serde(default)]
    timeline: Vec<Stretch>,
    #[serde(default)]
    chapters: Vec<Chapter>,
}

/// From a moment of the server's clock on, this is what the replay shows.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Stretch {
    at_us: i64,
    ms: u64,
    length_ms: u64,
}

#[derive(Deserialize)]
struct ManifestLine {
    at: i64,
    event: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    text: String,
}

/// The Resource of this Recording, whose finished files lie in `out`. They are only read: whoever calls may take them away after an `Ok`.
pub async fn take_in(
    store: &Store,
    storage: &Storage,
    recording: &Recording,
    out: &Path,
    now: Time,
) -> Result<ResourceId, TakeInError> {
    if let Some(known) = store::resource::of_recording(store, recording.id).await? {
        return Ok(known);
    }
    let result: FinishResult =
        serde_json::from_slice(&fs::read(out.join(RESULT)).await?).map_err(TakeInError::Result)?;
    if result.format != FORMAT {
        return Err(TakeInError::Format(result.format));
    }
    let id = id_of(recording.id);
    let mut files = Vec::new();
    for (name, media_type) in found(out).await? {
        let stored = storage.put_file(&key_of(id, &name), &out.join(&name)).await?;
        files.push(NewFile { name, media_type: media_type.to_owned(), bytes: stored.bytes, sha256: stored.sha256 });
    }
    if !files.iter().any(|file| file.name == "video.mp4" || file.name == "hls/master.m3u8") {
        return Err(TakeInError::Nothing);
    }
    let activity = store::activity::get(store, recording.activity).await?;
    let chapters = result.chapters.into_iter().filter(|one| one.ms < result.duration_ms).take(MOST_CHAPTERS).collect();
    let manifest = out.parent().map(|folder| folder.join(MANIFEST));
    let chat = match manifest {
        Some(manifest) => chat(&manifest, &result.timeline).await?,
        None => Vec::new(),
    };
    let new = NewResource {
        id,
        studio: recording.studio,
        kind: ResourceKind::Recording,
        words: words(store, recording, &activity).await?,
        activity: Some(activity.id),
        recording: Some(recording.id),
        duration_ms: Some(result.duration_ms),
        files,
        content: Content { chapters, chat, subtitles: Vec::new() },
        created_by: None,
        quota: None,
    };
    let made = store::resource::create(store, new, now).await?;
    tracing::info!(resource = %made.id, recording = %recording.id, bytes = made.bytes, "a Recording was taken in");
    Ok(made.id)
}

/// Always the same one, also when the first call was killed before its row was written.
fn id_of(recording: RecordingId) -> ResourceId {
    let digest = digest(&SHA256, format!("resource of {recording}").as_bytes());
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&digest.as_ref()[..10]);
    ResourceId::from_random(bytes)
}

async fn words(store: &Store, recording: &Recording, activity: &Activity) -> Result<Words, StoreError> {
    let studio = store::studio::get(store, recording.studio).await?;
    let presenters = store::card::presenters_of(store, activity.id).await?.into_iter();
    let presenters = presenters.map(|one| Presenter { account: Some(one.id), name: one.name }).collect();
    let of_activity = store::recording::of_activity(store, activity.id).await?;
    let part = of_activity.iter().position(|one| one.id == recording.id).unwrap_or(0) + 1;
    let title: String = activity.title.chars().take(LONGEST_TITLE).collect();
    let title = if of_activity.len() > 1 { format!("{title}（第 {part} 段）") } else { title };
    // As the library's filters ask for it.
    let (stage, subject) = SchoolStage::split(&studio.subject);
    Ok(Words {
        title,
        summary: activity.summary.chars().take(2000).collect(),
        subject: Some(subject.to_owned()).filter(|subject| !subject.is_empty()),
        stage,
        series: activity.series,
        presenters,
    })
}

/// Every file that is watched, by its name below `out`. Links are not followed, and what has another name stays here.
async fn found(out: &Path) -> Result<Vec<(String, &'static str)>, io::Error> {
    let mut open: Vec<(PathBuf, String, usize)> = vec![(out.to_owned(), String::new(), 1)];
    let mut found = Vec::new();
    while let Some((folder, before, depth)) = open.pop() {
        let mut entries = fs::read_dir(&folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let kind = entry.file_type().await?;
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            if name.starts_with('.') || !name.chars().all(plain) {
                continue;
            }
            let whole = format!("{before}{name}");
            if kind.is_dir() && depth < DEEPEST {
                open.push((entry.path(), format!("{whole}/"), depth + 1));
            } else if let Some(media_type) = media_type(&name).filter(|_| kind.is_file()) {
                found.push((whole, media_type));
            }
            if found.len() > MOST_FILES {
                return Err(io::Error::other("too many files"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn media_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "mp4" => "video/mp4",
        "m4s" => "video/iso.segment",
        "m3u8" => "application/vnd.apple.mpegurl",
        "jpg" => "image/jpeg",
        "vtt" => "text/vtt; charset=utf-8",
        _ => return None,
    })
}

/// The lines of the Session's chat that were said while something was recorded.
async fn chat(manifest: &Path, timeline: &[Stretch]) -> Result<Vec<ChatLine>, io::Error> {
    let file = match File::open(manifest).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        opened => opened?,
    };
    let mut lines = BufReader::new(file).split(b'\n');
    let mut chat = Vec::new();
    while let Some(line) = lines.next_segment().await? {
        // Most lines are clock readings; and what a kill has cut off may end within a character.
        if !line.windows(6).any(|six| six == b"\"chat\"") {
            continue;
        }
        let Ok(line) = serde_json::from_slice::<ManifestLine>(&line) else { continue };
        let Some(ms) = replay_time(timeline, line.at).filter(|_| line.event == "chat") else { continue };
        let text = line.text.chars().take(LONGEST_LINE).collect();
        chat.push(ChatLine { ms, name: line.name.chars().take(30).collect(), text });
        if chat.len() == MOST_CHAT {
            break;
        }
    }
    chat.sort_by_key(|line| line.ms);
    Ok(chat)
}

/// When in the replay a moment of the server's clock is; none when nothing was recorded then.
fn replay_time(timeline: &[Stretch], at_us: i64) -> Option<u64> {
    timeline.iter().find_map(|one| {
        let since = u64::try_from(at_us.checked_sub(one.at_us)?).ok()? / 1000;
        (since < one.length_ms).then_some(one.ms + since)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn chat_is_told_in_the_time_of_the_replay_without_what_was_not_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join(MANIFEST);
        let line =
            |at: i64, text: &str| format!("{{\"at\":{at},\"event\":\"chat\",\"name\":\"王芳\",\"text\":\"{text}\"}}\n");
        let other = "{\"at\":1,\"event\":\"marker\",\"text\":\"\\\"chat\\\"\"}\n";
        let text = [
            &line(1_500_000, "好"),
            other,
            &line(3_000_000, "停"),
            &line(5_250_000, "又"),
            "{\"at\":9,\"event\":\"chat\"",
        ]
        .concat();
        std::fs::write(&manifest, text).unwrap();
        let stretch = |at_us, ms, length_ms| Stretch { at_us, ms, length_ms };
        let timeline = [stretch(1_000_000, 0, 2000), stretch(5_000_000, 2000, 1000)];
        let told = chat(&manifest, &timeline).await.unwrap();
        assert_eq!(
            told.iter().map(|line| (line.ms, line.text.as_str())).collect::<Vec<_>>(),
            [(500, "好"), (2250, "又")]
        );
    }

    #[tokio::test]
    async fn only_what_is_watched_is_taken_and_no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        std::fs::create_dir_all(out.join("hls/v0")).unwrap();
        for name in ["video.mp4", "result.json", "poster.jpg", "x.part", ".hidden.mp4", "a b.mp4", "hls/v0/00000.m4s"] {
            std::fs::write(out.join(name), b"x").unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", out.join("link.jpg")).unwrap();
        let names: Vec<String> = found(&out).await.unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["hls/v0/00000.m4s", "poster.jpg", "video.mp4"]);
    }

    #[test]
    fn a_recording_always_becomes_the_same_resource() {
        let id = RecordingId::from_random([5; 10]);
        assert_eq!(id_of(id), id_of(id));
        assert_ne!(id_of(id), id_of(RecordingId::from_random([6; 10])));
    }
}
