use super::archive::{Archive, Entry, plain};
use super::book::{Links, clock_of, hours};
use super::*;
use crate::domain::{AccountId, MediaType};
use crate::store::pack::Frame;
use calamine::{Data, Reader as _, Xlsx};
use std::io::{Cursor, Read as _};

fn site() -> Site {
    Site("https://lectern.example".to_owned())
}

fn footage() -> Vec<Footage> {
    let frame = |at_ms| Frame { at_ms, picture: b"\xff\xd8\xff\xe0 a picture".to_vec() };
    vec![Footage {
        title: "整本书/阅读".into(),
        path: "/resources/mzxw6ytbojtg633c".into(),
        duration_ms: 3_723_000,
        frames: vec![frame(61_000), frame(3_600_000)],
    }]
}

fn open(archive: Archive) -> zip::ZipArchive<std::fs::File> {
    zip::ZipArchive::new(archive.finish().unwrap().0).unwrap()
}

fn names(zip: &zip::ZipArchive<std::fs::File>) -> Vec<String> {
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

fn list(zip: &mut zip::ZipArchive<std::fs::File>) -> Vec<Vec<Data>> {
    let mut bytes = Vec::new();
    zip.by_name("目录.xlsx").unwrap().read_to_end(&mut bytes).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range("目录").unwrap().rows().map(<[Data]>::to_vec).collect()
}

#[test]
fn pictures_of_a_recording_lie_in_a_folder_of_its_own_and_its_link_can_be_opened() {
    let mut archive = Archive::begin(tempfile::tempfile().unwrap(), Time::from_seconds(1_772_413_200)).unwrap();
    let mut add = |name: &str, what: &str, code: Option<String>, bytes: &[u8]| {
        archive.add(Entry { name: name.to_owned(), what: what.to_owned(), code }, bytes)
    };
    let footage = footage();
    add_frames(&mut add, &footage[0], 1).unwrap();
    let mut zip = open(archive);
    assert_eq!(
        names(&zip),
        ["音像资料/01 整本书 阅读/0-01-01.jpg", "音像资料/01 整本书 阅读/1-00-00.jpg", "目录.xlsx"]
    );
    assert_eq!(list(&mut zip)[1][2], Data::String("录像截图：整本书/阅读".into()));
    let links = Links::of(Some(&footage), &site());
    let link = &links.all()[0];
    assert_eq!(
        (link.length.as_str(), link.url.as_str()),
        ("1:02:03", "https://lectern.example/resources/mzxw6ytbojtg633c")
    );
    assert!(Links::of(None, &site()).all().is_empty());
}

#[test]
fn what_a_pack_has_no_room_for_is_told_in_its_list() {
    let mut archive = Archive::begin(tempfile::tempfile().unwrap(), Time::from_seconds(1_772_413_200)).unwrap();
    let picture = Attachment {
        id: AttachmentId::from_random([1; 10]),
        digest: [7; 32],
        name: "合影.jpg".into(),
        media_type: MediaType::Jpeg,
        size: 12,
        author: AccountId::from_random([2; 10]),
        created_at: Time::from_seconds(0),
    };
    let entry = Entry { name: "照片/01 合影.jpg".into(), what: "活动照片".into(), code: None };
    archive.leave_out(entry, &picture);
    let mut zip = open(archive);
    assert_eq!(names(&zip), ["目录.xlsx"]);
    let row = &list(&mut zip)[1];
    assert_eq!(row[4], Data::String("07".repeat(32)));
    assert!(row[6].to_string().starts_with("没有装入"), "{row:?}");
}

#[test]
fn a_name_is_one_part_of_a_path() {
    assert_eq!(plain("../a\\b:c.jpg"), "a b c.jpg");
    assert_eq!(plain("..."), "文件");
    assert_eq!(plain(&"长".repeat(80)).chars().count(), 40);
}

#[test]
fn class_hours_are_told_in_tenths_and_never_too_many() {
    assert!((hours(95, 45) - 2.1).abs() < 1e-9);
    assert!((hours(89, 45) - 1.9).abs() < 1e-9, "89 minutes are not two");
    assert_eq!(clock_of(59_999), "0:00:59");
}
