//! Sentences about everybody of a population.

use super::super::assessment::count;
use super::super::measure::EachTime;
use super::super::{ScoreState, Span, SubjectScore};
use super::words::{fell_short, names, taken_part};
use super::{Telling, spans};

/// 10 名带头人中 7 人已主持；还差：何志强、马海燕、孙立群
pub(super) fn of(telling: &Telling<'_, '_>, population: &str) -> String {
    let all: Vec<&SubjectScore> = telling.score.subjects.iter().collect();
    told(telling, population, &all)
}

/// The current period in full, earlier ones where somebody has missed something.
pub(super) fn over_spans(telling: &Telling<'_, '_>, population: &str) -> String {
    let subjects = &telling.score.subjects;
    let begun = subjects.iter().filter(|subject| telling.assessment.begun(subject.span)).map(|subject| subject.span);
    let Some(current) = begun.max() else {
        return format!("{}还没有开始", spans::name(telling, subjects[0].span));
    };
    let mut sentences: Vec<String> = Vec::new();
    let mut earlier: Vec<Span> = subjects.iter().map(|subject| subject.span).filter(|span| *span < current).collect();
    earlier.dedup();
    for span in earlier {
        let missed = |state| count(subjects.iter().filter(|one| one.span == span && one.state == state));
        let (lost, waiting) = (missed(ScoreState::Impossible), missed(ScoreState::Waiting));
        if 0 < lost {
            sentences.push(format!("{}有 {lost} 人没有达标，已补不回来", spans::name(telling, span)));
        }
        if 0 < waiting {
            sentences.push(format!("{}有 {waiting} 人等确认", spans::name(telling, span)));
        }
        let late: Vec<_> = subjects.iter().filter(|one| one.span == span && !telling.late(one).is_empty()).collect();
        if let Some(first) = late.first() {
            let name = spans::name(telling, span);
            sentences.push(format!("{name}有 {} 人没有达标{}", late.len(), telling.late(first)));
        }
    }
    let now: Vec<&SubjectScore> = subjects.iter().filter(|subject| subject.span == current).collect();
    sentences.insert(0, format!("{}：{}", spans::name(telling, current), told(telling, population, &now)));
    sentences.join("；")
}

fn told(telling: &Telling<'_, '_>, population: &str, subjects: &[&SubjectScore]) -> String {
    let of = telling.assessment.policy.populations.get(population);
    let title = of.map_or(population, |of| of.title.as_str());
    let each_time = EachTime::of(&telling.part.measure).is_some();
    let unit = if each_time { "次" } else { telling.part.unit.as_str() };
    let did = taken_part(&telling.part.measure, subjects).unwrap_or("达标");
    let all = count(subjects.iter());
    let met = count(subjects.iter().filter(|subject| subject.is_met()));
    if met == all {
        return format!("{all} 名{title}都已{did}");
    }
    let mut sentence = format!("{all} 名{title}中 {met} 人已{did}");
    let late = subjects.iter().map(|subject| telling.late(subject)).find(|late| !late.is_empty()).unwrap_or_default();
    let states = [
        (ScoreState::NotYet, "；还差：", late),
        (ScoreState::Waiting, "；等确认：", ""),
        (ScoreState::Impossible, "；没有达标：", "，已补不回来"),
    ];
    for (state, before, after) in states {
        let who = subjects.iter().filter(|subject| subject.state == state);
        let who: Vec<String> = who.map(|subject| name(subject, unit)).collect();
        if !who.is_empty() {
            sentence += &format!("{before}{}{after}", names(&who));
        }
    }
    sentence
}

/// 何志强, and how far he is where more than one is asked; or why what he did does not count.
fn name(subject: &SubjectScore, unit: &str) -> String {
    let name = subject.name.clone().unwrap_or_default();
    if subject.of <= 1 {
        return fell_short(subject).map_or_else(|| name.clone(), |why| format!("{name}（{why}）"));
    }
    format!("{name}（{}/{}）", subject.measured, super::words::with_unit(subject.of, unit))
}
