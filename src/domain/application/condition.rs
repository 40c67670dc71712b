//! What a Policy asks of an applicant, checked at once as far as the server can.

use super::super::policy::{Condition, ConditionCheck, Education, Policy, SlotCount, TeacherTitle};
use super::super::words::words;
use super::super::{Day, Level, MemberRole, Tier};
use super::ApplicationForm;
use super::form::years_between;
use serde::{Deserialize, Serialize};

/// The slot for lessons and lectures that the server has not seen.
pub const OPEN_LESSONS: &str = "open_lesson";
/// 加盖学校公章的申报表: every programme takes it, and the School's word rests on it.
const STAMPED_FORM: &str = "stamped_form";

words! {
    // In the order of how well it stands.
    pub enum ConditionState {
        Met = "met" / "符合",
        /// Papers are there; a person has to look at them.
        Look = "look" / "待核",
        /// What the answer follows from is not filled in.
        Missing = "missing" / "未填",
        Unmet = "unmet" / "不符合",
    }
}

/// What one condition comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub condition: String,
    pub title: String,
    pub state: ConditionState,
    /// A reviewer may pass it all the same.
    pub waivable: bool,
    pub sentence: String,
}

impl Finding {
    /// Stands in the way of sending.
    #[must_use]
    pub fn refuses(&self) -> bool {
        !self.waivable && matches!(self.state, ConditionState::Unmet | ConditionState::Missing)
    }
}

/// What the server knows of somebody who applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applicant {
    /// Those of the Studios that are asked for.
    pub tiers: Vec<Tier>,
    /// Teaches at a rural School.
    pub rural: bool,
    /// The levels of their open lessons and lectures of the last five years.
    pub lessons: Vec<Level>,
}

/// The conditions for this role, held against what is filled in.
#[must_use]
pub fn findings(
    policy: &Policy,
    role: MemberRole,
    applicant: &Applicant,
    form: &ApplicationForm,
    today: Day,
) -> Vec<Finding> {
    let Applicant { tiers, rural, lessons } = applicant;
    let asked = conditions(policy, role)
        .filter(|one| one.rural.is_none_or(|asked| asked == *rural))
        .filter(|one| one.tier.is_none_or(|tier| tiers.contains(&tier)));
    let finding = |one: &Condition| {
        let told = one.any.iter().map(|check| look(policy, check, form, lessons, today));
        // The first of the best: what is met tells more than what is not.
        let best = told.min_by_key(|(state, _)| *state);
        let (state, said) = best.unwrap_or((ConditionState::Look, "由审核人查看。".to_owned()));
        let open = state == ConditionState::Unmet && one.waivable;
        let sentence = if open { format!("{said}可以提交，由审核人决定能否放宽。") } else { said };
        Finding { condition: one.id.clone(), title: one.title.clone(), state, waivable: one.waivable, sentence }
    };
    asked.map(finding).collect()
}

/// The slots that an applicant may hand papers in for, with what they are called.
#[must_use]
pub fn item_slots(policy: &Policy, role: MemberRole) -> Vec<(String, String)> {
    let mut slots: Vec<(String, String)> = Vec::new();
    let mut add = |key: &str, title: &str| {
        if !slots.iter().any(|(known, _)| known == key) {
            slots.push((key.to_owned(), title.to_owned()));
        }
    };
    add(STAMPED_FORM, "学校盖章的申报表");
    for check in conditions(policy, role).flat_map(|one| &one.any) {
        match check {
            ConditionCheck::Items(items) => {
                for item in items {
                    add(&item.slot, policy.slots.get(&item.slot).map_or(item.slot.as_str(), String::as_str));
                }
            }
            ConditionCheck::OpenLessons { .. } => add(OPEN_LESSONS, "公开课或讲座的证明"),
            ConditionCheck::AgeAtMost(_)
            | ConditionCheck::TeachingYearsAtLeast(_)
            | ConditionCheck::TitleAtLeast(_)
            | ConditionCheck::EducationAtLeast(_)
            | ConditionCheck::Honour { .. } => {}
        }
    }
    slots
}

fn conditions(policy: &Policy, role: MemberRole) -> impl Iterator<Item = &Condition> {
    policy.conditions.iter().filter(move |one| one.role == role)
}

fn look(
    policy: &Policy,
    check: &ConditionCheck,
    form: &ApplicationForm,
    lessons: &[Level],
    today: Day,
) -> (ConditionState, String) {
    let held = |good| if good { ConditionState::Met } else { ConditionState::Unmet };
    match check {
        ConditionCheck::AgeAtMost(most) => match form.born.map(|born| years_between(born, today)) {
            None => (ConditionState::Missing, "请填写出生日期。".to_owned()),
            Some(age) if age <= i32::try_from(*most).unwrap_or(i32::MAX) => {
                (ConditionState::Met, format!("申报时 {age} 周岁。"))
            }
            Some(age) => (ConditionState::Unmet, format!("申报时 {age} 周岁，要求 {most} 周岁以下（含 {most}）。")),
        },
        ConditionCheck::TeachingYearsAtLeast(least) => match form.teaching_years {
            None => (ConditionState::Missing, "请填写教龄。".to_owned()),
            Some(years) if years >= *least => (held(true), format!("教龄 {years} 年。")),
            Some(years) => (held(false), format!("教龄 {years} 年，要求 {least} 年以上（含 {least}）。")),
        },
        ConditionCheck::TitleAtLeast(least) => {
            ranked("职称", &form.title, TeacherTitle::read(&form.title), *least, least.word())
        }
        ConditionCheck::EducationAtLeast(least) => {
            ranked("学历", &form.education, Education::read(&form.education), *least, least.word())
        }
        ConditionCheck::Honour { level, of } => honour(*level, of, &form.honours),
        ConditionCheck::Items(wanted) => items(policy, wanted, form),
        ConditionCheck::OpenLessons { at_least, level } => open_lessons(*at_least, *level, lessons, form),
    }
}

/// A rank that people write in their own words: what cannot be read a person looks at.
fn ranked<R: Ord>(what: &str, text: &str, read: Option<R>, least: R, least_word: &str) -> (ConditionState, String) {
    let text = text.trim();
    match read {
        _ if text.is_empty() => (ConditionState::Missing, format!("请填写{what}。")),
        Some(rank) if rank >= least => (ConditionState::Met, format!("{what}：{text}。")),
        Some(_) => (ConditionState::Unmet, format!("{what}：{text}，要求{least_word}及以上。")),
        None => (ConditionState::Look, format!("{what}：{text}，由审核人查看是否达到{least_word}。")),
    }
}

/// Whether an honour is what it is called, and of which level, only a person can tell.
fn honour(level: Level, of: &[String], told: &str) -> (ConditionState, String) {
    let wanted = if of.is_empty() {
        format!("{}以上荣誉", level.word())
    } else {
        format!("{}以上的{}", level.word(), of.join("、"))
    };
    if told.trim().is_empty() {
        (ConditionState::Missing, format!("请填写荣誉，要求{wanted}。"))
    } else if of.is_empty() || of.iter().any(|word| told.contains(word.as_str())) {
        (ConditionState::Look, format!("由审核人查看荣誉是否为{wanted}。"))
    } else {
        (ConditionState::Unmet, format!("填写的荣誉里没有{wanted}。"))
    }
}

fn open_lessons(at_least: u32, level: Level, lessons: &[Level], form: &ApplicationForm) -> (ConditionState, String) {
    let known = u32::try_from(lessons.iter().filter(|one| **one >= level).count()).unwrap_or(u32::MAX);
    let papers = given(form, OPEN_LESSONS);
    if known >= at_least {
        (ConditionState::Met, format!("系统里有 {known} 次主讲的公开课或讲座。"))
    } else if papers.saturating_add(known) >= at_least {
        (ConditionState::Look, format!("系统里有 {known} 次，另附 {papers} 份证明，由审核人查看。"))
    } else {
        let level = level.word();
        let wanted = format!("要求{level}以上 {at_least} 次，系统里有 {known} 次，附 {papers} 份证明。请补交证明。");
        (ConditionState::Unmet, wanted)
    }
}

fn items(policy: &Policy, wanted: &[SlotCount], form: &ApplicationForm) -> (ConditionState, String) {
    let name = |slot: &str| policy.slots.get(slot).map_or(slot, String::as_str).to_owned();
    let lacking: Vec<String> = wanted
        .iter()
        .filter_map(|one| {
            let lacking = one.at_least.saturating_sub(given(form, &one.slot));
            (lacking > 0).then(|| format!("“{}”还差 {lacking} 项证明", name(&one.slot)))
        })
        .collect();
    if lacking.is_empty() {
        let papers: u32 = wanted.iter().map(|one| given(form, &one.slot)).sum();
        (ConditionState::Look, format!("附 {papers} 份证明，由审核人查看。"))
    } else {
        (ConditionState::Unmet, format!("{}。", lacking.join("，")))
    }
}

/// Papers for a slot.
fn given(form: &ApplicationForm, slot: &str) -> u32 {
    let papers = form.items.iter().filter(|item| item.slot == slot && item.attachment.is_some()).count();
    u32::try_from(papers).unwrap_or(u32::MAX)
}
