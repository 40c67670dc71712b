//! Whatever a kill leaves behind becomes something watchable, or a clear word.

use crate::fixture::{Folder, Shape, Track};
use crate::watch::{finish, finished, play, result};
use std::process::{Command, Stdio};

fn short(source: &'static str, seconds: f64) -> Folder {
    let mut folder = Folder::new();
    let track = Track::new(1, source);
    folder.track(&track);
    if matches!(source, "camera" | "screen") {
        folder.picture(&track, 1, (0.0, seconds), &Shape::default());
    } else {
        folder.sound(&track, 1, (0.0, seconds), &[]);
    }
    folder
}

#[test]
fn a_file_may_be_cut_off_anywhere() {
    let mut folder = Folder::new();
    let camera = Track::new(1, "camera");
    let microphone = Track::new(2, "microphone");
    folder.track(&camera);
    folder.track(&microphone);
    let picture = folder.picture(&camera, 1, (0.0, 5.0), &Shape::default());
    let sound = folder.sound(&microphone, 1, (0.0, 5.0), &[]);
    folder.close(false);
    let manifest = folder.path().join("manifest.jsonl");
    let whole = [&picture, &sound, &manifest].map(|path| (path.clone(), std::fs::read(path).unwrap()));
    for share in [999, 800, 500, 120, 20, 3, 0] {
        for (path, bytes) in &whole {
            let left = if *path == manifest { bytes.len() - 20 } else { bytes.len() * share / 1000 };
            std::fs::write(path, &bytes[..left]).unwrap();
        }
        let _ = std::fs::remove_dir_all(folder.path().join("out"));
        let output = finish(folder.path());
        let code = output.status.code().unwrap();
        assert!(code == 0 || code == 3 && share < 200, "{share}: {}", String::from_utf8_lossy(&output.stderr));
        if share >= 500 {
            let seconds = result(folder.path())["duration_ms"].as_f64().unwrap() / 1000.0;
            // Whole fragments only: at most one second less than what there is.
            assert!(seconds > 5.0 * share as f64 / 1000.0 - 1.6, "{share}: {seconds}");
            assert!(play(&folder.path().join("out/video.mp4")).pictures > 0);
        }
    }
}

/// A whole picture comes every 2 s: what follows the hole refers to pictures that are in it.
#[test]
fn what_a_full_disk_did_not_take_is_told_and_nothing_broken_is_shown() {
    let mut folder = Folder::new();
    let (camera, microphone) = (Track::new(1, "camera"), Track::new(2, "microphone"));
    folder.track(&camera);
    folder.track(&microphone);
    let hole = vec![(4.0, 9.0)];
    folder.picture(&camera, 1, (0.0, 14.0), &Shape { lost: hole.clone(), ..Shape::default() });
    folder.sound(&microphone, 1, (0.0, 14.0), &hole);
    folder.tell_no_gaps();
    folder.close(true);
    let result = finished(folder.path());
    let gaps = result["checks"]["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    for gap in gaps {
        let (at, length) = (gap["ms"].as_i64().unwrap(), gap["length_ms"].as_i64().unwrap());
        assert!((at - 4000).abs() < 60 && (length - 5000).abs() < 60, "{gap}");
    }
    let seen = play(&folder.path().join("out/video.mp4"));
    let shown = |from: f64, to: f64| seen.bright.iter().filter(|(at, _)| (from..to).contains(at)).count();
    assert_eq!(shown(4.05, 9.95), 0, "the last picture stands until the next whole one");
    assert!(shown(0.0, 4.0) >= 58 && shown(9.95, 14.0) >= 58);
    assert!((seen.sound - 14.0).abs() < 0.1, "what follows stays in real time");
}

#[test]
fn nothing_to_watch_has_its_own_code() {
    let mut empty = Folder::new();
    empty.close(true);
    assert_eq!(finish(empty.path()).status.code(), Some(3));
    let mut unknown = short("camera", 1.0);
    unknown.close(true);
    let path = unknown.path().join("1-1.mp4");
    let bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(4).position(|four| four == b"avc1").unwrap();
    let mut bytes = bytes;
    bytes[at..at + 4].copy_from_slice(b"zzzz");
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(finish(unknown.path()).status.code(), Some(3));
    let mut gone = short("camera", 1.0);
    gone.close(true);
    std::fs::remove_file(gone.path().join("1-1.mp4")).unwrap();
    assert_eq!(finish(gone.path()).status.code(), Some(3));
    assert_eq!(finish(&gone.path().join("nowhere")).status.code(), Some(1));
}

#[test]
fn sound_alone_is_heard() {
    let mut folder = short("microphone", 7.0);
    folder.close(true);
    let result = finished(folder.path());
    assert_eq!(result["video"], "none");
    assert!(!folder.path().join("out/poster.jpg").exists());
    let played = play(&folder.path().join("out/hls/master.m3u8"));
    assert_eq!((played.beeps.len(), played.pictures), (7, 0));
}

#[test]
fn a_moment_and_a_screen_alone_are_enough() {
    for (source, seconds) in [("camera", 0.3), ("microphone", 0.3), ("screen", 2.0)] {
        let mut folder = short(source, seconds);
        folder.close(true);
        let result = finished(folder.path());
        let told = result["duration_ms"].as_f64().unwrap() / 1000.0;
        assert!((told - seconds).abs() < 0.1, "{source}: {told}");
        play(&folder.path().join("out/video.mp4"));
    }
}

#[test]
fn junk_in_the_files_is_no_panic() {
    let mut folder = Folder::new();
    let camera = Track::new(1, "camera");
    let microphone = Track::new(2, "microphone");
    folder.track(&camera);
    folder.track(&microphone);
    let files =
        [folder.picture(&camera, 1, (0.0, 2.0), &Shape::default()), folder.sound(&microphone, 1, (0.0, 2.0), &[])];
    folder.close(true);
    let whole = files.map(|path| (path.clone(), std::fs::read(&path).unwrap()));
    let mut random = 7_u32;
    for _ in 0..40 {
        for (path, bytes) in &whole {
            let mut bytes = bytes.clone();
            for _ in 0..12 {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = (random >> 8) as usize % bytes.len();
                bytes[at] = (random >> 3) as u8;
            }
            std::fs::write(path, bytes).unwrap();
        }
        let _ = std::fs::remove_dir_all(folder.path().join("out"));
        let output = finish(folder.path());
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1 | 3)) && !told.contains("panicked"), "{told}");
    }
}

#[test]
fn what_was_killed_goes_on_and_ends_the_same() {
    let make = || {
        let mut folder = short("camera", 6.0);
        let screen = Track::new(2, "screen");
        folder.track(&screen);
        folder.picture(&screen, 1, (1.0, 5.0), &Shape::default());
        folder.close(true);
        folder
    };
    let straight = make();
    let expected = finished(straight.path());
    let folder = make();
    let raw = std::fs::read(folder.path().join("1-1.mp4")).unwrap();
    // Killed as soon as it says a line, later and later.
    for lines in [1, 3, 8, 20, 60, 120] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lectern-finish"))
            .arg("finish")
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        for _ in 0..lines {
            said.next();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let found = finished(folder.path());
    assert_eq!(found["duration_ms"], expected["duration_ms"]);
    assert_eq!(found["chapters"], expected["chapters"]);
    assert_eq!(
        play(&folder.path().join("out/video.mp4")).pictures,
        play(&straight.path().join("out/video.mp4")).pictures
    );
    assert!(raw == std::fs::read(folder.path().join("1-1.mp4")).unwrap(), "raw files are never touched");
    let left: Vec<_> =
        std::fs::read_dir(folder.path().join("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{left:?}");
}
