//! Files: the names below a Resource's own folder by which its files are known.

/// The whole video in one file.
pub const VIDEO: &str = "video.mp4";
/// The playlist that names the renditions.
pub const MASTER: &str = "hls/master.m3u8";
pub const POSTER: &str = "poster.jpg";
/// Where in the preview pictures each moment is.
pub const SPRITES: &str = "sprites.vtt";
/// What the names of preview pictures begin with.
pub const SPRITE: &str = "sprite-";
/// Pictures for the proof of an Activity, each named by its millisecond; for keepers only.
pub const FRAMES: &str = "frames/";
/// What the name of an uploaded document begins with.
pub const DOCUMENT: &str = "file.";

/// They show all of a video, whatever is hidden of it; and so do the preview pictures.
pub const SHOW_ALL: &[&str] = &[VIDEO, POSTER, SPRITES];
