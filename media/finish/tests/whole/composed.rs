//! Screens beside cameras, VP8, and cameras that come and go are composed.

use crate::fixture::{Folder, Shape, Track};
use crate::watch::{finished, nearest, play};

#[test]
fn a_screen_that_comes_in_the_middle_stands_beside_the_camera() {
    let mut folder = Folder::new();
    let camera = Track { ppm: 100.0, ..Track::new(1, "camera") };
    let microphone = Track { ppm: -100.0, ..Track::new(2, "microphone") };
    let screen = Track { ppm: 40.0, ..Track::new(3, "screen") };
    for track in [&camera, &microphone, &screen] {
        folder.track(track);
    }
    folder.picture(&camera, 1, (0.0, 14.0), &Shape::default());
    folder.sound(&microphone, 1, (0.0, 14.0), &[]);
    folder.picture(&screen, 1, (4.4, 10.4), &Shape { rate: 5, ..Shape::default() });
    folder.line(10.4, r#""event":"track_ended","track":3"#);
    folder.close(true);
    let result = finished(folder.path());
    assert_eq!(result["video"], "composed");
    assert!((result["duration_ms"].as_i64().unwrap() - 14_000).abs() < 100, "{result}");
    for name in ["out/video.mp4", "out/hls/master.m3u8"] {
        let played = play(&folder.path().join(name));
        assert_eq!(played.sizes, [(1280, 720)]);
        assert!(played.flashes.len() >= 13, "{:?}", played.flashes);
        assert!(played.skew() < 0.08, "{:?} {:?}", played.flashes, played.beeps);
    }
}

#[test]
fn vp8_becomes_h264() {
    let mut folder = Folder::new();
    let camera = Track::new(1, "camera");
    let microphone = Track::new(2, "microphone");
    folder.track(&camera);
    folder.track(&microphone);
    folder.picture(&camera, 1, (0.0, 6.0), &Shape { codec: "vp8", ..Shape::default() });
    folder.sound(&microphone, 1, (0.0, 6.0), &[]);
    folder.close(true);
    let result = finished(folder.path());
    assert_eq!(result["video"], "composed");
    let played = play(&folder.path().join("out/hls/master.m3u8"));
    assert!(played.flashes.len() >= 5 && played.skew() < 0.08, "{:?} {:?}", played.flashes, played.beeps);
}

#[test]
fn a_publisher_that_drops_and_comes_back_stays_in_time() {
    let mut folder = Folder::new();
    let camera = Track::new(1, "camera");
    let microphone = Track::new(2, "microphone");
    folder.track(&camera);
    folder.track(&microphone);
    // 0.3 s are lost on the way; then the line is gone for 5 s and the publisher comes anew.
    folder.picture(&camera, 1, (0.0, 6.0), &Shape { lost: vec![(2.3, 2.6)], ..Shape::default() });
    folder.sound(&microphone, 1, (0.0, 6.0), &[(2.3, 2.6)]);
    let again = Track { ppm: 60.0, ..Track::new(3, "camera") };
    let voice = Track { ppm: 60.0, ..Track::new(4, "microphone") };
    folder.track(&again);
    folder.track(&voice);
    folder.picture(&again, 1, (11.0, 17.0), &Shape::default());
    folder.sound(&voice, 1, (11.0, 17.0), &[]);
    folder.close(true);
    let result = finished(folder.path());
    assert!((result["duration_ms"].as_i64().unwrap() - 17_000).abs() < 100, "{result}");
    let gaps = result["checks"]["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 2);
    assert!((gaps[0]["length_ms"].as_i64().unwrap() - 300).abs() < 5, "{gaps:?}");
    let played = play(&folder.path().join("out/video.mp4"));
    assert!(played.skew() < 0.08, "{:?} {:?}", played.flashes, played.beeps);
    for second in [1.0, 4.0, 5.0, 12.0, 14.0, 16.0] {
        assert!(nearest(&played.flashes, second) < 0.08 && nearest(&played.beeps, second) < 0.08, "{second}");
    }
}

#[test]
fn what_was_seen_last_stands_while_somebody_loads_the_page_anew() {
    let mut folder = Folder::new();
    let (camera, again, screen) = (Track::new(1, "camera"), Track::new(2, "camera"), Track::new(3, "screen"));
    for track in [&camera, &again, &screen] {
        folder.track(track);
    }
    let shape = Shape { flash: false, ..Shape::default() };
    folder.picture(&camera, 1, (0.0, 4.0), &shape);
    folder.picture(&again, 1, (8.0, 16.0), &shape);
    folder.picture(&screen, 1, (10.0, 16.0), &shape);
    folder.close(true);
    assert_eq!(finished(folder.path())["video"], "composed");
    let played = play(&folder.path().join("out/video.mp4"));
    let away: Vec<u8> =
        played.bright.iter().filter(|(at, _)| (4.5..7.9).contains(at)).map(|(_, value)| *value).collect();
    assert!(away.len() >= 3 && away.iter().all(|value| *value > 50), "the stage is 41: {away:?}");
}

#[test]
fn several_cameras_follow_who_speaks() {
    let mut folder = Folder::new();
    let host = Track::new(1, "camera");
    let guest = Track { participant: 2, name: "李老师", ..Track::new(2, "camera") };
    let voice = Track { participant: 2, name: "李老师", ..Track::new(3, "microphone") };
    for track in [&host, &guest, &voice] {
        folder.track(track);
    }
    folder.picture(&host, 1, (0.0, 8.0), &Shape { flash: false, base: |_| 40, ..Shape::default() });
    folder.picture(&guest, 1, (0.0, 8.0), &Shape { flash: false, base: |_| 140, ..Shape::default() });
    folder.sound(&voice, 1, (0.0, 8.0), &[]);
    folder.line(4.0, r#""event":"speaker","track":3"#);
    folder.close(true);
    finished(folder.path());
    let played = play(&folder.path().join("out/video.mp4"));
    let at = |second: f64| played.bright.iter().rfind(|(at, _)| *at <= second).unwrap().1;
    assert!(at(3.0) < 60 && at(5.0) > 120, "{} {}", at(3.0), at(5.0));
}

#[test]
fn a_new_slide_and_a_marker_are_seen() {
    let mut folder = Folder::new();
    let screen = Track::new(1, "screen");
    folder.track(&screen);
    // Pictures five minutes apart take no longer to make than five seconds.
    let shape =
        Shape { rate: 1, flash: false, base: |second| if second < 130.0 { 60 } else { 160 }, ..Shape::default() };
    folder.picture(&screen, 1, (0.0, 280.0), &shape);
    folder.line(2.0, r#""event":"marker","text":"导入","by":"h""#);
    folder.close(true);
    let result = finished(folder.path());
    let chapters = result["chapters"].as_array().unwrap();
    assert_eq!(chapters[0]["title"], "导入");
    assert_eq!(chapters.len(), 2, "{chapters:?}");
    assert!((chapters[1]["ms"].as_i64().unwrap() - 130_000).abs() < 2000);
    assert!(result["checks"]["warnings"].as_array().unwrap().contains(&"no_sound".into()));
}
