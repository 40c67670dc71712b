//! Half an hour and more, and what a minute of it costs: run by `make finish-long`, on a release build.

use crate::fixture::{Folder, Shape, Track};
use crate::watch::{finished, media, play, segments};

/// CPU seconds of children that ended, user and system (proc(5): fields 16 and 17, in hundredths).
fn children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[13..15].iter().map(|ticks| ticks.parse::<f64>().unwrap() / 100.0).sum()
}

/// Finishes and says what it took; the CPU seconds of a minute.
fn cost(what: &str, folder: &Folder, minutes: f64) -> serde_json::Value {
    let before = children();
    let result = finished(folder.path());
    let each = (children() - before) / minutes;
    eprintln!("{what}: {each:.2} CPU s a minute, {}", result["video"]);
    result
}

#[test]
#[ignore = "half an hour of media; make finish-long"]
fn half_an_hour_stays_in_time_with_clocks_that_drift_apart() {
    let mut folder = Folder::new();
    let camera = Track { ppm: 100.0, ..Track::new(1, "camera") };
    let microphone = Track { ppm: -100.0, reports: 5.0, ..Track::new(2, "microphone") };
    folder.track(&camera);
    folder.track(&microphone);
    folder.picture(&camera, 1, (0.0, 1800.0), &Shape::default());
    folder.sound(&microphone, 1, (0.0, 1800.0), &[]);
    folder.close(true);
    let result = cost("copied, 320×180", &folder, 30.0);
    assert!((result["duration_ms"].as_i64().unwrap() - 1_800_000).abs() < 100, "{}", result["duration_ms"]);
    let out = folder.path().join("out");
    assert!(segments(&out.join("hls/video")) == media(&folder.path().join("1-1.mp4")));
    let played = play(&out.join("video.mp4"));
    assert!(played.flashes.len() >= 1799 && played.beeps.len() >= 1799);
    eprintln!("skew at most {:.1} ms over {} flashes", played.skew() * 1000.0, played.flashes.len());
    assert!(played.skew() < 0.08);
}

/// Pictures with something in them, as lessons have.
fn lesson(source: &'static str, rate: u32) -> Shape {
    Shape { width: 1280, height: 720, rate, noise: if source == "camera" { 12 } else { 0 }, ..Shape::default() }
}

#[test]
#[ignore = "minutes of media; make finish-long"]
fn what_a_minute_costs() {
    let minutes = 2.0;
    for (what, screen, codec) in
        [("copied", false, "h264"), ("camera composed", false, "vp8"), ("screen and camera composed", true, "h264")]
    {
        let mut folder = Folder::new();
        let (camera, microphone, shared) =
            (Track::new(1, "camera"), Track::new(2, "microphone"), Track::new(3, "screen"));
        for track in [&camera, &microphone, &shared] {
            folder.track(track);
        }
        folder.picture(&camera, 1, (0.0, minutes * 60.0), &Shape { codec, ..lesson("camera", 30) });
        folder.sound(&microphone, 1, (0.0, minutes * 60.0), &[]);
        if screen {
            folder.picture(&shared, 1, (0.0, minutes * 60.0), &lesson("screen", 15));
        }
        folder.close(true);
        cost(what, &folder, minutes);
    }
}
