//! The picture of the test broadcast: a mathematics slide with a clock, a curve being traced and a light that shines
//! while the tone sounds.

use super::canvas::{Canvas, Colour, FULL_WIDTH, Rect, advance, rect};
use super::tone;
use std::f64::consts::TAU;
use std::time::Duration;

const PAPER: Colour = Colour::rgb(0xfbfaf6);
const BOARD: Colour = Colour::rgb(0x1c5e4c);
const WHITE: Colour = Colour::rgb(0xffffff);
const INK: Colour = Colour::rgb(0x1c2421);
const LINE: Colour = Colour::rgb(0xdaddd4);
const CURVE: Colour = Colour::rgb(0x9ccdb8);
const RED: Colour = Colour::rgb(0xb3261a);
const AMBER: Colour = Colour::rgb(0xf2c266);
const DIM: Colour = Colour::rgb(0x47514c);

const BAR_HEIGHT: usize = 96;
const CLOCK_SIZE: usize = 8;
const CLOCK_X: usize = FULL_WIDTH - 40 - 8 * advance(CLOCK_SIZE);
const CLOCK: Rect = rect(CLOCK_X, 16, 8 * advance(CLOCK_SIZE), 64);
const BEAT: Rect = rect(CLOCK_X - 96, 28, 40, 40);
const GRAPH: Rect = rect(80, 170, 760, 430);
/// One sweep over the graph.
const SWEEP: Duration = Duration::from_secs(12);
const DOT: usize = 24;
/// The sample's place on the page is cut to this, so that the dot moves by whole pixels in every layer.
const GRID: usize = 4;
/// The clock on the wall shows the time of the whole country.
const UTC_OFFSET_SECONDS: u64 = 8 * 3600;

/// The same scene in one size. Only what moves is drawn again.
#[derive(Debug)]
pub(crate) struct Scene {
    background: Canvas,
    canvas: Canvas,
    dirty: Vec<Rect>,
}

impl Scene {
    /// `scale` 1 is 1280×720, 2 is 640×360, 4 is 320×180.
    pub(crate) fn new(scale: usize) -> Self {
        let background = background(scale);
        Self { canvas: background.clone(), background, dirty: Vec::new() }
    }

    pub(crate) fn draw(&mut self, time: Duration, unix_us: u64) -> &Canvas {
        for area in self.dirty.drain(..) {
            self.canvas.restore(area, &self.background);
        }
        self.clock(unix_us);
        self.beat(time);
        self.trace(time);
        &self.canvas
    }

    fn clock(&mut self, unix_us: u64) {
        let seconds = (unix_us / 1_000_000 + UTC_OFFSET_SECONDS) % 86_400;
        let text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        self.canvas.text(CLOCK.x, CLOCK.y + 4, CLOCK_SIZE, WHITE, &text);
        self.dirty.push(CLOCK);
    }

    fn beat(&mut self, time: Duration) {
        if tone::sounds_at(time) {
            self.canvas.fill(BEAT, AMBER);
            self.dirty.push(BEAT);
        }
    }

    fn trace(&mut self, time: Duration) {
        let part = time.as_secs_f64() % SWEEP.as_secs_f64() / SWEEP.as_secs_f64();
        let x = (part * GRAPH.w as f64) as usize / GRID * GRID;
        let dot = rect(GRAPH.x + x - DOT / 2, curve_y(x) - DOT / 2, DOT, DOT);
        let stem = rect(GRAPH.x + x - 2, GRAPH.y, 4, GRAPH.h);
        self.canvas.fill(stem, AMBER);
        self.canvas.fill(dot, RED);
        self.dirty.extend([stem, dot]);
        let done = rect(80, 660, (part * 1120.0) as usize / GRID * GRID, 12);
        self.canvas.fill(done, BOARD);
        self.dirty.push(rect(80, 660, 1120, 12));
    }
}

fn curve_y(x: usize) -> usize {
    let angle = TAU * 2.0 * x as f64 / GRAPH.w as f64;
    let y = GRAPH.y as f64 + GRAPH.h as f64 / 2.0 - angle.sin() * GRAPH.h as f64 * 0.42;
    y as usize / GRID * GRID
}

fn background(scale: usize) -> Canvas {
    let mut canvas = Canvas::new(scale, PAPER);
    canvas.fill(rect(0, 0, FULL_WIDTH, BAR_HEIGHT), BOARD);
    canvas.fill(BEAT, DIM);
    canvas.text(40, 28, 6, WHITE, "LECTERN TEST");
    canvas.text(80, 116, 5, INK, "y = sin x");
    for step in 0..=8 {
        canvas.fill(rect(GRAPH.x + step * GRAPH.w / 8, GRAPH.y, 2, GRAPH.h), LINE);
    }
    for step in 0..=4 {
        canvas.fill(rect(GRAPH.x, GRAPH.y + step * GRAPH.h / 4, GRAPH.w, 2), LINE);
    }
    canvas.fill(rect(GRAPH.x, GRAPH.y + GRAPH.h / 2 - 2, GRAPH.w, 4), INK);
    canvas.fill(rect(GRAPH.x, GRAPH.y, 4, GRAPH.h), INK);
    for (label, step) in [("π", 2), ("2π", 4), ("3π", 6)] {
        canvas.text(GRAPH.x + step * GRAPH.w / 8 + 8, GRAPH.y + GRAPH.h / 2 + 12, 3, INK, label);
    }
    for x in (0..GRAPH.w).step_by(GRID) {
        // The curve is as steep as 2.4 here: tall marks keep it closed.
        canvas.fill(rect(GRAPH.x + x, curve_y(x) - 4, GRID, 12), CURVE);
    }
    // The notes on the right stand for lines of writing.
    for (line, width) in [300, 260, 320, 180, 290, 240].into_iter().enumerate() {
        canvas.fill(rect(900, 200 + line * 64, 12, 12), BOARD);
        canvas.fill(rect(930, 198 + line * 64, width, 16), LINE);
    }
    canvas.fill(rect(80, 660, 1120, 12), LINE);
    canvas
}
