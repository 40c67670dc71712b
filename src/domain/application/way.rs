//! The way of an Application: who has to say yes, one after the other, and where it stands.

use super::super::words::words;
use super::super::{MemberRole, RegionId, RegionTree, StudioId};
use super::{Publicity, Recruitment, Review, ReviewVerdict, Sending};

words! {
    pub enum Step {
        /// A host chooses among those who wished for their Studio (双向选择).
        Host = "host" / "主持人选择",
        /// The School's word, which the office of its Region records from a stamped paper.
        School = "school" / "学校意见",
        /// An office between the School and the one that decides passes it on.
        Recommendation = "recommendation" / "逐级推荐",
        Office = "office" / "工作站审定",
    }
}

/// One of them: a step, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    pub step: Step,
    /// The Studio whose host chooses.
    pub studio: Option<StudioId>,
    /// The Region whose office speaks; none where the office of the chosen Studio does.
    pub region: Option<RegionId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Waiting(Stop),
    Returned,
    /// Everybody consents, and the office has not named them yet.
    Publicised,
    Accepted,
    Refused,
}

/// Who speaks after the hosts: the School, for a new Studio each office from its Region upwards, and who decides.
#[must_use]
pub fn stops(recruitment: &Recruitment, school: RegionId, tree: &RegionTree) -> Vec<Stop> {
    let stop = |step, region| Stop { step, studio: None, region };
    let mut stops = Vec::new();
    if recruitment.school_consents {
        stops.push(stop(Step::School, Some(school)));
    }
    if recruitment.role == MemberRole::Host {
        let above = tree.path(school).into_iter().rev().take_while(|region| region.id != recruitment.region);
        stops.extend(above.map(|region| stop(Step::Recommendation, Some(region.id))));
        stops.push(stop(Step::Office, Some(recruitment.region)));
    } else if recruitment.office_approves {
        stops.push(stop(Step::Office, None));
    }
    stops
}

/// Where a sending stands, by the words that were said about it so far.
#[must_use]
pub fn standing(recruitment: &Recruitment, sending: &Sending, stops: &[Stop]) -> Standing {
    let mut reviews = sending.reviews.iter();
    if recruitment.role != MemberRole::Host {
        let mut choices = sending.draft.choices.iter();
        loop {
            let Some(studio) = choices.next() else { return Standing::Refused };
            let stop = Stop { step: Step::Host, studio: Some(*studio), region: None };
            match reviews.next().map(|review| review.verdict) {
                None => return Standing::Waiting(stop),
                Some(ReviewVerdict::Granted) => break,
                Some(ReviewVerdict::Returned) => return Standing::Returned,
                Some(ReviewVerdict::Refused) => {}
            }
        }
    }
    for stop in stops {
        match reviews.next().map(|review| review.verdict) {
            None => return Standing::Waiting(*stop),
            Some(ReviewVerdict::Granted) => {}
            Some(ReviewVerdict::Returned) => return Standing::Returned,
            Some(ReviewVerdict::Refused) => return Standing::Refused,
        }
    }
    sending.publicity.as_ref().map_or(Standing::Accepted, Publicity::standing)
}

/// The Studio whose host took the applicant; none before that, and for hosts.
#[must_use]
pub fn chosen(reviews: &[Review]) -> Option<StudioId> {
    let took = |review: &&Review| review.step == Step::Host && review.verdict == ReviewVerdict::Granted;
    reviews.iter().find(took).and_then(|review| review.studio)
}
