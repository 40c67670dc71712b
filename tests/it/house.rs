//! The house of docs/architecture.md, held against the code: who may import whom, and who may read a clock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms by floor, the lowest last. A room may import from the rooms named beside it and from nothing else of the house.
/// A new edge needs a note in docs/decisions/.
#[rustfmt::skip]
const ROOMS: &[(&str, &str, &[&str])] = &[
    // room          where it stands           may import
    ("main",         "src/main.rs",            &["app", "config", "http", "store", "domain"]),
    ("app",          "src/app",                &["config", "http", "live", "jobs", "archive", "store", "domain", "media"]),
    ("config",       "src/config.rs",          &[]),
    ("http",         "src/http",               &["config", "live", "archive", "store", "domain", "signaling"]),
    ("loadtest",     "loadtest/src",           &["signaling"]),
    ("live",         "src/live",               &["store", "domain", "signaling", "media"]),
    ("jobs",         "src/jobs",               &["live", "store", "domain"]),
    ("archive",      "src/archive",            &["store", "domain"]),
    ("store",        "src/store",              &["domain"]),
    ("domain",       "src/domain",             &[]),
    ("signaling",    "signaling/src",          &[]),
    ("media",        "media/src",              &[]),
    ("finish",       "media/finish/src",       &[]),
];

/// Rooms on the ground floor: no async, no clock, no random, no environment. `now` is an argument.
const PURE: &[&str] = &["src/domain", "signaling/src", "media/src"];
/// The drivers inside a pure crate.
const NOT_PURE: &[&str] = &["media/src/driver"];

/// Every file that reads a clock, and how often. Everybody else is told the time.
#[rustfmt::skip]
const CLOCKS: &[(&str, usize)] = &[
    ("loadtest/src/clock.rs", 2),
    ("media/src/driver/tap/disk.rs", 1),
    ("media/src/driver/tap/mod.rs", 5),
    ("media/src/driver/tap/shelf.rs", 1),
    ("media/src/driver/shard.rs", 5),
    ("src/live/clock.rs", 1),
    ("src/main.rs", 1),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn is_test_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == "tests.rs"
        || name.ends_with("_tests.rs")
        || path.components().any(|c| c.as_os_str() == "tests" || c.as_os_str() == "testing")
}

/// The files of a room, tests left out, as (path from the root, code without comments, strings or test modules).
fn files(place: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(place)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "rs") && !is_test_file(&path) {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            found.push((name, code_of(&text)));
        }
    }
    found.sort();
    found
}

/// Strips line comments and everything from an inline `#[cfg(test)] mod … {` on.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]"
            && lines.peek().is_some_and(|next| next.trim_start().starts_with("mod ") && next.ends_with('{'))
        {
            break;
        }
        code.push_str(line.split("//").next().unwrap_or_default());
        code.push('\n');
    }
    code
}

fn rooms_imported(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (mark, shift) in [("crate::", ""), ("lectern::", ""), ("lectern_", "crate")] {
        let mut rest = code;
        while let Some(at) = rest.find(mark) {
            let before = rest[..at].chars().next_back();
            rest = &rest[at + mark.len()..];
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // `use crate::{store::…, domain::…}`: take each word that opens an item of the group.
            if word.is_empty() && rest.starts_with('{') {
                let group: String = rest[1..].chars().take_while(|c| *c != ';').collect();
                let mut depth = 0;
                let mut item = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => found.push(std::mem::take(&mut item)),
                        _ if depth == 0 => item.push(c),
                        _ => {}
                    }
                }
                found.push(item);
            } else if shift.is_empty() || !word.is_empty() {
                found.push(word);
            }
        }
    }
    found.into_iter().map(|word| word.trim().split("::").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let names: Vec<&str> = ROOMS.iter().map(|(name, ..)| *name).collect();
    let mut wrong = Vec::new();
    for (room, place, allowed) in ROOMS {
        let in_server = place.starts_with("src/");
        for (file, code) in files(place) {
            for target in rooms_imported(&code) {
                // Inside a member crate `crate::x` names its own parts, not a room.
                let crosses = in_server || ["signaling", "media", "loadtest", "finish"].contains(&target.as_str());
                if crosses && target != *room && names.contains(&target.as_str()) && !allowed.contains(&target.as_str())
                {
                    wrong.push(format!("{file}: {room} must not import {target}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_of_the_server_stands_in_a_room() {
    let known = |path: &str| path == "src/lib.rs" || ROOMS.iter().any(|(_, place, _)| path.starts_with(place));
    let strays: Vec<String> = files("src").into_iter().map(|(file, _)| file).filter(|file| !known(file)).collect();
    assert!(strays.is_empty(), "no room in the table for {strays:?}");
}

#[test]
fn the_ground_floor_is_pure() {
    let marks = [
        "async fn",
        "async move",
        ".await",
        "tokio::",
        "std::env",
        "rand::rng",
        "thread::",
        "Instant::now",
        "SystemTime::now",
        "UdpSocket",
        "std::fs",
    ];
    let mut wrong = Vec::new();
    for place in PURE {
        for (file, code) in files(place) {
            if NOT_PURE.iter().any(|driver| file.starts_with(driver)) {
                continue;
            }
            wrong.extend(marks.iter().filter(|mark| code.contains(*mark)).map(|mark| format!("{file}: {mark}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn clocks_are_read_only_where_the_table_says() {
    let marks = ["Instant::now()", "SystemTime::now()", "now_utc()", "now_local()"];
    let mut counted = BTreeMap::new();
    for (_, place, _) in ROOMS {
        for (file, code) in files(place) {
            let reads: usize = marks.iter().map(|mark| code.matches(mark).count()).sum();
            if reads > 0 {
                counted.insert(file, reads);
            }
        }
    }
    let expected: BTreeMap<String, usize> = CLOCKS.iter().map(|(file, reads)| ((*file).to_owned(), *reads)).collect();
    assert_eq!(counted, expected, "clock reads per file (left: found, right: the table)");
}

/// `path/to/file.rs::function` as docs/architecture.md writes it, between backticks.
fn functions_named(page: &str) -> Vec<(&str, &str)> {
    let spans = page.split('`').skip(1).step_by(2);
    spans.filter_map(|span| span.split_once(".rs::").map(|(file, name)| (&span[..file.len() + 3], name))).collect()
}

#[test]
fn the_architecture_page_names_functions_that_exist() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let named = functions_named(&page);
    assert!(named.len() > 40, "the page names the ways through the house: {}", named.len());
    let missing: Vec<String> = named
        .into_iter()
        .filter(|(file, name)| {
            let code = std::fs::read_to_string(root().join(file)).map(|text| code_of(&text)).unwrap_or_default();
            !code.contains(&format!("fn {name}(")) && !code.contains(&format!("fn {name}<"))
        })
        .map(|(file, name)| format!("{file}::{name}"))
        .collect();
    assert!(missing.is_empty(), "docs/architecture.md names what is not there:\n{}", missing.join("\n"));
}

#[test]
fn the_architecture_page_has_the_table_of_rooms() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    for (room, place, allowed) in ROOMS.iter().filter(|(_, place, _)| root().join(place).exists()) {
        let row = page.lines().find(|line| line.contains(&format!("| {room} | `{place}`")));
        let row = row.unwrap_or_else(|| panic!("no row for {room}"));
        let told = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let told = told.split(['(', ';']).next().unwrap_or_default().trim();
        let told: Vec<&str> = told.split(", ").filter(|word| *word != "nothing").collect();
        assert_eq!(told, *allowed, "{room} (left: the page, right: the table)");
    }
}
