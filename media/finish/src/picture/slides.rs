//! When a screen shows another slide.

/// The picture is looked at as this many points.
pub(crate) const WIDE: usize = 64;
pub(crate) const HIGH: usize = 36;
/// A point changed when its brightness did by this much; a pointer or a line of writing changes few of them.
const POINT: u8 = 24;
/// A new slide changes an eighth of all points.
const SHARE: usize = WIDE * HIGH / 8;
/// Looked at this often, in microseconds.
pub(crate) const EVERY: i64 = 1_000_000;

/// Compares with the last slide, not with the last picture: what is written slowly becomes a new slide, too.
#[derive(Default)]
pub(crate) struct Slides {
    last: Option<Vec<u8>>,
    pub changes: Vec<i64>,
}

impl Slides {
    /// The brightness of `WIDE` × `HIGH` points at a moment of the replay.
    pub(crate) fn look(&mut self, at: i64, points: Vec<u8>) {
        let changed = |last: &Vec<u8>| {
            last.iter().zip(&points).filter(|(before, now)| before.abs_diff(**now) > POINT).count() > SHARE
        };
        match &self.last {
            Some(last) if !changed(last) => {}
            Some(_) => {
                self.changes.push(at);
                self.last = Some(points);
            }
            None => self.last = Some(points),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_slide_counts_and_a_pointer_does_not() {
        let mut slides = Slides::default();
        slides.look(0, vec![200; WIDE * HIGH]);
        let mut pointer = vec![200; WIDE * HIGH];
        pointer[..40].fill(0);
        slides.look(1, pointer);
        slides.look(2, vec![90; WIDE * HIGH]);
        slides.look(3, vec![90; WIDE * HIGH]);
        assert_eq!(slides.changes, [2]);
    }
}
