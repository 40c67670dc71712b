//! The picture that is composed: the screen large and the camera beside it, never on it, on the dark stage.

use crate::error::{OfCodec, Result};
use ff::format::Pixel;
use ff::software::scaling;
use ffmpeg_next as ff;

pub(crate) const WIDTH: u32 = 1280;
pub(crate) const HEIGHT: u32 = 720;
pub(crate) const SMALL_WIDTH: u32 = 640;
pub(crate) const SMALL_HEIGHT: u32 = 360;
/// #15201C in BT.709, limited range.
const DARK: [u8; 3] = [41, 127, 123];

/// A rectangle of the stage; everything even, because colours have half the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

pub(crate) const WHOLE: Place = Place { x: 0, y: 0, width: WIDTH, height: HEIGHT };
const BESIDE_SCREEN: Place = Place { x: 16, y: 16, width: 992, height: 688 };
const COLUMN: u32 = 240;
const COLUMN_X: u32 = 1024;

/// Where a screen goes, with or without a camera beside it.
pub(crate) fn of_screen(width: u32, height: u32, beside: bool) -> Place {
    within(if beside { BESIDE_SCREEN } else { WHOLE }, width, height)
}

/// Where a camera goes: the whole stage, or the column beside the screen, at the screen's upper edge.
pub(crate) fn of_camera(width: u32, height: u32, screen: Option<Place>) -> Place {
    match screen {
        None => within(WHOLE, width, height),
        Some(screen) => {
            let column = Place { x: COLUMN_X, y: screen.y, width: COLUMN, height: HEIGHT - 16 - screen.y };
            Place { y: screen.y, ..within(column, width, height) }
        }
    }
}

/// The largest rectangle of this shape in the middle.
pub(crate) fn within(room: Place, width: u32, height: u32) -> Place {
    let (width, height) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let (wide, high) = (u64::from(room.width), u64::from(room.height));
    let (w, h) =
        if width * high > height * wide { (wide, height * wide / width) } else { (width * high / height, high) };
    let even = |value: u64, most: u32| ((value as u32) & !1).clamp(2, most & !1);
    let (w, h) = (even(w, room.width), even(h, room.height));
    let middle = |at: u32, room: u32, size: u32| at + (((room - size) / 2) & !1);
    Place { x: middle(room.x, room.width, w), y: middle(room.y, room.height, h), width: w, height: h }
}

pub(crate) struct Stage {
    pub frame: ff::frame::Video,
    scalers: Vec<scaling::Context>,
}

impl Default for Stage {
    fn default() -> Self {
        Self { frame: ff::frame::Video::new(Pixel::YUV420P, WIDTH, HEIGHT), scalers: Vec::new() }
    }
}

impl Stage {
    pub(crate) fn darken(&mut self) {
        darken(&mut self.frame);
    }

    pub(crate) fn put(&mut self, picture: &ff::frame::Video, place: Place) -> Result<()> {
        let scaled = scaled(&mut self.scalers, picture, place.width, place.height, Pixel::YUV420P)?;
        paste(&mut self.frame, &scaled, place);
        Ok(())
    }
}

pub(crate) fn paste(onto: &mut ff::frame::Video, picture: &ff::frame::Video, place: Place) {
    for plane in 0..3 {
        let half = u32::from(plane > 0);
        let (x, y) = ((place.x >> half) as usize, (place.y >> half) as usize);
        let (width, height) = ((place.width >> half) as usize, (place.height >> half) as usize);
        let (from, to) = (picture.stride(plane).max(1), onto.stride(plane).max(1));
        let lines = picture.data(plane).chunks(from).take(height);
        for (line, target) in lines.zip(onto.data_mut(plane).chunks_mut(to).skip(y)) {
            target[x..x + width].copy_from_slice(&line[..width]);
        }
    }
}

/// A dark picture; paste onto it what should be seen.
pub(crate) fn dark(width: u32, height: u32) -> ff::frame::Video {
    let mut frame = ff::frame::Video::new(Pixel::YUV420P, width, height);
    darken(&mut frame);
    frame
}

fn darken(frame: &mut ff::frame::Video) {
    for (plane, value) in DARK.into_iter().enumerate() {
        frame.data_mut(plane).fill(value);
    }
}

/// Scales with a context that is kept for the next picture of the same shape.
pub(crate) fn scaled(
    scalers: &mut Vec<scaling::Context>,
    picture: &ff::frame::Video,
    width: u32,
    height: u32,
    to: Pixel,
) -> Result<ff::frame::Video> {
    let from =
        scaling::context::Definition { format: picture.format(), width: picture.width(), height: picture.height() };
    let into = scaling::context::Definition { format: to, width, height };
    let known = scalers.iter().position(|context| *context.input() == from && *context.output() == into);
    let at = match known {
        Some(at) => at,
        None => {
            // A layer change now and then; nobody needs the old ones.
            if scalers.len() >= 8 {
                scalers.remove(0);
            }
            let flags = scaling::Flags::BICUBIC;
            let context = scaling::Context::get(from.format, from.width, from.height, to, width, height, flags);
            scalers.push(context.of("setting up scaling")?);
            scalers.len() - 1
        }
    };
    let mut out = ff::frame::Video::new(to, width, height);
    scalers[at].run(picture, &mut out).of("scaling")?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_camera_never_lies_on_the_screen() {
        for (width, height) in [(1920, 1080), (1280, 720), (1024, 768), (720, 1280), (3440, 1440), (2, 2)] {
            let screen = of_screen(width, height, true);
            for (w, h) in [(1280, 720), (640, 480), (480, 640), (360, 1600)] {
                let camera = of_camera(w, h, Some(screen));
                assert!(camera.x >= screen.x + screen.width, "{screen:?} {camera:?}");
                assert!(camera.x + camera.width <= WIDTH && camera.y + camera.height <= HEIGHT, "{camera:?}");
                assert!([camera.x, camera.y, camera.width, camera.height].iter().all(|n| n % 2 == 0));
            }
        }
    }

    #[test]
    fn a_camera_alone_fills_the_stage() {
        assert_eq!(of_camera(1280, 720, None), WHOLE);
        assert_eq!(of_camera(640, 480, None), Place { x: 160, y: 0, width: 960, height: 720 });
    }
}
