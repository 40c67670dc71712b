//! The thread of the recorder that waits for the disk: it appends, syncs once a second, and says how far it is.
#![expect(clippy::disallowed_methods, reason = "the driver is where the clock is read")]

use super::recorder::{Statuses, Trouble, lock};
use crate::record::{MANIFEST, Write};
use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A disk that was full is tried again after this.
const DISK_AGAIN: Duration = Duration::from_secs(5);
/// Left for the database and everything else on the same disk.
const LEAST_FREE: u64 = 256 << 20;
/// Less than this is told while there is still time: two hours of two publishers of 1 Mbit/s.
const LOW_FREE: u64 = 2 << 30;
/// Lines that wait for a full disk: those of some hours.
const MOST_OWED: usize = 4 << 20;

pub(super) enum Job {
    Begin { recording: String },
    Write { recording: String, write: Write, size: u64 },
    Sync { recording: String },
    End { recording: String, done: Option<oneshot::Sender<u64>> },
}

/// The thread that waits for the disk.
pub(super) struct Disk {
    folder: PathBuf,
    open: HashMap<String, Folder>,
    statuses: Statuses,
    waiting: Arc<AtomicU64>,
    full_since: Option<Instant>,
    room: Room,
}

/// What is known of the free bytes where a folder lies.
type Room = Box<dyn Fn(&Path) -> io::Result<u64> + Send>;

struct Folder {
    path: PathBuf,
    /// It is there, on disk.
    made: bool,
    manifest: Option<(File, u64)>,
    /// Lines that the disk has not taken yet.
    owed: String,
    files: HashMap<String, Media>,
    /// Written and not synced.
    unsynced: HashSet<String>,
    lines: bool,
    written: u64,
    synced: u64,
}

/// A file with samples. While the disk takes nothing it is not there.
struct Media {
    file: Option<(File, u64)>,
    /// What stands before the first sample.
    beginning: Vec<u8>,
    /// There is another of its name, which is not touched.
    given_up: bool,
}

impl Disk {
    pub(super) fn new(folder: PathBuf, statuses: Statuses, waiting: Arc<AtomicU64>) -> Self {
        Self { folder, open: HashMap::new(), statuses, waiting, full_since: None, room: Box::new(free_bytes) }
    }

    /// Until nobody can send any more.
    pub(super) fn run(mut self, inbox: &Receiver<Job>) {
        while let Ok(job) = inbox.recv() {
            self.handle(job);
        }
    }

    fn handle(&mut self, job: Job) {
        match job {
            Job::Begin { recording } => {
                if let Err(error) = self.begin(&recording) {
                    self.refused(&recording, &error);
                }
            }
            Job::Write { recording, write, size } => {
                if let Err(error) = self.write(&recording, write) {
                    self.refused(&recording, &error);
                }
                self.waiting.fetch_sub(size, Ordering::AcqRel);
            }
            Job::Sync { recording } => self.sync(&recording),
            Job::End { recording, done } => {
                self.sync(&recording);
                let bytes = self.open.remove(&recording).map_or(0, |folder| folder.synced);
                lock(&self.statuses).remove(&recording);
                let _ = done.map(|done| done.send(bytes));
            }
        }
    }

    fn begin(&mut self, recording: &str) -> io::Result<()> {
        let folder = Folder::new(self.folder.join(recording));
        self.open.entry(recording.to_owned()).or_insert(folder).make()
    }

    fn write(&mut self, recording: &str, write: Write) -> io::Result<()> {
        let full = self.is_full();
        let Some(folder) = self.open.get_mut(recording) else { return Ok(()) };
        match write {
            Write::Line(line) => folder.append_line(&line),
            Write::Begin { file, bytes } => {
                folder.begin(&file, bytes);
                if full { Ok(()) } else { folder.append(&file, &[]) }
            }
            // Room is left for lines.
            Write::Append { .. } if full => Err(io::ErrorKind::StorageFull.into()),
            Write::Append { file, bytes } => folder.append(&file, &bytes),
            Write::Close { file } => folder.close(&file),
        }
    }

    /// A disk that was full is looked at again after a while.
    fn is_full(&mut self) -> bool {
        let Some(since) = self.full_since else { return false };
        if since.elapsed() >= DISK_AGAIN {
            let free = (self.room)(&self.folder).unwrap_or(u64::MAX);
            self.full_since = (free < LEAST_FREE).then(Instant::now);
        }
        self.full_since.is_some()
    }

    fn sync(&mut self, recording: &str) {
        let Some(folder) = self.open.get_mut(recording) else { return };
        let (before, result) = (folder.synced, folder.sync());
        let bytes = folder.synced;
        let free = (self.room)(&self.folder).unwrap_or(u64::MAX);
        match result {
            Ok(()) => {
                self.full_since = (free < LEAST_FREE).then(Instant::now);
                if let Some(status) = lock(&self.statuses).get_mut(recording) {
                    let told = status.trouble;
                    status.bytes = bytes;
                    if bytes > before {
                        status.written_at = Some(Instant::now());
                        status.trouble = None;
                    }
                    let low = (free < LOW_FREE).then_some(Trouble::LowRoom);
                    if self.full_since.is_some() {
                        status.trouble = Some(Trouble::NoRoom);
                    } else if matches!(status.trouble, None | Some(Trouble::LowRoom)) {
                        if low.is_some() && told != low {
                            tracing::warn!(recording, free, "there is little room for Recordings");
                        }
                        status.trouble = low;
                    }
                }
            }
            Err(error) => self.refused(recording, &error),
        }
    }

    fn refused(&mut self, recording: &str, error: &io::Error) {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        if full {
            self.full_since.get_or_insert_with(Instant::now);
        }
        let trouble = if full { Trouble::NoRoom } else { Trouble::Disk };
        if let Some(status) = lock(&self.statuses).get_mut(recording)
            && status.trouble.replace(trouble) != Some(trouble)
        {
            tracing::error!(recording, %error, "a Recording is not written");
        }
    }
}

impl Folder {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            made: false,
            manifest: None,
            owed: String::new(),
            files: HashMap::new(),
            unsynced: HashSet::new(),
            lines: false,
            written: 0,
            synced: 0,
        }
    }

    /// Tried again by everything that is to be written into it, until it succeeds.
    fn make(&mut self) -> io::Result<()> {
        if self.made {
            return Ok(());
        }
        std::fs::create_dir_all(&self.path)?;
        // The folder's own name has to be on disk too.
        if let Some(parent) = self.path.parent() {
            File::open(parent)?.sync_all()?;
        }
        let before = sizes(&self.path)?;
        (self.written, self.synced, self.made) = (before, before, true);
        Ok(())
    }

    /// What the disk does not take is kept: without its line a file is worth nothing.
    fn append_line(&mut self, line: &str) -> io::Result<()> {
        if self.owed.len() + line.len() > MOST_OWED {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.owed.push_str(line);
        self.append_owed()
    }

    fn append_owed(&mut self) -> io::Result<()> {
        if self.owed.is_empty() {
            return Ok(());
        }
        self.make()?;
        let (manifest, length) = match &mut self.manifest {
            Some(manifest) => manifest,
            place => {
                let file = OpenOptions::new().append(true).create(true).open(self.path.join(MANIFEST))?;
                let length = file.metadata()?.len();
                if length > 0 {
                    // A kill may have cut the last line.
                    self.owed.insert(0, '\n');
                }
                File::open(&self.path)?.sync_all()?;
                place.insert((file, length))
            }
        };
        append_whole(manifest, length, self.owed.as_bytes())?;
        self.owed.clear();
        self.lines = true;
        Ok(())
    }

    fn begin(&mut self, name: &str, beginning: Vec<u8>) {
        self.files.insert(name.to_owned(), Media { file: None, beginning, given_up: false });
    }

    fn append(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.make()?;
        let Some(media) = self.files.get_mut(name).filter(|media| !media.given_up) else { return Ok(()) };
        let (file, length) = match &mut media.file {
            Some(file) => file,
            place => {
                let made = OpenOptions::new().write(true).create_new(true).open(self.path.join(name));
                let file = made.inspect_err(|error| media.given_up = error.kind() == io::ErrorKind::AlreadyExists)?;
                File::open(&self.path)?.sync_all()?;
                place.insert((file, 0))
            }
        };
        if *length == 0 {
            append_whole(file, length, &media.beginning)?;
            self.written += *length;
        }
        append_whole(file, length, bytes)?;
        self.written += bytes.len() as u64;
        self.unsynced.insert(name.to_owned());
        Ok(())
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.unsynced.remove(name);
        match self.files.remove(name).and_then(|media| media.file) {
            Some((file, _)) => file.sync_data(),
            None => Ok(()),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        self.append_owed()?;
        if let (true, Some((manifest, _))) = (self.lines, &self.manifest) {
            manifest.sync_data()?;
            self.lines = false;
        }
        while let Some(name) = self.unsynced.iter().next().cloned() {
            if let Some((file, _)) = self.files.get(&name).and_then(|media| media.file.as_ref()) {
                file.sync_data()?;
            }
            self.unsynced.remove(&name);
        }
        self.synced = self.written;
        Ok(())
    }
}

/// All of it or nothing: half a line or half a fragment would hide what comes behind it.
fn append_whole(file: &mut File, length: &mut u64, bytes: &[u8]) -> io::Result<()> {
    if let Err(error) = file.write_all(bytes) {
        file.set_len(*length)?;
        file.seek(SeekFrom::Start(*length))?;
        return Err(error);
    }
    *length += bytes.len() as u64;
    Ok(())
}

fn sizes(folder: &Path) -> io::Result<u64> {
    std::fs::read_dir(folder)?.try_fold(0, |sum, entry| {
        let found = entry?.metadata()?;
        Ok(if found.is_file() { sum + found.len() } else { sum })
    })
}

fn free_bytes(folder: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail * found.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stage {
        dir: tempfile::TempDir,
        disk: Disk,
        free: Arc<AtomicU64>,
        statuses: Statuses,
    }

    fn stage() -> Stage {
        let dir = tempfile::tempdir().unwrap();
        let statuses = Statuses::default();
        lock(&statuses).insert("r1".into(), crate::driver::tap::recorder::Status::default());
        let mut disk = Disk::new(dir.path().join("recordings"), statuses.clone(), Arc::default());
        let free = Arc::new(AtomicU64::new(u64::MAX));
        let shared = free.clone();
        disk.room = Box::new(move |_| Ok(shared.load(Ordering::Relaxed)));
        Stage { dir, disk, free, statuses }
    }

    impl Stage {
        fn handle(&mut self, job: Job) {
            self.disk.handle(job);
        }

        fn write(&mut self, write: Write) {
            self.handle(Job::Write { recording: "r1".into(), write, size: 0 });
        }

        fn begin(&mut self, file: &str) {
            self.write(Write::Line(format!("segment {file}\n")));
            self.write(Write::Begin { file: file.into(), bytes: b"moov ".to_vec() });
        }

        fn append(&mut self, file: &str, bytes: &[u8]) {
            self.write(Write::Append { file: file.into(), bytes: bytes.to_vec() });
        }

        fn sync(&mut self) -> Option<Trouble> {
            self.handle(Job::Sync { recording: "r1".into() });
            lock(&self.statuses)["r1"].trouble
        }

        fn read(&self, file: &str) -> String {
            std::fs::read_to_string(self.dir.path().join("recordings/r1").join(file)).unwrap_or_default()
        }
    }

    #[test]
    fn a_file_begun_on_a_full_disk_is_whole_once_there_is_room() {
        let mut stage = stage();
        std::fs::create_dir(stage.dir.path().join("recordings")).unwrap();
        stage.handle(Job::Begin { recording: "r1".into() });
        stage.begin("1-1.mp4");
        stage.append("1-1.mp4", b"one ");
        assert_eq!(stage.sync(), None);
        stage.free.store(LEAST_FREE - 1, Ordering::Relaxed);
        assert_eq!(stage.sync(), Some(Trouble::NoRoom));
        stage.append("1-1.mp4", b"two ");
        stage.begin("2-1.mp4");
        stage.append("2-1.mp4", b"two ");
        assert_eq!((stage.sync(), stage.read("2-1.mp4").as_str()), (Some(Trouble::NoRoom), ""));

        stage.free.store(LOW_FREE, Ordering::Relaxed);
        stage.sync();
        for file in ["1-1.mp4", "2-1.mp4"] {
            stage.append(file, b"three");
        }
        assert_eq!(stage.sync(), None);
        assert_eq!((stage.read("1-1.mp4").as_str(), stage.read("2-1.mp4").as_str()), ("moov one three", "moov three"));
        assert_eq!(stage.read(MANIFEST), "segment 1-1.mp4\nsegment 2-1.mp4\n");
    }

    #[test]
    fn little_room_is_told_while_everything_is_still_written() {
        let mut stage = stage();
        stage.handle(Job::Begin { recording: "r1".into() });
        stage.begin("1-1.mp4");
        stage.free.store(LOW_FREE - 1, Ordering::Relaxed);
        stage.append("1-1.mp4", b"one ");
        assert_eq!((stage.sync(), stage.read("1-1.mp4").as_str()), (Some(Trouble::LowRoom), "moov one "));
        stage.append("1-1.mp4", b"two");
        assert_eq!((stage.sync(), stage.read("1-1.mp4").as_str()), (Some(Trouble::LowRoom), "moov one two"));
        stage.free.store(LEAST_FREE - 1, Ordering::Relaxed);
        assert_eq!(stage.sync(), Some(Trouble::NoRoom), "what is worse is told");
        stage.free.store(LOW_FREE, Ordering::Relaxed);
        stage.sync();
        stage.append("1-1.mp4", b" three");
        assert_eq!(stage.sync(), None);
    }

    #[test]
    fn a_folder_that_could_not_be_made_is_made_later_and_has_all_lines() {
        let mut stage = stage();
        // A file stands where the folders are to be.
        let place = stage.dir.path().join("recordings");
        std::fs::write(&place, "").unwrap();
        stage.handle(Job::Begin { recording: "r1".into() });
        stage.begin("1-1.mp4");
        stage.append("1-1.mp4", b"one ");
        assert_eq!(stage.sync(), Some(Trouble::Disk));
        std::fs::remove_file(&place).unwrap();
        std::fs::create_dir(&place).unwrap();
        stage.append("1-1.mp4", b"two");
        assert_eq!(stage.sync(), None);
        assert_eq!((stage.read("1-1.mp4").as_str(), stage.read(MANIFEST).as_str()), ("moov two", "segment 1-1.mp4\n"));
    }

    #[test]
    fn a_file_of_the_same_name_is_not_touched() {
        let mut stage = stage();
        let folder = stage.dir.path().join("recordings/r1");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("1-1.mp4"), "kept").unwrap();
        std::fs::write(folder.join(MANIFEST), "cut off").unwrap();
        stage.handle(Job::Begin { recording: "r1".into() });
        stage.begin("1-1.mp4");
        stage.append("1-1.mp4", b"one");
        stage.sync();
        assert_eq!(stage.read("1-1.mp4"), "kept");
        assert_eq!(stage.read(MANIFEST), "cut off\nsegment 1-1.mp4\n");
    }
}
