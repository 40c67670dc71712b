//! Whether criteria and choices can be meant.

use super::super::{Comparison, Criterion, Filter, Measure, Part, PeriodKind, Scope, Taking};
use super::{Findings, Place};
use std::collections::BTreeSet;

pub(super) fn criteria(findings: &mut Findings<'_>) {
    let policy = findings.policy;
    let place = |n: usize| Place::top().at("criterion").at(n);
    findings.that(!policy.criteria.is_empty(), &Place::top(), || "没有一项指标。".to_owned());
    findings
        .unique("指标的编号", policy.criteria.iter().enumerate().map(|(n, one)| (place(n).at("id"), one.id.as_str())));
    for (n, one) in policy.criteria.iter().enumerate() {
        criterion(findings, one, &place(n));
    }
}

fn criterion(findings: &mut Findings<'_>, one: &Criterion, place: &Place) {
    findings.section(&one.section, &place.at("section"));
    findings.that(!one.title.trim().is_empty(), &place.at("title"), || "指标没有名称。".to_owned());
    findings.that(one.weight >= 1, &place.at("weight"), || "权重从 1 开始。".to_owned());
    findings.that(!one.parts.is_empty(), place, || format!("指标 {} 没有写要数什么（[[criterion.part]]）。", one.id));
    if let Scope::Each(population) = &one.scope {
        findings.population(population, &place.at("scope"));
    }
    let chosen = findings.policy.choices.iter().any(|choice| choice.of.contains(&one.id));
    findings.that(!(chosen && one.required), &place.at("required"), || {
        format!("指标 {} 在选做项里，请写 required = false。", one.id)
    });
    for (n, part) in one.parts.iter().enumerate() {
        let place = place.at("part").at(n);
        findings.that(one.parts.len() == 1 || part.title.is_some(), &place, || {
            "一项指标数几样时，每样都要有 title。".to_owned()
        });
        findings.that(!part.unit.trim().is_empty(), &place.at("unit"), || "没有写单位。".to_owned());
        measure(findings, one, part, &place.at("measure"));
        comparison(findings, part, &place.at("is"));
    }
}

/// Whose number it can be, and over what.
fn measure(findings: &mut Findings<'_>, one: &Criterion, part: &Part, place: &Place) {
    let each = matches!(one.scope, Scope::Each(_));
    let of_each = |findings: &mut Findings<'_>, needed: bool| {
        findings.that(each == needed, place, || {
            let scope = if needed { "each:人群" } else { "studio" };
            format!("这一项的范围（scope）应为 {scope}。")
        });
    };
    match &part.measure {
        Measure::Activities(with) => filter(findings, with, one, place),
        Measure::PeopleEachTime(with) | Measure::Series(with) | Measure::People(with) => {
            of_each(findings, false);
            filter(findings, with, one, place);
        }
        Measure::RateEachTime { population, filter: with } => {
            of_each(findings, false);
            findings.population(population, &place.at("population"));
            filter(findings, with, one, &place.at("filter"));
        }
        Measure::ClassHours(with) => {
            of_each(findings, true);
            filter(findings, with, one, place);
        }
        Measure::Members { population, .. } => {
            of_each(findings, false);
            findings.population(population, &place.at("population"));
        }
        Measure::Mentees { population } => {
            of_each(findings, true);
            if let Some(population) = population {
                findings.population(population, &place.at("population"));
            }
        }
        Measure::Helped { .. } | Measure::SelectedResources => of_each(findings, false),
        Measure::Evidence { slot } => findings.slot(slot, &place.at("slot")),
    }
    let members = matches!(part.measure, Measure::Members { .. });
    findings.that(!members || one.period == PeriodKind::Now, place, || {
        "名单上的人数看当天，期间（period）应为 now。".to_owned()
    });
    let stands = members || matches!(part.measure, Measure::Mentees { .. } | Measure::Helped { .. });
    findings
        .that(stands || one.period != PeriodKind::Now, place, || "做了多少要有期间，period 不能是 now。".to_owned());
}

fn filter(findings: &mut Findings<'_>, with: &Filter, one: &Criterion, place: &Place) {
    let each = matches!(one.scope, Scope::Each(_));
    findings.that(each || with.taking.is_none_or(|taking| taking == Taking::Attending), &place.at("taking"), || {
        "工作室的活动不分谁做了什么，taking 只用于 each:人群。".to_owned()
    });
    if let Some(population) = &with.presented_by {
        findings.population(population, &place.at("presented_by"));
    }
    findings.that(with.people != Some(0), &place.at("people"), || "人数从 1 开始。".to_owned());
    if let Some(rate) = &with.rate {
        let place = place.at("rate");
        findings.population(&rate.population, &place.at("population"));
        findings
            .that((1..=100).contains(&rate.percent), &place.at("percent"), || "比例应在 1% 到 100% 之间。".to_owned());
    }
    let kinds: BTreeSet<_> = with.kinds.iter().collect();
    findings.that(kinds.len() == with.kinds.len(), &place.at("kinds"), || "活动类型写重了。".to_owned());
    let modes: BTreeSet<_> = with.modes.iter().collect();
    findings.that(modes.len() == with.modes.len(), &place.at("modes"), || "活动方式写重了。".to_owned());
}

/// What was done can only be too little; a roster may also be too long.
fn comparison(findings: &mut Findings<'_>, part: &Part, place: &Place) {
    let roster = matches!(part.measure, Measure::Members { .. } | Measure::Mentees { .. });
    let least = matches!(part.is, Comparison::AtLeast(_));
    findings.that(roster || least, place, || "只有名单上的人数能有上限，这里请用 at_least。".to_owned());
    match part.is {
        Comparison::AtLeast(0) | Comparison::About(0) => {
            findings.that(false, place, || "要求从 1 开始，0 总是达到的。".to_owned());
        }
        Comparison::Between(least, most) => {
            findings.that(least < most, place, || format!("between 的两个数应从小到大，写的是 {least}、{most}。"))
        }
        Comparison::AtLeast(percent) if matches!(part.measure, Measure::RateEachTime { .. }) => {
            findings.that(percent <= 100, place, || "比例不能超过 100%。".to_owned());
        }
        _ => {}
    }
}

pub(super) fn choices(findings: &mut Findings<'_>) {
    let policy = findings.policy;
    let place = |n: usize| Place::top().at("choice").at(n);
    findings
        .unique("选做项的编号", policy.choices.iter().enumerate().map(|(n, one)| (place(n).at("id"), one.id.as_str())));
    for (n, choice) in policy.choices.iter().enumerate() {
        let place = place(n);
        findings.section(&choice.section, &place.at("section"));
        findings.that(policy.criteria.iter().all(|one| one.id != choice.id), &place.at("id"), || {
            format!("选做项不能与指标 {} 同号。", choice.id)
        });
        findings
            .unique("选做的指标", choice.of.iter().enumerate().map(|(at, id)| (place.at("of").at(at), id.as_str())));
        for (at, id) in choice.of.iter().enumerate() {
            findings.that(policy.criteria.iter().any(|one| one.id == *id), &place.at("of").at(at), || {
                format!("没有指标“{id}”。")
            });
        }
        let most = choice.of.len();
        findings.that((1..=most).contains(&(choice.choose as usize)), &place.at("choose"), || {
            format!("选做 {} 项，可选的有 {most} 项。", choice.choose)
        });
    }
}
