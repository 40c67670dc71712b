//! Outlook: what is to be expected of a Studio's year, in one word; and how far each Criterion is, in one pair of numbers.

use super::{Score, ScoreState, Scorecard};
use crate::domain::words::words;

words! {
    /// How a Studio's year looks from where it is now.
    pub enum Outlook {
        Passing = "passing" / "可合格",
        OnTrack = "on_track" / "正常",
        AtRisk = "at_risk" / "有风险",
        Lost = "lost" / "已不可能",
    }
}

impl Scorecard {
    #[must_use]
    pub fn outlook(&self) -> Outlook {
        if self.result.lost {
            Outlook::Lost
        } else if self.result.passes {
            Outlook::Passing
        } else if self.criteria.iter().any(|score| score.required && score.at_risk) {
            Outlook::AtRisk
        } else {
            Outlook::OnTrack
        }
    }
}

impl Score {
    /// What is done, of how much: of the one number that is counted, otherwise of the numbers.
    #[must_use]
    pub fn progress(&self) -> (u32, u32) {
        if let [one] = self.parts.as_slice() {
            return (one.done, one.of);
        }
        let count = |parts: usize| u32::try_from(parts).unwrap_or(u32::MAX);
        let met = self.parts.iter().filter(|part| part.state == ScoreState::Met);
        (count(met.count()), count(self.parts.len()))
    }
}
