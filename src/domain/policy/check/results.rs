//! Whether grades, conditions, dates and amounts can be meant.

use super::super::super::year_end::{LEAST_DAYS, MOST_DAYS};
use super::super::{Comparison, ConditionCheck, GradeWhen};
use super::{Findings, Place};
use std::collections::BTreeSet;

/// From the best to the worst, and everybody gets one.
pub(super) fn grades(findings: &mut Findings<'_>) {
    let policy = findings.policy;
    let place = |n: usize| Place::top().at("grade").at(n);
    findings
        .unique("等次的代号", policy.grades.iter().enumerate().map(|(n, one)| (place(n).at("id"), one.id.as_str())));
    let Some(worst) = policy.grades.len().checked_sub(1) else {
        findings.that(false, &Place::top(), || "没有等次（[[grade]]）。".to_owned());
        return;
    };
    for (n, grade) in policy.grades.iter().enumerate() {
        let otherwise = grade.when == GradeWhen::Otherwise;
        findings.that(otherwise == (n == worst), &place(n).at("when"), || {
            "最后一个等次写 otherwise，前面的写 all_required。".to_owned()
        });
        findings.that(grade.passes != otherwise, &place(n).at("passes"), || {
            "必达指标全部达标才算合格，其余不算。".to_owned()
        });
        let next = policy.grades.get(n + 1);
        findings.that(
            !grade.reviewed || next.is_some_and(|next| next.when == grade.when),
            &place(n).at("reviewed"),
            || "要评审的等次后面，还要有一个不用评审、条件相同的等次。".to_owned(),
        );
    }
    findings.unique(
        "否决项的代号",
        policy.vetoes.iter().enumerate().map(|(n, one)| (Place::top().at("veto").at(n).at("id"), one.id.as_str())),
    );
}

pub(super) fn conditions(findings: &mut Findings<'_>) {
    let policy = findings.policy;
    let place = |n: usize| Place::top().at("condition").at(n);
    findings.unique(
        "申报条件的编号",
        policy.conditions.iter().enumerate().map(|(n, one)| (place(n).at("id"), one.id.as_str())),
    );
    for (n, condition) in policy.conditions.iter().enumerate() {
        let place = place(n).at("any");
        findings.that(!condition.any.is_empty(), &place, || "没有写要看什么。".to_owned());
        for (at, check) in condition.any.iter().enumerate() {
            let place = place.at(at);
            let enough = match check {
                ConditionCheck::AgeAtMost(age) => (18..=100).contains(age),
                ConditionCheck::TeachingYearsAtLeast(years) => (1..=50).contains(years),
                ConditionCheck::Items(items) => {
                    for (item, one) in items.iter().enumerate() {
                        findings.slot(&one.slot, &place.at("items").at(item).at("slot"));
                    }
                    !items.is_empty() && items.iter().all(|one| one.at_least >= 1)
                }
                ConditionCheck::Honour { of, .. } => {
                    let named = of.iter().all(|word| !word.trim().is_empty());
                    findings.that(named, &place, || "荣誉的名称不能空着。".to_owned());
                    true
                }
                ConditionCheck::OpenLessons { at_least, .. } => *at_least >= 1,
                ConditionCheck::TitleAtLeast(_) | ConditionCheck::EducationAtLeast(_) => true,
            };
            findings.that(enough, &place, || "这个条件的数不可能是这样。".to_owned());
        }
    }
}

/// A week at the least, as wherever a document names a length; nobody is made public twice for one role.
pub(super) fn publicity(findings: &mut Findings<'_>) {
    let policy = findings.policy;
    let place = |n: usize| Place::top().at("publicity").at(n);
    let mut seen = BTreeSet::new();
    for (n, one) in policy.publicity.iter().enumerate() {
        findings.that((LEAST_DAYS..=MOST_DAYS).contains(&one.days), &place(n).at("days"), || {
            format!("公示应在 {LEAST_DAYS} 到 {MOST_DAYS} 天之间。")
        });
        findings.that(!one.roles.is_empty(), &place(n).at("roles"), || "没有写公示哪些人。".to_owned());
        for role in &one.roles {
            findings.that(seen.insert((one.by, *role)), &place(n).at("roles"), || {
                format!("{}的{}已经写过了。", role.word(), one.by.word())
            });
        }
    }
}

pub(super) fn others(findings: &mut Findings<'_>) {
    let (policy, top) = (findings.policy, Place::top());
    if let Some(ranking) = &policy.ranking {
        findings.that(ranking.cut_off >= 1, &top.at("ranking").at("cut_off"), || "名次从 1 开始。".to_owned());
    }
    if let Some(credits) = &policy.credits {
        findings.population(&credits.population, &top.at("credits").at("population"));
        findings.that(credits.amount >= 1, &top.at("credits").at("amount"), || "学分从 1 开始。".to_owned());
    }
    let deadline = |n: usize| top.at("deadline").at(n);
    findings.unique(
        "日程的编号",
        policy.deadlines.iter().enumerate().map(|(n, one)| (deadline(n).at("id"), one.id.as_str())),
    );
    for (n, one) in policy.deadlines.iter().enumerate() {
        let known = (1..=12).contains(&one.month);
        findings.that(known, &deadline(n).at("month"), || format!("没有 {} 月。", one.month));
        let day = one.day.is_none_or(|day| (1..=days_in(one.month)).contains(&day));
        findings.that(!known || day, &deadline(n).at("day"), || {
            format!("{} 月没有 {} 日。", one.month, one.day.unwrap_or_default())
        });
    }
    let capacity = |n: usize| top.at("capacity").at(n);
    findings.unique(
        "总量的编号",
        policy.capacities.iter().enumerate().map(|(n, one)| (capacity(n).at("id"), one.id.as_str())),
    );
    for (n, one) in policy.capacities.iter().enumerate() {
        let sane = match one.is {
            Comparison::Between(least, most) => least < most,
            Comparison::AtLeast(number) | Comparison::About(number) => number >= 1,
            Comparison::AtMost(_) | Comparison::Exactly(_) => true,
        };
        findings.that(sane, &capacity(n).at("is"), || "这个总量的数不可能是这样。".to_owned());
    }
    for (n, one) in policy.money.iter().enumerate() {
        findings.that(one.yuan != Some(0), &top.at("money").at(n).at("yuan"), || {
            "文件没有写金额的，不要写 yuan。".to_owned()
        });
    }
}

/// February with its leap day: the deadline returns every year.
const fn days_in(month: u32) -> u32 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
