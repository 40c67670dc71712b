//! The archive of a pack on its way to the disk, with the list of what is in it (目录).

use super::super::book::{Book, Cell, Sheet, columns};
use super::super::xlsx;
use crate::domain::presence::hex;
use crate::domain::{Attachment, Time};
use crate::http::ApiError;
use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use ring::digest::{SHA256, digest};
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead as _, ReadBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const LIST: &str = "目录.xlsx";
/// Read from the disk at once.
const BLOCK: usize = 64 * 1024;
/// Longer names trouble some systems: with three bytes a character a path stays below 255.
const LONGEST_NAME: usize = 40;

/// A file of the pack, as the list tells it.
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) what: String,
    /// By which it can be verified.
    pub(super) code: Option<String>,
}

pub(super) struct Archive {
    zip: Box<ZipWriter<File>>,
    rows: Vec<Vec<Cell>>,
    made_at: Time,
    pub(super) photo_bytes: u64,
}

impl Archive {
    pub(super) fn begin(file: File, made_at: Time) -> Result<Self, ApiError> {
        Ok(Self { zip: Box::new(ZipWriter::new(file)), rows: Vec::new(), made_at, photo_bytes: 0 })
    }

    pub(super) fn add(&mut self, entry: Entry, bytes: &[u8]) -> Result<(), ApiError> {
        self.write(&entry.name, bytes)?;
        self.row(entry, bytes.len() as u64, &hex(digest(&SHA256, bytes).as_ref()), "");
        Ok(())
    }

    /// Tells of a file that the pack has no room for.
    pub(super) fn leave_out(&mut self, entry: Entry, file: &Attachment) {
        self.row(entry, file.size, &hex(&file.digest), "没有装入：照片超过了材料包的上限，请到活动页查看");
    }

    /// Closes it; the file from its beginning, and its length.
    pub(super) fn finish(mut self) -> Result<(File, u64), ApiError> {
        let headers = [
            ("序", 6.0),
            ("文件", 60.0),
            ("内容", 30.0),
            ("字节", 12.0),
            ("SHA-256", 68.0),
            ("核对编号", 20.0),
            ("说明", 40.0),
        ];
        let sheet = Sheet { name: "目录", columns: columns(&headers), rows: std::mem::take(&mut self.rows) };
        let book = Book { title: "材料包目录".to_owned(), sheets: vec![sheet] };
        let list = xlsx::write(&book, self.made_at).map_err(ApiError::inside)?;
        self.write(LIST, &list)?;
        let mut file = self.zip.finish().map_err(ApiError::inside)?;
        let length = file.metadata().map_err(ApiError::inside)?.len();
        file.rewind().map_err(ApiError::inside)?;
        Ok((file, length))
    }

    /// As it is: what is in a pack is compressed already.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), ApiError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip_time(self.made_at));
        self.zip.start_file(name, options).map_err(ApiError::inside)?;
        self.zip.write_all(bytes).map_err(full_or_broken)
    }

    fn row(&mut self, entry: Entry, size: u64, digest: &str, note: &str) {
        let number = u64::try_from(self.rows.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.rows.push(vec![
            Cell::count(number),
            Cell::text(entry.name),
            Cell::text(entry.what),
            Cell::count(size),
            Cell::text(digest),
            Cell::text(entry.code.unwrap_or_default()),
            Cell::text(note),
        ]);
    }
}

/// A name that is one part of a path on every system.
pub(super) fn plain(name: &str) -> String {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending))
            if (1..=4).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphanumeric()) =>
        {
            (stem, format!(".{ending}"))
        }
        _ => (name, String::new()),
    };
    let usual = |c: char| !c.is_control() && !"/\\:*?\"<>|".contains(c);
    let stem: String = stem.chars().map(|c| if usual(c) { c } else { ' ' }).take(LONGEST_NAME).collect();
    let stem = stem.trim_matches(|c: char| c == '.' || c.is_whitespace());
    format!("{}{ending}", if stem.is_empty() { "文件" } else { stem })
}

/// By the clock in China, in the two seconds that the format knows (APPNOTE.TXT 4.4.6).
fn zip_time(at: Time) -> zip::DateTime {
    let text = at.to_string();
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse().ok()).unwrap_or(0_u16);
    let small = |from, to| u8::try_from(part(from, to)).unwrap_or(0);
    let told = zip::DateTime::from_date_and_time(
        part(0, 4),
        small(5, 7),
        small(8, 10),
        small(11, 13),
        small(14, 16),
        small(17, 19),
    );
    told.unwrap_or_default()
}

fn full_or_broken(error: io::Error) -> ApiError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ApiError::NoRoom,
        _ => ApiError::inside(error),
    }
}

/// A file of known length as the body of an answer, piece by piece.
pub(super) struct FileBody {
    file: tokio::fs::File,
    left: u64,
}

impl FileBody {
    pub(super) fn new(file: File, length: u64) -> Self {
        Self { file: tokio::fs::File::from_std(file), left: length }
    }
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut block = vec![0; BLOCK];
        let mut buffer = ReadBuf::new(&mut block);
        if let Err(error) = ready!(Pin::new(&mut self.file).poll_read(context, &mut buffer)) {
            return Poll::Ready(Some(Err(error)));
        }
        let read = buffer.filled().len();
        if read == 0 {
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        }
        self.left = self.left.saturating_sub(read as u64);
        block.truncate(read);
        Poll::Ready(Some(Ok(Frame::data(block.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
