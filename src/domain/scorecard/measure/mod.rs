//! What each measure counts, a file for each family.

mod counting;
mod each_time;
mod fit;
mod papers;
mod people;
mod roster;

use super::SubjectScore;
use super::assessment::{Asked, Assessment};
use crate::domain::policy::{Measure, Part};

pub(super) use each_time::EachTime;

/// One result for each subject, in their order.
pub(super) fn subjects(assessment: &Assessment<'_>, part: &Part, asked: &[Asked<'_>]) -> Vec<SubjectScore> {
    match &part.measure {
        Measure::Activities(filter) => counting::activities(assessment, part, filter, asked),
        Measure::Series(filter) => counting::series(assessment, part, filter, asked),
        Measure::People(filter) => people::people(assessment, part, filter, asked),
        Measure::ClassHours(filter) => people::class_hours(assessment, part, filter, asked),
        Measure::PeopleEachTime(filter) => each_time::each_time(assessment, part, &EachTime::people(filter), asked),
        Measure::RateEachTime { population, filter } => {
            each_time::each_time(assessment, part, &EachTime::rate(population, filter), asked)
        }
        Measure::Members { population, origin } => roster::members(assessment, part, population, *origin, asked),
        Measure::Mentees { population } => roster::mentees(assessment, part, population.as_deref(), asked),
        Measure::Helped { rural } => roster::helped(assessment, part, *rural, asked),
        Measure::Evidence { slot } => papers::evidence(assessment, part, slot, asked),
        Measure::SelectedResources => papers::selected_resources(assessment, part, asked),
    }
}
