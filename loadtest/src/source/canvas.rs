//! A planar 4:2:0 picture that knows how to be drawn on, in the coordinates of the full picture whatever its size.

use super::font;
use openh264::formats::YUVSource;

/// The coordinates that everything is drawn in.
pub(crate) const FULL_WIDTH: usize = 1280;
pub(crate) const FULL_HEIGHT: usize = 720;

/// Luma and chroma of BT.601, limited range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour {
    y: u8,
    u: u8,
    v: u8,
}

impl Colour {
    pub(crate) const fn rgb(rgb: u32) -> Self {
        let (r, g, b) = ((rgb >> 16 & 0xff) as i32, (rgb >> 8 & 0xff) as i32, (rgb & 0xff) as i32);
        Self {
            y: (16 + (66 * r + 129 * g + 25 * b + 128) / 256) as u8,
            u: (128 + (-38 * r - 74 * g + 112 * b) / 256) as u8,
            v: (128 + (112 * r - 94 * g - 18 * b) / 256) as u8,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rect {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) w: usize,
    pub(crate) h: usize,
}

pub(crate) const fn rect(x: usize, y: usize, w: usize, h: usize) -> Rect {
    Rect { x, y, w, h }
}

#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    /// One pixel here stands for this many in full coordinates, each way: 1, 2 or 4.
    scale: usize,
    width: usize,
    height: usize,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

impl Canvas {
    pub(crate) fn new(scale: usize, colour: Colour) -> Self {
        let (width, height) = (FULL_WIDTH / scale, FULL_HEIGHT / scale);
        let chroma = (width / 2) * (height / 2);
        Self {
            scale,
            width,
            height,
            y: vec![colour.y; width * height],
            u: vec![colour.u; chroma],
            v: vec![colour.v; chroma],
        }
    }

    pub(crate) fn fill(&mut self, area: Rect, colour: Colour) {
        let Span { x0, x1, y0, y1 } = self.span(area);
        for row in y0..y1 {
            self.y[row * self.width + x0..row * self.width + x1].fill(colour.y);
        }
        let half = self.width / 2;
        // A chroma sample belongs to the shape that covers its upper left luma sample.
        let (cx0, cx1) = (x0.div_ceil(2), x1.div_ceil(2).min(half));
        for row in y0.div_ceil(2)..y1.div_ceil(2).min(self.height / 2) {
            if cx0 < cx1 {
                self.u[row * half + cx0..row * half + cx1].fill(colour.u);
                self.v[row * half + cx0..row * half + cx1].fill(colour.v);
            }
        }
    }

    /// Draws `text` with its upper left corner at (`x`, `y`); `size` is the side of one font pixel.
    pub(crate) fn text(&mut self, x: usize, y: usize, size: usize, colour: Colour, text: &str) {
        let mut left = x;
        for character in text.chars() {
            for (row, bits) in font::glyph(character).into_iter().enumerate() {
                for column in (0..font::WIDTH).filter(|column| bits >> (font::WIDTH - 1 - column) & 1 == 1) {
                    self.fill(rect(left + column * size, y + row * size, size, size), colour);
                }
            }
            left += advance(size);
        }
    }

    /// Puts back what `from`, a canvas of the same size, shows in this area.
    pub(crate) fn restore(&mut self, area: Rect, from: &Self) {
        let Span { x0, x1, y0, y1 } = self.span(area);
        for row in y0..y1 {
            let range = row * self.width + x0..row * self.width + x1;
            self.y[range.clone()].copy_from_slice(&from.y[range]);
        }
        let half = self.width / 2;
        for row in y0 / 2..y1.div_ceil(2).min(self.height / 2) {
            let range = row * half + x0 / 2..row * half + x1.div_ceil(2).min(half);
            self.u[range.clone()].copy_from_slice(&from.u[range.clone()]);
            self.v[range.clone()].copy_from_slice(&from.v[range]);
        }
    }

    fn span(&self, area: Rect) -> Span {
        let scaled = |from: usize, len: usize, limit: usize| {
            let start = (from / self.scale).min(limit);
            (start, (from + len).div_ceil(self.scale).clamp(start, limit))
        };
        let (x0, x1) = scaled(area.x, area.w, self.width);
        let (y0, y1) = scaled(area.y, area.h, self.height);
        Span { x0, x1, y0, y1 }
    }
}

struct Span {
    x0: usize,
    x1: usize,
    y0: usize,
    y1: usize,
}

/// From one character to the next.
pub(crate) const fn advance(size: usize) -> usize {
    (font::WIDTH + 1) * size
}

impl YUVSource for Canvas {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }

    fn y(&self) -> &[u8] {
        &self.y
    }

    fn u(&self) -> &[u8] {
        &self.u
    }

    fn v(&self) -> &[u8] {
        &self.v
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawing_outside_the_picture_is_cut_off() {
        for scale in [1, 2, 4] {
            let mut canvas = Canvas::new(scale, Colour::rgb(0xffffff));
            canvas.fill(rect(FULL_WIDTH - 3, FULL_HEIGHT - 3, 500, 500), Colour::rgb(0));
            canvas.fill(rect(5_000, 5_000, 5, 5), Colour::rgb(0));
            canvas.text(FULL_WIDTH - 20, FULL_HEIGHT - 10, 9, Colour::rgb(0), "88");
            assert_eq!(canvas.y.last(), Some(&16));
        }
    }

    #[test]
    fn restoring_brings_the_background_back() {
        for scale in [1, 2, 4] {
            let mut background = Canvas::new(scale, Colour::rgb(0x1c5e4c));
            background.fill(rect(101, 203, 333, 111), Colour::rgb(0xb3261a));
            let mut canvas = background.clone();
            let area = rect(90, 190, 217, 95);
            canvas.fill(area, Colour::rgb(0xf2c266));
            assert_ne!(canvas.y, background.y);
            canvas.restore(area, &background);
            assert_eq!((canvas.y, canvas.u, canvas.v), (background.y, background.u, background.v));
        }
    }
}
