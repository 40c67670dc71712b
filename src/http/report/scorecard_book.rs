//! What stands in the files of one Studio's Scorecard: each Criterion beside its source, and what its number comes from.

use super::super::scorecards::points_word;
use super::book::{Book, Cell, Sheet, columns};
use super::pdf::{Bar, Paper, PaperChart, PaperTable};
use crate::domain::participation::YearResult;
use crate::domain::policy::{AssessmentScope, Criterion};
use crate::domain::scorecard::{Ground, Score, ScoreState};
use crate::store::scorecard::Assessed;

pub(super) fn figures(one: &Assessed) -> Vec<(String, String)> {
    let (card, policy) = (&one.card, &one.policy);
    let grade = policy.grades.iter().find(|rule| card.result.grade.as_ref() == Some(&rule.id));
    let required = || card.criteria.iter().filter(|score| score.required);
    let met = required().filter(|score| score.state == ScoreState::Met).count();
    let figures = [
        ("等次", grade.map_or_else(String::new, |rule| rule.title.clone())),
        ("得分", points_word(card.points)),
        ("必达指标", format!("{met} / {} 项已达标", required().count())),
        ("考核", policy.span_word(card.covered())),
        ("截至", card.on.to_string()),
        ("考核办法", format!("第 {} 版", policy.version)),
    ];
    let title = |id: &String| policy.grades.iter().find(|rule| rule.id == *id).map(|rule| rule.title.clone());
    let came_to = |one: &YearResult| {
        let grade = one.grade.as_ref().and_then(title).unwrap_or_else(|| "没有等次".to_owned());
        format!("{grade}，{} 分", points_word(one.points))
    };
    let years = card.years.iter().map(|year| {
        let result = year.result.as_ref().map(|one| came_to(&one.outcome));
        (policy.span_word(year.year.into()), result.unwrap_or_else(|| "没有最终结果".to_owned()))
    });
    figures.into_iter().map(|(label, value)| (label.to_owned(), value)).chain(years).collect()
}

pub(super) fn book(one: &Assessed) -> Book {
    let title = format!("{} {}表", one.studio.name, one.policy.assessment_word(one.card.covered()));
    Book { title, sheets: vec![summary(one), criteria(one), grounds(one)] }
}

fn summary(one: &Assessed) -> Sheet {
    let mut rows = vec![
        vec![Cell::text("工作室"), Cell::text(&one.studio.name)],
        vec![Cell::text("考核办法"), Cell::text(&one.policy.title)],
    ];
    rows.extend(figures(one).into_iter().map(|(label, value)| vec![Cell::text(label), Cell::text(value)]));
    Sheet { name: "汇总", columns: columns(&[("项目", 18.0), ("数值", 48.0)]), rows }
}

/// Every Criterion with its score, in the order of the Policy.
fn scored(one: &Assessed) -> impl Iterator<Item = (&Criterion, &Score)> {
    let score = |rule: &Criterion| one.card.criteria.iter().find(|score| score.criterion == rule.id);
    one.policy.criteria.iter().filter_map(move |rule| Some((rule, score(rule)?)))
}

fn section<'a>(one: &'a Assessed, rule: &Criterion) -> &'a str {
    one.policy.sections.iter().find(|section| section.id == rule.section).map_or("", |section| section.title.as_str())
}

pub(super) fn criteria(one: &Assessed) -> Sheet {
    let headers = [
        ("部分", 18.0),
        ("编号", 10.0),
        ("指标", 30.0),
        ("方式", 12.0),
        ("必达", 6.0),
        ("状态", 10.0),
        ("已完成", 9.0),
        ("目标", 9.0),
        ("说明", 50.0),
        ("原文", 60.0),
    ];
    let rows = scored(one).map(|(rule, score)| {
        let (done, of) = score.progress();
        vec![
            Cell::text(section(one, rule)),
            Cell::text(&rule.id),
            Cell::text(&rule.title),
            Cell::text(rule.class.word()),
            Cell::yes(score.required),
            Cell::text(score.state.word()),
            Cell::count(done),
            Cell::count(of),
            Cell::text(&score.sentence),
            Cell::text(rule.sources.first().map_or("", |source| source.quote.as_str())),
        ]
    });
    Sheet { name: "指标", columns: columns(&headers), rows: rows.collect() }
}

/// What each number comes from, down to the Activity, the person and the file.
fn grounds(one: &Assessed) -> Sheet {
    let headers = [
        ("编号", 10.0),
        ("指标", 30.0),
        ("对象", 12.0),
        ("从", 12.0),
        ("到", 12.0),
        ("依据", 40.0),
        ("日期", 12.0),
        ("人数", 8.0),
        ("计入", 6.0),
        ("说明", 40.0),
    ];
    let mut rows = Vec::new();
    for (rule, score) in scored(one) {
        for subject in score.parts.iter().flat_map(|part| &part.subjects) {
            for ground in &subject.evidence {
                let mut row = vec![
                    Cell::text(&rule.id),
                    Cell::text(&rule.title),
                    Cell::text(subject.name.as_deref().unwrap_or("工作室")),
                    Cell::text(subject.span.from.to_string()),
                    Cell::text(subject.span.to.to_string()),
                ];
                row.extend(ground_cells(ground));
                rows.push(row);
            }
        }
    }
    Sheet { name: "依据", columns: columns(&headers), rows }
}

fn ground_cells(ground: &Ground) -> [Cell; 5] {
    let note = |note: &Option<String>| Cell::text(note.clone().unwrap_or_default());
    match ground {
        Ground::Activity { title, day, counts, present, note: why, .. } => [
            Cell::text(title),
            Cell::text(day.to_string()),
            present.map_or(Cell::Empty, Cell::count),
            Cell::yes(*counts),
            note(why),
        ],
        Ground::Series { activities, .. } => {
            [Cell::text("系列"), Cell::Empty, Cell::count(*activities), Cell::yes(true), Cell::text("场次")]
        }
        Ground::Person { person, name } => {
            [Cell::text(name.as_deref().unwrap_or(person)), Cell::Empty, Cell::Empty, Cell::yes(true), Cell::Empty]
        }
        Ground::Evidence { title, counts, note: why, .. } | Ground::Resource { title, counts, note: why, .. } => {
            [Cell::text(title), Cell::Empty, Cell::Empty, Cell::yes(*counts), note(why)]
        }
        Ground::School { .. } => [Cell::text("结对学校"), Cell::Empty, Cell::Empty, Cell::yes(true), Cell::Empty],
    }
}

pub(super) fn paper(one: &Assessed) -> Paper {
    let rows = scored(one).map(|(rule, score)| {
        let (done, of) = score.progress();
        vec![
            section(one, rule).to_owned(),
            rule.title.clone(),
            if score.required { "必达".to_owned() } else { "不要求".to_owned() },
            score.state.word().to_owned(),
            format!("{done} / {of}"),
            score.sentence.clone(),
        ]
    });
    let columns = [("部分", 28.0), ("指标", 44.0), ("要求", 16.0), ("状态", 18.0), ("完成", 16.0), ("说明", 60.0)];
    let required = || one.card.criteria.iter().filter(|score| score.required);
    let all = required().count();
    let bars = ScoreState::ALL.iter().map(|state| {
        let count = required().filter(|score| score.state == *state).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of criteria")]
        let share = if all == 0 { 0.0 } else { count as f64 / all as f64 };
        Bar { label: state.word().to_owned(), value: format!("{count} 项"), share }
    });
    let covered = one.card.covered();
    let points = match covered.scope {
        AssessmentScope::Year => "得分按各项指标的权重和完成比例计算，满分 100。",
        AssessmentScope::Cycle => "得分是周期内各年度得分的平均数，满分 100。",
    };
    Paper {
        heading: format!("{}表", one.policy.assessment_title(covered.scope)),
        title: format!("{} {}", one.studio.name, one.policy.span_word(covered)),
        facts: vec![format!("依据《{}》，截至 {}。", one.policy.title, one.card.on)],
        figures: figures(one),
        charts: vec![PaperChart { title: "必达指标".to_owned(), bars: bars.collect() }],
        tables: vec![PaperTable { title: "指标".to_owned(), columns: columns.to_vec(), rows: rows.collect() }],
        notes: vec![format!("{points}报告指纹 {}", crate::store::scorecard::digest(&one.card))],
        ..Paper::default()
    }
}
