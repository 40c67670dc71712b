//! A Studio with people who have names, whose year is told day by day.
//!
//! ```text
//! let mut story = Story::begin("zhejiang-2019", "2026-01-01");
//! story.host("周文澜").core(&["何志强", "马海燕"]);
//! story.day("2026-03-19").seminar("群文阅读").by(&["何志强"]).present(&["周文澜", "何志强"]).guests(8);
//! assert_eq!(story.on("2026-03-20").numbers("S1-12"), (1, 5));
//! ```

use super::super::{score, todo};
pub(in super::super) use super::card::Card;
use super::playing::{Paper, Playing};
use crate::domain::participation::*;
use crate::domain::policy::{AssessmentScope, Policy};
use crate::domain::*;
use std::collections::BTreeMap;

pub(in super::super) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// 学员1, 学员2 …: people whose names do not matter.
pub(in super::super) fn many(name: &str, count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("{name}{number}")).collect()
}

/// An id that follows from a number and the kind of thing.
pub(super) fn bytes(kind: u8, number: usize) -> [u8; 10] {
    let mut bytes = [kind; 10];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    bytes
}

#[derive(Clone)]
pub(in super::super) struct Story {
    pub(in super::super) policy: Policy,
    pub(in super::super) facts: Facts,
    accounts: BTreeMap<String, AccountId>,
    schools: BTreeMap<String, SchoolId>,
    pub(super) series: BTreeMap<String, SeriesId>,
    pub(super) guests: usize,
}

impl Story {
    /// Under a Policy of `policies/`; the cycle begins on that day.
    pub(in super::super) fn begin(key: &str, cycle_start: &str) -> Self {
        let policy = policy::built_in().iter().find(|policy| policy.key == key);
        Self::of(policy.unwrap_or_else(|| panic!("no Policy {key}")).clone(), day(cycle_start))
    }

    /// Under a Policy told as TOML.
    pub(in super::super) fn under(policy: &str, cycle_start: &str) -> Self {
        Self::of(toml::from_str(policy).unwrap(), day(cycle_start))
    }

    pub(in super::super) fn of(policy: Policy, cycle_start: Day) -> Self {
        let studio = StudioFact {
            id: StudioId::from_random(bytes(1, 0)),
            name: "周文澜小学语文名师工作室".to_owned(),
            tier: Tier::Province,
            kind: StudioKind::Network,
            cycle_start,
            city: Some(city("杭州")),
            last_day: None,
        };
        let facts = Facts {
            studio,
            members: vec![],
            activities: vec![],
            mentors: vec![],
            helped: vec![],
            evidence: vec![],
            resources: vec![],
            chosen: vec![],
            vetoes: vec![],
            grades: vec![],
            frozen: vec![],
            settled: vec![],
        };
        let (accounts, schools, series) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { policy, facts, accounts, schools, series, guests: 0 }
    }

    /// The account of a name; a new name is a new person.
    pub(in super::super) fn account(&mut self, name: &str) -> AccountId {
        let next = self.accounts.len();
        *self.accounts.entry(name.to_owned()).or_insert_with(|| AccountId::from_random(bytes(2, next)))
    }

    pub(in super::super) fn school(&mut self, name: &str) -> SchoolId {
        let next = self.schools.len();
        *self.schools.entry(name.to_owned()).or_insert_with(|| SchoolId::from_random(bytes(3, next)))
    }

    pub(super) fn accounts(&mut self, names: &[impl AsRef<str>]) -> Vec<AccountId> {
        names.iter().map(|name| self.account(name.as_ref())).collect()
    }

    /// People who are on the roster from the first day of the cycle.
    pub(in super::super) fn host(&mut self, name: &str) -> &mut Self {
        self.members(MemberRole::Host, &[name])
    }

    pub(in super::super) fn core(&mut self, names: &[impl AsRef<str>]) -> &mut Self {
        self.members(MemberRole::Core, names)
    }

    pub(in super::super) fn trainees(&mut self, names: &[impl AsRef<str>]) -> &mut Self {
        self.members(MemberRole::Trainee, names)
    }

    pub(in super::super) fn advisers(&mut self, names: &[impl AsRef<str>]) -> &mut Self {
        self.members(MemberRole::Adviser, names)
    }

    pub(in super::super) fn members(&mut self, role: MemberRole, names: &[impl AsRef<str>]) -> &mut Self {
        for name in names {
            let from = self.facts.studio.cycle_start;
            self.join(name.as_ref(), role, from);
        }
        self
    }

    fn join(&mut self, name: &str, role: MemberRole, from: Day) {
        let (account, school) = (self.account(name), self.school("青禾县实验小学"));
        self.facts.members.push(MemberFact {
            account,
            name: name.to_owned(),
            role,
            from,
            to: None,
            workplaces: History::always(Workplace { school: Some(school), rural: false, city: Some(city("杭州")) }),
            new_teacher: false,
            backbone: false,
        });
    }

    /// Changes what is known of a member: `story.about("何志强", |member| member.backbone = true)`.
    pub(in super::super) fn about(&mut self, name: &str, change: impl Fn(&mut MemberFact)) -> &mut Self {
        let account = self.account(name);
        self.facts.members.iter_mut().filter(|member| member.account == account).for_each(change);
        self
    }

    pub(in super::super) fn rural(&mut self, names: &[&str]) -> &mut Self {
        self.works(names, |place| Workplace { rural: true, ..place })
    }

    pub(in super::super) fn in_city(&mut self, names: &[&str], other: &str) -> &mut Self {
        self.works(names, |place| Workplace { city: Some(city(other)), ..place })
    }

    pub(in super::super) fn at_school(&mut self, names: &[&str], school: &str) -> &mut Self {
        let school = self.school(school);
        self.works(names, |place| Workplace { school: Some(school), ..place })
    }

    /// They have always taught there.
    fn works(&mut self, names: &[&str], place: impl Fn(Workplace) -> Workplace) -> &mut Self {
        for name in names {
            _ = self.about(name, |member| member.workplaces = History::always(place(member.workplace(member.from))));
        }
        self
    }

    /// Something happens on this day.
    pub(in super::super) fn day(&mut self, text: &str) -> OnDay<'_> {
        OnDay { day: day(text), story: self }
    }

    /// A correction, or an appeal that was granted: the last Activity of that title has another verdict on somebody.
    pub(in super::super) fn verdict(&mut self, title: &str, name: &str, attended: Attended) -> &mut Self {
        let account = self.account(name);
        let mut activities = self.facts.activities.iter_mut().rev();
        let activity = activities.find(|activity| activity.title == title).unwrap();
        let person = activity.people.iter_mut().find(|one| one.person == account.as_str());
        person.unwrap().attended = attended;
        self
    }

    /// An office confirms the level of the Activity of that title, on its day.
    pub(in super::super) fn confirm(&mut self, title: &str) -> &mut Self {
        let activity = self.titled(title);
        let level = Decided { day: activity.day, what: Some(activity.level) };
        activity.levels.push(level);
        self
    }

    fn titled(&mut self, title: &str) -> &mut ActivityFact {
        self.facts.activities.iter_mut().find(|activity| activity.title == title).unwrap()
    }

    /// A reviewer accepts the Evidence of that title, on the day that it proves something of.
    pub(in super::super) fn accept(&mut self, title: &str) -> &mut Self {
        self.decide(title, Some(1))
    }

    pub(in super::super) fn refuse(&mut self, title: &str) -> &mut Self {
        self.decide(title, None)
    }

    fn decide(&mut self, title: &str, what: Option<u32>) -> &mut Self {
        let evidence = self.facts.evidence.iter_mut().find(|one| one.title == title).unwrap();
        evidence.decisions.push(Decided { day: evidence.day, what });
        self
    }

    /// The resources that were proposed last, so many, are selected.
    pub(in super::super) fn select(&mut self, count: usize) -> &mut Self {
        for resource in self.facts.resources.iter_mut().rev().take(count) {
            resource.decisions.push(Decided { day: resource.day, what: Some(1) });
        }
        self
    }

    /// The card of the year that the day lies in, at its end.
    pub(in super::super) fn on(&self, text: &str) -> Card {
        let on = day(text);
        let month = on.month() - if self.policy.year == policy::YearKind::School { 8 } else { 0 };
        self.of_year(month.div_euclid(12), text)
    }

    /// The card of a year, at the end of a day.
    pub(in super::super) fn of_year(&self, year: i32, text: &str) -> Card {
        let card = score(&self.policy, &self.facts, year, day(text));
        Card { todo: todo(&self.policy, &card, &self.facts), card }
    }
}

fn city(name: &str) -> RegionId {
    let number = name.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    RegionId::from_random(bytes(4, number))
}

/// A day on which something happens.
pub(in super::super) struct OnDay<'a> {
    day: Day,
    story: &'a mut Story,
}

impl<'a> OnDay<'a> {
    pub(in super::super) fn seminar(self, title: &str) -> Playing<'a> {
        self.activity(ActivityKind::Seminar, title)
    }

    pub(in super::super) fn lecture(self, title: &str) -> Playing<'a> {
        self.activity(ActivityKind::Lecture, title)
    }

    pub(in super::super) fn open_lesson(self, title: &str) -> Playing<'a> {
        self.activity(ActivityKind::OpenLesson, title)
    }

    pub(in super::super) fn lesson_review(self, title: &str) -> Playing<'a> {
        self.activity(ActivityKind::LessonReview, title)
    }

    pub(in super::super) fn outreach(self, title: &str) -> Playing<'a> {
        self.activity(ActivityKind::Outreach, title)
    }

    pub(in super::super) fn report(self, title: &str) -> Playing<'a> {
        self.activity(ActivityKind::Report, title)
    }

    pub(in super::super) fn showcase(self, title: &str) -> Playing<'a> {
        self.activity(ActivityKind::Showcase, title)
    }

    pub(in super::super) fn broadcast(self, title: &str) -> Playing<'a> {
        self.activity(ActivityKind::Broadcast, title)
    }

    /// Held, online, of the school's level, with nobody there yet.
    pub(in super::super) fn activity(self, kind: ActivityKind, title: &str) -> Playing<'a> {
        let number = self.story.facts.activities.len();
        self.story.facts.activities.push(ActivityFact {
            id: ActivityId::from_random(bytes(5, number)),
            title: title.to_owned(),
            kind,
            mode: Mode::Online,
            level: Level::School,
            counting: Vec::new(),
            levels: vec![],
            series: None,
            day: self.day,
            held: true,
            sessions: vec![SessionId::from_random(bytes(6, number))],
            presenters: vec![],
            hosts: vec![],
            reviewers: vec![],
            helped: None,
            people: vec![],
        });
        Playing { story: self.story }
    }

    /// Joins the roster; the first day counts.
    pub(in super::super) fn joins(self, name: &str, role: MemberRole) {
        self.story.join(name, role, self.day);
    }

    /// Was on the roster until this day, which still counts.
    pub(in super::super) fn leaves(self, name: &str) {
        let day = self.day;
        self.story.about(name, |member| member.to = Some(member.to.map_or(day, |to| to.min(day))));
    }

    /// Teaches at another school of the same city from this day on.
    pub(in super::super) fn moves(self, name: &str, school: &str, rural: bool) {
        let (day, school) = (self.day, self.story.school(school));
        self.story.about(name, |member| {
            let to = Workplace { school: Some(school), rural, ..member.workplace(day) };
            member.workplaces = member.workplaces.clone().then(day, to);
        });
    }

    /// Hands in what proves something of this day; nobody has decided on it yet.
    pub(in super::super) fn evidence(self, slot: &str, title: &str) -> Paper<'a> {
        self.story.facts.evidence.push(EvidenceFact {
            id: format!("evidence-{}", self.story.facts.evidence.len()),
            slot: slot.to_owned(),
            account: None,
            title: title.to_owned(),
            day: self.day,
            decisions: vec![],
        });
        Paper { story: self.story }
    }

    /// Puts up a resource that is proposed as 精品, or that was selected.
    pub(in super::super) fn resource(self, title: &str, selected: bool) {
        let id = format!("resource-{}", self.story.facts.resources.len());
        self.story.facts.resources.push(ResourceFact { id, title: title.to_owned(), day: self.day, decisions: vec![] });
        self.story.select(usize::from(selected));
    }

    /// Begins to guide somebody.
    pub(in super::super) fn guides(self, mentor: &str, mentee: &str) {
        let (mentor, mentee) = (self.story.account(mentor), self.story.account(mentee).to_string());
        self.story.facts.mentors.push(MentorFact { mentor, mentee, from: self.day, to: None });
    }

    /// An office confirms the level of the Activity of that title, or does not.
    pub(in super::super) fn rules(self, title: &str, level: Option<Level>) {
        let day = self.day;
        self.story.titled(title).levels.push(Decided { day, what: level });
    }

    /// A reviewer counts the Evidence of that title for so many, or refuses it.
    pub(in super::super) fn decides(self, title: &str, count: Option<u32>) {
        let evidence = self.story.facts.evidence.iter_mut().find(|one| one.title == title);
        evidence.unwrap().decisions.push(Decided { day: self.day, what: count });
    }

    /// Begins to help a rural school.
    pub(in super::super) fn helps(self, school: &str) {
        let school = self.story.school(school);
        self.story.facts.helped.push(HelpedFact { school, rural: History::always(true), from: self.day, to: None });
    }

    /// Takes on a Criterion of a Choice, in the assessed year that the day lies in.
    pub(in super::super) fn chooses(self, choice: &str, criterion: &str, confirmed: bool) {
        let year = self.assessed_year();
        let (choice, criterion) = (choice.to_owned(), criterion.to_owned());
        let confirmed = confirmed.then_some(self.day);
        self.story.facts.chosen.push(ChosenFact { choice, criterion, year, day: self.day, confirmed });
    }

    pub(in super::super) fn veto(self, veto: &str, reason: &str) {
        let (veto, reason) = (veto.to_owned(), reason.to_owned());
        self.story.facts.vetoes.push(VetoFact { veto, day: self.day, found: self.day, reason });
    }

    /// A reviewer decides for a grade, in the assessed year that the day lies in.
    pub(in super::super) fn graded(self, grade: &str) {
        let year = self.assessed_year();
        self.story.facts.grades.push(GradeFact {
            grade: grade.to_owned(),
            scope: AssessmentScope::Year,
            year,
            day: self.day,
        });
    }

    /// An office freezes the year that began then.
    pub(in super::super) fn freezes(self, year: i32) {
        self.story.facts.frozen.push(FrozenFact { scope: AssessmentScope::Year, year, day: self.day });
    }

    fn assessed_year(&self) -> i32 {
        let shift = if self.story.policy.year == policy::YearKind::School { 8 } else { 0 };
        (self.day.month() - shift).div_euclid(12)
    }
}
