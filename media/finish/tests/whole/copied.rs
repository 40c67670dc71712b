//! Pictures that are one H.264 stream at a time are copied.

use crate::fixture::{Folder, Shape, Track};
use crate::watch::{finished, media, packets, play, segments};

/// A camera and a microphone of 12 s whose clocks run 100 ppm wrong in opposite directions.
fn lesson(ppm: f64, reports: f64) -> Folder {
    let mut folder = Folder::new();
    let camera = Track { ppm, reports, ..Track::new(1, "camera") };
    let microphone = Track { ppm: -ppm, reports, ..Track::new(2, "microphone") };
    folder.track(&camera);
    folder.track(&microphone);
    folder.picture(&camera, 1, (0.4, 12.4), &Shape::default());
    folder.sound(&microphone, 1, (0.2, 12.4), &[]);
    folder.close(true);
    folder
}

#[test]
fn a_camera_and_a_microphone_are_copied_bit_by_bit() {
    let folder = lesson(100.0, 2.0);
    let result = finished(folder.path());
    assert_eq!(result["video"], "copied");
    assert!((result["duration_ms"].as_i64().unwrap() - 12_200).abs() < 100, "{result}");
    assert_eq!((result["width"].as_i64(), result["height"].as_i64()), (Some(320), Some(180)));
    let out = folder.path().join("out");
    let raw = media(&folder.path().join("1-1.mp4"));
    assert!(raw.len() > 1000);
    assert!(segments(&out.join("hls/video")) == raw, "HLS has the recorder's bits");
    assert!(packets(&out.join("video.mp4")) == raw, "the file has the recorder's bits");
    for played in [play(&out.join("video.mp4")), play(&out.join("hls/master.m3u8"))] {
        assert_eq!(played.pictures, 180);
        assert!(played.flashes.len() >= 11 && played.beeps.len() >= 11, "{:?} {:?}", played.flashes, played.beeps);
        assert!(played.skew() < 0.04, "{:?} {:?}", played.flashes, played.beeps);
        assert!((played.sound - 12.2).abs() < 0.1, "{}", played.sound);
    }
    assert!(!folder.path().join("work").exists());
}

#[test]
fn a_clock_that_runs_percents_wrong_is_followed() {
    let folder = lesson(20_000.0, 1.0);
    let result = finished(folder.path());
    let played = play(&folder.path().join("out/video.mp4"));
    assert!((result["duration_ms"].as_i64().unwrap() - 12_200).abs() < 100, "{result}");
    assert!(played.flashes.len() >= 11 && played.skew() < 0.08, "{:?} {:?}", played.flashes, played.beeps);
}

#[test]
fn without_any_report_arrival_counts() {
    let folder = lesson(0.0, 0.0);
    finished(folder.path());
    assert!(play(&folder.path().join("out/video.mp4")).skew() < 0.04);
}

#[test]
fn playlists_pictures_and_chapters_say_what_they_should() {
    let folder = lesson(0.0, 2.0);
    let result = finished(folder.path());
    let out = folder.path().join("out");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let master = read("hls/master.m3u8");
    assert!(master.contains("RESOLUTION=320x180") && master.contains("AUDIO=\"sound\""), "{master}");
    assert!(master.contains("mp4a.40.2\"") && master.contains("avc1.42"), "{master}");
    for name in ["hls/video/index.m3u8", "hls/audio/index.m3u8"] {
        let list = read(name);
        assert!(list.contains("#EXT-X-PLAYLIST-TYPE:VOD") && list.ends_with("#EXT-X-ENDLIST\n"), "{list}");
        assert!(list.contains("#EXT-X-MAP:URI=\"init-1.mp4\""));
        let lengths: f64 =
            list.lines().filter_map(|line| line.strip_prefix("#EXTINF:")?.strip_suffix(',')?.parse::<f64>().ok()).sum();
        assert!((lengths - 12.2).abs() < 0.05, "{list}");
        let target: f64 =
            list.lines().find_map(|line| line.strip_prefix("#EXT-X-TARGETDURATION:")?.parse().ok()).unwrap();
        assert!(target >= 6.0 && list.matches(".m4s").count() >= 2);
    }
    let end = format!("00:00:{:06.3}", result["duration_ms"].as_f64().unwrap() / 1000.0);
    assert_eq!(
        read("sprites.vtt"),
        format!(
            "WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nsprite-0.jpg#xywh=0,0,160,90\n\n00:00:10.000 --> {end}\nsprite-0.jpg#xywh=160,0,160,90\n"
        )
    );
    assert_eq!(play(&out.join("sprite-0.jpg")).sizes, [(320, 90)]);
    assert_eq!(play(&out.join("poster.jpg")).sizes, [(1280, 720)]);
    let frame = format!("frames/{:08}.jpg", result["frames"][0]["ms"].as_u64().unwrap());
    assert_eq!(play(&out.join(&frame)).sizes, [(640, 360)]);
    assert_eq!(read("chapters.vtt"), format!("WEBVTT\n\n00:00:00.000 --> {end}\n开始\n"));
    assert_eq!(result["frames"][0]["file"], frame);
    assert_eq!(result["bytes"].as_u64().unwrap(), std::fs::metadata(out.join("video.mp4")).unwrap().len());
    // The index stands before the media.
    let video = std::fs::read(out.join("video.mp4")).unwrap();
    let at = |kind: &[u8]| video.windows(4).position(|four| four == kind).unwrap();
    assert!(at(b"moov") < at(b"mdat"));
}

#[test]
fn another_resolution_goes_on_after_a_discontinuity() {
    let mut folder = Folder::new();
    let camera = Track::new(1, "camera");
    let microphone = Track::new(2, "microphone");
    folder.track(&camera);
    folder.track(&microphone);
    folder.picture(&camera, 1, (0.0, 4.0), &Shape::default());
    folder.picture(&camera, 2, (4.0, 9.0), &Shape { width: 160, height: 90, ..Shape::default() });
    folder.sound(&microphone, 1, (0.0, 9.0), &[]);
    folder.close(true);
    let result = finished(folder.path());
    assert_eq!(result["video"], "composed");
    let out = folder.path().join("out");
    let raw = [media(&folder.path().join("1-1.mp4")), media(&folder.path().join("1-2.mp4"))].concat();
    assert!(segments(&out.join("hls/video")) == raw, "HLS has the recorder's bits");
    for rendition in ["video", "audio"] {
        let list = std::fs::read_to_string(out.join("hls").join(rendition).join("index.m3u8")).unwrap();
        assert_eq!(list.matches("#EXT-X-DISCONTINUITY\n").count(), 1, "{list}");
    }
    let played = play(&out.join("video.mp4"));
    assert_eq!(played.sizes, [(1280, 720)]);
    assert!(played.flashes.len() >= 8 && played.skew() < 0.08, "{:?} {:?}", played.flashes, played.beeps);
}

#[test]
fn a_pause_is_cut_out_of_the_copy() {
    let mut folder = Folder::new();
    let camera = Track::new(1, "camera");
    let microphone = Track::new(2, "microphone");
    folder.track(&camera);
    folder.track(&microphone);
    folder.picture(&camera, 1, (0.0, 5.0), &Shape::default());
    folder.sound(&microphone, 1, (0.0, 5.0), &[]);
    folder.line(5.0, r#""event":"paused","by":"h""#);
    folder.line(25.5, r#""event":"resumed","by":"h""#);
    folder.picture(&camera, 2, (25.5, 31.5), &Shape::default());
    folder.sound(&microphone, 2, (25.5, 31.5), &[]);
    folder.close(true);
    let result = finished(folder.path());
    assert_eq!(result["video"], "copied");
    assert!((result["duration_ms"].as_i64().unwrap() - 11_000).abs() < 100, "{result}");
    let resumed = result["timeline"][1]["at_us"].as_i64().unwrap() - crate::fixture::BEGIN;
    assert!((resumed - 25_500_000).abs() < 5000, "{result}");
    let played = play(&folder.path().join("out/hls/master.m3u8"));
    assert!(played.flashes.len() >= 10 && played.skew() < 0.04, "{:?} {:?}", played.flashes, played.beeps);
}
