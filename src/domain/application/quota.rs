//! Quotas: how many a Policy lets into a Studio, whom it keeps places for, and what it wants of a whole Region.

use super::super::participation::{Home, MemberFact, from_where};
use super::super::policy::{Capacity, CapacityOf, Measure, Origin, Part, PeriodKind, Policy, Scope};
use super::super::words::words;
use super::super::{Day, MemberMark, MemberRole, Station, Studio, StudioId};
use super::recruitment::role_title;
use std::collections::HashMap;

/// The least and the most of this role in a Studio that satisfy every rule about it; none where no rule is.
#[must_use]
pub fn bounds(policy: &Policy, role: MemberRole) -> Option<(u32, u32)> {
    let rules = rules(policy, role).filter(|(_, origin)| *origin == Origin::Any);
    rules.map(|(part, _)| part.is.bounds(policy.about_percent)).reduce(|a, b| (a.0.max(b.0), a.1.min(b.1)))
}

/// The rules of the Policy about how many of this role are on the roster, with where they come from.
fn rules(policy: &Policy, role: MemberRole) -> impl Iterator<Item = (&Part, Origin)> {
    let of_now = policy.criteria.iter().filter(|one| one.scope == Scope::Studio && one.period == PeriodKind::Now);
    of_now.flat_map(|criterion| &criterion.parts).filter_map(move |part| match &part.measure {
        Measure::Members { population, origin } => {
            let only = policy.populations.get(population).is_some_and(|one| one.roles == [role]);
            only.then_some((part, *origin))
        }
        _ => None,
    })
}

/// The marks that the Policy keeps places for.
#[must_use]
pub fn marks_asked(policy: &Policy) -> Vec<MemberMark> {
    let origin = |mark: MemberMark| match mark {
        MemberMark::NewTeacher => Origin::NewTeacher,
        MemberMark::Backbone => Origin::Backbone,
    };
    let parts = || policy.criteria.iter().flat_map(|criterion| &criterion.parts);
    let asked = |mark: &MemberMark| {
        parts().any(|part| matches!(&part.measure, Measure::Members { origin: of, .. } if *of == origin(*mark)))
    };
    MemberMark::ALL.iter().copied().filter(asked).collect()
}

/// Who is on the roster of one Studio in one role, on the day on which somebody would join.
pub struct Quota<'a> {
    pub policy: &'a Policy,
    pub role: MemberRole,
    pub day: Day,
    /// Of that day.
    pub home: Home,
    pub there: &'a [MemberFact],
}

impl Quota<'_> {
    /// Why nobody can join: no place is left.
    #[must_use]
    pub fn full(&self) -> Option<String> {
        let (_, most) = bounds(self.policy, self.role)?;
        let there = u32::try_from(self.there.len()).unwrap_or(u32::MAX);
        let called = role_title(self.policy, self.role);
        (there >= most).then(|| format!("{called}已有 {there} 人，办法规定最多 {most} 人。"))
    }

    /// Why this person can't join: no place is left, or those that are left have to go to others.
    #[must_use]
    pub fn refuses(&self, newcomer: &MemberFact) -> Option<String> {
        let full = self.full();
        if full.is_some() {
            return full;
        }
        let (_, most) = bounds(self.policy, self.role)?;
        let there = u32::try_from(self.there.len()).unwrap_or(u32::MAX);
        let called = role_title(self.policy, self.role);
        let left_after = most - there - 1;
        rules(self.policy, self.role).filter(|(_, origin)| *origin != Origin::Any).find_map(|(part, origin)| {
            let (least, most_of) = part.is.bounds(self.policy.about_percent);
            let of = self.there.iter().filter(|one| from_where(one, origin, self.home, self.day)).count();
            let of = u32::try_from(of).unwrap_or(u32::MAX);
            let counts = from_where(newcomer, origin, self.home, self.day);
            if !counts && least.saturating_sub(of) > left_after {
                return Some(format!(
                    "剩下的 {} 个名额要留给{}的{called}：办法规定至少 {least} 人，现有 {of} 人。",
                    most - there,
                    origin.word()
                ));
            }
            (counts && of >= most_of)
                .then(|| format!("{}的{called}已有 {of} 人，办法规定最多 {most_of} 人。", origin.word()))
        })
    }
}

/// Places of a Recruitment that are left; `taken` were accepted by it.
#[must_use]
pub fn places_for(places: u32, taken: u32) -> Option<String> {
    (taken >= places).then(|| format!("这次招募的 {places} 个名额已经用完。"))
}

words! {
    /// What kind of person a Studio is for, by its subject.
    pub enum StudioSort {
        Principal = "principal" / "名校（园）长工作室",
        HeadTeacher = "head_teacher" / "名班主任工作室",
        Teacher = "teacher" / "名教师工作室",
    }
}

impl StudioSort {
    #[must_use]
    pub fn of(subject: &str) -> Self {
        if ["校长", "园长", "校园长", "校（园）长"].iter().any(|word| subject.contains(word)) {
            Self::Principal
        } else if subject.contains("班主任") {
            Self::HeadTeacher
        } else {
            Self::Teacher
        }
    }
}

/// What there is in a Region and below it, under one Policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegionCount {
    pub studios: Vec<Studio>,
    /// Different people.
    pub core: u32,
    pub trainees: u32,
    /// 名师工作站 of the day.
    pub stations: Vec<Station>,
    /// Who attended; none where nobody has counted.
    pub reached: Option<Reached>,
}

/// Different people who were present: in all, and at Activities of each Studio.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    pub people: u32,
    pub by_studio: HashMap<StudioId, u32>,
}

impl RegionCount {
    #[must_use]
    pub fn of(&self, what: CapacityOf) -> Option<u32> {
        match what {
            CapacityOf::Studios
            | CapacityOf::PrincipalStudios
            | CapacityOf::HeadTeacherStudios
            | CapacityOf::TeacherStudios => Some(u32::try_from(self.behind(what).count()).unwrap_or(u32::MAX)),
            CapacityOf::Stations => Some(u32::try_from(self.stations.len()).unwrap_or(u32::MAX)),
            CapacityOf::Core => Some(self.core),
            CapacityOf::Trainees => Some(self.trainees),
            CapacityOf::People => self.reached.as_ref().map(|reached| reached.people),
        }
    }

    /// The Studios that such a number is of, or that its people are in.
    pub fn behind(&self, what: CapacityOf) -> impl Iterator<Item = &Studio> {
        let sort = StudioSort::of;
        let fits = move |studio: &&Studio| match what {
            CapacityOf::Studios | CapacityOf::Core | CapacityOf::Trainees | CapacityOf::People => true,
            CapacityOf::PrincipalStudios => sort(&studio.subject) == StudioSort::Principal,
            CapacityOf::HeadTeacherStudios => sort(&studio.subject) == StudioSort::HeadTeacher,
            CapacityOf::TeacherStudios => sort(&studio.subject) == StudioSort::Teacher,
            CapacityOf::Stations => false,
        };
        self.studios.iter().filter(fits)
    }

    /// Why no Studio for this subject may be added: the Policy wants no more of them.
    #[must_use]
    pub fn refuses(&self, policy: &Policy, subject: &str) -> Option<String> {
        let sort = match StudioSort::of(subject) {
            StudioSort::Principal => CapacityOf::PrincipalStudios,
            StudioSort::HeadTeacher => CapacityOf::HeadTeacherStudios,
            StudioSort::Teacher => CapacityOf::TeacherStudios,
        };
        let asked = policy.capacities.iter().filter(|one| one.count == CapacityOf::Studios || one.count == sort);
        asked.into_iter().find_map(|one| {
            let (_, most) = capacity_bounds(policy, one);
            let there = self.of(one.count).unwrap_or(0);
            (there >= most).then(|| format!("{}已有 {there} {}，办法规定 {most} {}。", one.title, one.unit, one.unit))
        })
    }
}

#[must_use]
pub fn capacity_bounds(policy: &Policy, capacity: &Capacity) -> (u32, u32) {
    capacity.is.bounds(policy.about_percent)
}
