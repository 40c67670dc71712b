//! Attachment: a file that somebody gives as a proof. What it is, its bytes say; its name is only shown.

use super::words::words;
use super::{AccountId, AttachmentId, Time};

/// A photo of a phone is 3 to 6 MB, a scanned page less.
pub const LARGEST_DOCUMENT: u64 = 10 * 1024 * 1024;
/// A lesson of 40 minutes at 640 kbit/s, or its best ten minutes in good quality.
pub const LARGEST_VIDEO: u64 = 200 * 1024 * 1024;
/// Within a day, of one person: more than a host adds after a long day, too few to fill a disk.
pub const MOST_A_DAY: u64 = 60;
/// Shown in lists; longer names are cut.
const LONGEST_NAME: usize = 60;
/// Entries of a zip archive that are looked at: a workbook with many sheets has some hundred.
const MOST_ENTRIES: usize = 4096;

words! {
    pub enum MediaType {
        Jpeg = "image/jpeg" / "JPEG 图片",
        Png = "image/png" / "PNG 图片",
        Webp = "image/webp" / "WebP 图片",
        Pdf = "application/pdf" / "PDF 文档",
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document" / "Word 文档",
        Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" / "Excel 表格",
        Pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation" / "PPT 演示文稿",
        Mp4 = "video/mp4" / "MP4 视频",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
    /// As it may be shown: `shown_name`.
    pub name: String,
    pub media_type: MediaType,
    pub size: u64,
    pub author: AccountId,
    pub created_at: Time,
}

impl MediaType {
    #[must_use]
    pub const fn is_image(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }

    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pptx => "pptx",
            Self::Mp4 => "mp4",
        }
    }
}

/// What a document or picture is, by its bytes; none for everything that is not taken, such as documents with macros.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<MediaType> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(MediaType::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(MediaType::Png),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(MediaType::Webp),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(MediaType::Pdf),
        [b'P', b'K', 3, 4, ..] => office_document(bytes),
        _ => None,
    }
}

/// Does it begin like a file that is taken? A zip archive may still be no Office document.
#[must_use]
pub fn begins_like_one(bytes: &[u8]) -> bool {
    sniff(bytes).is_some() || bytes.starts_with(b"PK\x03\x04")
}

/// ECMA-376 part 2: an Office document is a zip archive with `[Content_Types].xml` and its main part.
fn office_document(bytes: &[u8]) -> Option<MediaType> {
    let names = zip_names(bytes)?;
    let has = |wanted: &str| names.contains(&wanted.as_bytes());
    let has_macros = names.iter().any(|name| name.ends_with(b"vbaProject.bin"));
    if has_macros || !has("[Content_Types].xml") {
        return None;
    }
    match (has("word/document.xml"), has("xl/workbook.xml"), has("ppt/presentation.xml")) {
        (true, false, false) => Some(MediaType::Docx),
        (false, true, false) => Some(MediaType::Xlsx),
        (false, false, true) => Some(MediaType::Pptx),
        _ => None,
    }
}

/// The names in the central directory (APPNOTE.TXT 4.3.12), found from its end record (4.3.16).
fn zip_names(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let end = bytes.len().checked_sub(22)?;
    let record =
        (end.saturating_sub(usize::from(u16::MAX))..=end).rev().find(|&at| bytes[at..].starts_with(b"PK\x05\x06"))?;
    let count = usize::from(u16_at(bytes, record + 10)?).min(MOST_ENTRIES);
    let mut at = usize::try_from(u32_at(bytes, record + 16)?).ok()?;
    let mut names = Vec::with_capacity(count);
    for _ in 0..count {
        if !bytes.get(at..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        let [name, extra, comment] = [28, 30, 32].map(|field| u16_at(bytes, at + field).map(usize::from));
        let from = at + 46;
        names.push(bytes.get(from..from + name?)?);
        at = from + name? + extra? + comment?;
    }
    Some(names)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The name as it may be shown and saved: without folders, without characters that can't be seen or that turn the
/// direction of writing, and with the ending of what the file is.
#[must_use]
pub fn shown_name(given: &str, media_type: MediaType) -> String {
    let file = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String =
        file.chars().filter(|c| !c.is_control() && !is_unseen(*c) && !"<>:\"|?*".contains(*c)).collect();
    let stem = plain.rsplit_once('.').map_or(plain.as_str(), |(stem, _)| stem).trim().trim_matches('.');
    let stem: String = stem.chars().take(LONGEST_NAME).collect();
    let stem = if stem.is_empty() { "附件" } else { stem.as_str() };
    format!("{stem}.{}", media_type.extension())
}

/// As in `invalid`: a name must not look like another's.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zip archive of empty entries.
    fn zip(names: &[&str]) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04 what is in the entries does not matter".to_vec();
        let from = u32::try_from(bytes.len()).unwrap();
        for name in names {
            let mut header = [0; 46];
            header[..4].copy_from_slice(b"PK\x01\x02");
            header[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(&header);
            bytes.extend_from_slice(name.as_bytes());
        }
        let mut end = [0; 22];
        end[..4].copy_from_slice(b"PK\x05\x06");
        end[10..12].copy_from_slice(&u16::try_from(names.len()).unwrap().to_le_bytes());
        end[16..20].copy_from_slice(&from.to_le_bytes());
        bytes.extend_from_slice(&end);
        bytes
    }

    #[test]
    fn the_bytes_say_what_a_file_is() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0 rest"), Some(MediaType::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n rest"), Some(MediaType::Png));
        assert_eq!(sniff(b"RIFF\x10\0\0\0WEBPVP8 "), Some(MediaType::Webp));
        assert_eq!(sniff(b"%PDF-1.7"), Some(MediaType::Pdf));
        assert_eq!(sniff(&zip(&["[Content_Types].xml", "word/document.xml"])), Some(MediaType::Docx));
        assert_eq!(sniff(&zip(&["[Content_Types].xml", "xl/workbook.xml"])), Some(MediaType::Xlsx));
        assert_eq!(sniff(&zip(&["[Content_Types].xml", "ppt/presentation.xml"])), Some(MediaType::Pptx));
    }

    #[test]
    fn programs_pages_macros_and_torn_files_are_nothing_we_take() {
        let torn = &zip(&["[Content_Types].xml", "word/document.xml"])[..120];
        let macros = zip(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
        let odd: [&[u8]; 8] = [
            b"",
            b"MZ\x90\0",
            b"\x7fELF",
            b"<svg onload=alert(1)>",
            b"<!doctype html>",
            &zip(&["a.exe"]),
            torn,
            &macros,
        ];
        for bytes in odd {
            assert_eq!(sniff(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_name_is_shown_without_tricks() {
        let shown = |name| shown_name(name, MediaType::Jpeg);
        assert_eq!(shown("签到表.jpeg"), "签到表.jpg");
        assert_eq!(shown("C:\\照片\\课堂.exe"), "课堂.jpg");
        assert_eq!(shown("../../etc/passwd"), "passwd.jpg");
        assert_eq!(shown("证明\u{202E}gpj.exe"), "证明gpj.jpg");
        assert_eq!(shown("a\r\nb\"c.png"), "abc.jpg");
        assert_eq!(shown(".png"), "附件.jpg");
        assert_eq!(shown(&"字".repeat(300)).chars().count(), LONGEST_NAME + 4);
    }
}
