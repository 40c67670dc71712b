//! A smaller picture for a weak line beside the large one.

use crate::fixture::{Folder, Shape, Track};
use crate::watch::{finished, media, packets, play, segments};
use std::path::Path;

fn size(width: u32, height: u32) -> Shape {
    Shape { width, height, ..Shape::default() }
}

/// A camera in two layers with a microphone; whoever writes pictures closes it.
fn lesson() -> (Folder, [Track; 2]) {
    let mut folder = Folder::new();
    let (camera, microphone) = (Track::new(1, "camera"), Track::new(2, "microphone"));
    let small = Track { small_of: Some(1), ..Track::new(3, "camera") };
    for track in [&camera, &microphone, &small] {
        folder.track(track);
    }
    folder.sound(&microphone, 1, (0.0, 20.0), &[]);
    (folder, [camera, small])
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join("out/hls").join(name)).unwrap()
}

fn sizes(master: &str) -> Vec<&str> {
    let told = master.lines().filter_map(|line| line.split("RESOLUTION=").nth(1));
    told.filter_map(|rest| rest.split(',').next()).collect()
}

#[test]
fn a_smaller_layer_is_a_rendition_with_the_recorders_bits() {
    let (mut folder, [camera, small]) = lesson();
    folder.picture(&camera, 1, (0.0, 20.0), &size(640, 360));
    folder.picture(&small, 1, (0.8, 20.0), &size(320, 180));
    folder.close(true);
    let result = finished(folder.path());
    assert_eq!(result["video"], "copied");
    assert_eq!((result["width"].as_i64(), result["height"].as_i64()), (Some(640), Some(360)));
    assert_eq!(sizes(&read(folder.path(), "master.m3u8")), ["640x360", "320x180"], "the large one is first");
    let out = folder.path().join("out/hls");
    assert!(segments(&out.join("video")) == media(&folder.path().join("1-1.mp4")));
    assert!(segments(&out.join("small")) == media(&folder.path().join("3-1.mp4")));
    let [large, small] = ["video", "small"].map(|name| play(&out.join(name).join("index.m3u8")));
    assert_eq!((&large.sizes[..], &small.sizes[..]), (&[(640, 360)][..], &[(320, 180)][..]));
    assert_eq!((large.flashes.len(), small.flashes.len()), (20, 19), "what was not yet there stands still");
    for (one, other) in large.flashes.iter().skip(1).zip(&small.flashes) {
        assert!((one - other).abs() < 0.005, "{:?} {:?}", large.flashes, small.flashes);
    }
}

#[test]
fn both_jump_where_the_large_one_begins_small() {
    let (mut folder, [camera, small]) = lesson();
    folder.picture(&camera, 1, (0.0, 5.0), &size(160, 90));
    folder.picture(&camera, 2, (5.0, 20.0), &size(640, 360));
    folder.picture(&small, 1, (0.0, 20.0), &size(320, 180));
    folder.close(true);
    assert_eq!(finished(folder.path())["video"], "composed");
    assert_eq!(sizes(&read(folder.path(), "master.m3u8")), ["640x360", "320x180"]);
    assert!(segments(&folder.path().join("out/hls/small")) == media(&folder.path().join("3-1.mp4")));
    for rendition in ["video", "small", "audio"] {
        let list = read(folder.path(), &format!("{rendition}/index.m3u8"));
        assert_eq!(list.matches("#EXT-X-DISCONTINUITY\n").count(), 1, "{list}");
    }
}

#[test]
fn a_film_that_begins_small_for_some_seconds_is_not_composed() {
    let mut folder = Folder::new();
    let (camera, microphone) = (Track::new(1, "camera"), Track::new(2, "microphone"));
    folder.track(&camera);
    folder.track(&microphone);
    folder.picture(&camera, 1, (0.0, 5.0), &size(160, 90));
    folder.picture(&camera, 2, (5.0, 120.0), &size(320, 180));
    folder.sound(&microphone, 1, (0.0, 120.0), &[]);
    folder.close(true);
    let result = finished(folder.path());
    assert_eq!((&result["video"], &result["width"]), (&"copied".into(), &320.into()));
    assert!(packets(&folder.path().join("out/video.mp4")) == media(&folder.path().join("1-2.mp4")));
    let raw = [media(&folder.path().join("1-1.mp4")), media(&folder.path().join("1-2.mp4"))].concat();
    assert!(segments(&folder.path().join("out/hls/video")) == raw, "nothing is missing where it is watched");
    let played = play(&folder.path().join("out/video.mp4"));
    assert!(played.flashes.len() >= 114 && played.skew() < 0.04, "{:?} {:?}", played.flashes, played.beeps);
    assert!((played.sound - 120.0).abs() < 0.1, "{}", played.sound);
}

#[test]
fn a_smaller_layer_that_shows_less_is_left_out() {
    for (shown, shape) in [((6.0, 20.0), size(320, 180)), ((0.0, 8.0), size(320, 180)), ((0.0, 20.0), size(640, 360))] {
        let (mut folder, [camera, small]) = lesson();
        folder.picture(&camera, 1, (0.0, 20.0), &size(640, 360));
        folder.picture(&small, 1, shown, &shape);
        folder.close(true);
        assert_eq!(finished(folder.path())["video"], "copied");
        assert_eq!(sizes(&read(folder.path(), "master.m3u8")), ["640x360"], "{shown:?}");
        assert!(!folder.path().join("out/hls/small").exists());
    }
}

#[test]
fn what_is_composed_is_made_small_too() {
    let (mut folder, [camera, small]) = lesson();
    let screen = Track::new(4, "screen");
    folder.track(&screen);
    folder.picture(&camera, 1, (0.0, 20.0), &size(640, 360));
    folder.picture(&small, 1, (0.0, 20.0), &size(320, 180));
    folder.picture(&screen, 1, (4.4, 10.4), &Shape { rate: 5, ..Shape::default() });
    folder.close(true);
    assert_eq!(finished(folder.path())["video"], "composed");
    assert_eq!(sizes(&read(folder.path(), "master.m3u8")), ["1280x720", "640x360"]);
    let [large, small] =
        ["video", "small"].map(|name| play(&folder.path().join("out/hls").join(name).join("index.m3u8")));
    assert_eq!((&large.sizes[..], &small.sizes[..]), (&[(1280, 720)][..], &[(640, 360)][..]));
    assert_eq!(large.flashes, small.flashes, "the same pictures");
    assert!(large.flashes.len() >= 19);
}
