//! What stands in the files of an office's year: totals, the list, how many reached each Criterion, and all Scorecards.

use super::super::scorecards::points_word;
use super::book::{Book, Cell, Column, Sheet, columns};
use super::pdf::{Bar, Paper, PaperChart, PaperTable};
use crate::domain::policy::{AssessmentScope, Criterion, PeriodKind, Policy};
use crate::domain::scorecard::ScoreState;
use crate::domain::year_end::YearEndStage;
use crate::store::certificate::Certificate;
use crate::store::scorecard::Cell as Standing;
use crate::store::year_end::{Row, YearEnd};
use std::sync::Arc;

pub(super) struct Annual {
    pub(super) year_end: YearEnd,
    pub(super) rules: Arc<Policy>,
    pub(super) rows: Vec<Row>,
    pub(super) certificates: Vec<Certificate>,
}

impl Annual {
    pub(super) fn title(&self) -> String {
        let (region, covered) = (&self.year_end.region_name, self.year_end.covered());
        match self.year_end.scope {
            AssessmentScope::Year => format!("{region} {}工作室考核年报", self.rules.span_word(covered)),
            AssessmentScope::Cycle => format!("{region} {}报告", self.rules.assessment_word(covered)),
        }
    }

    /// Of a cycle those that are asked over it.
    fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        let cycle = self.year_end.scope == AssessmentScope::Cycle;
        let asked =
            move |one: &&Criterion| !cycle || (one.period == PeriodKind::Cycle && !self.rules.is_chosen_from(&one.id));
        self.rules.criteria.iter().filter(asked)
    }

    /// What follows from the final result of a cycle.
    fn follows(&self, row: &Row) -> &'static str {
        row.follows(&self.year_end, &self.rules).unwrap_or_default()
    }

    fn stage_words(&self) -> String {
        let one = &self.year_end;
        match (one.course().stage(), &one.published, &one.settled) {
            (YearEndStage::Final, Some((span, _)), Some(word)) => {
                format!("公示 {} 至 {}，{} 定为最终结果。", span.from, span.to, word.at.day())
            }
            (YearEndStage::Published, Some((span, _)), _) => {
                format!("还不是最终结果：公示 {} 至 {}。", span.from, span.to)
            }
            (YearEndStage::Withdrawn, ..) => "这次评定已经作废。".to_owned(),
            _ => "还不是最终结果：没有公示。".to_owned(),
        }
    }

    fn title_of(&self, grade: Option<&str>) -> String {
        let rule = self.rules.grades.iter().find(|rule| Some(rule.id.as_str()) == grade);
        rule.map(|rule| rule.title.clone()).unwrap_or_default()
    }

    fn passed(&self) -> usize {
        self.rows.iter().filter(|row| row.passes()).count()
    }

    fn of_grade(&self, grade: &str) -> usize {
        self.rows.iter().filter(|row| row.grade() == Some(grade)).count()
    }

    fn met(&self, criterion: &Criterion) -> usize {
        let met = |row: &&Row| standing(row, &criterion.id).is_some_and(|cell| cell.state == ScoreState::Met);
        self.rows.iter().filter(met).count()
    }

    pub(super) fn figures(&self) -> Vec<(String, String)> {
        let held = |one: &&Certificate| one.revoked.is_none();
        let mut figures = vec![
            ("工作室".to_owned(), format!("{} 个", self.rows.len())),
            ("通过考核".to_owned(), format!("{} 个，{}", self.passed(), percent(self.passed(), self.rows.len()))),
        ];
        figures.extend(
            self.rules.grades.iter().map(|rule| (rule.title.clone(), format!("{} 个", self.of_grade(&rule.id)))),
        );
        let corrections: usize = self.rows.iter().map(|row| row.corrections.len()).sum();
        figures.push(("更正".to_owned(), format!("{corrections} 处")));
        figures.push(("有效证书".to_owned(), format!("{} 份", self.certificates.iter().filter(held).count())));
        figures
    }

    pub(super) fn book(&self) -> Book {
        Book { title: self.title(), sheets: vec![self.summary(), self.list(), self.shares(), self.cards()] }
    }

    fn summary(&self) -> Sheet {
        let row = |label: &str, value: Cell, note: &str| vec![Cell::text(label), value, Cell::text(note)];
        let mut rows = vec![
            row("区域", Cell::text(&self.year_end.region_name), ""),
            row("考核", Cell::text(self.rules.span_word(self.year_end.covered())), &self.rules.title),
            row("冻结日", Cell::text(self.year_end.on.to_string()), "考核表是这一天结束时的"),
            row("工作室", number(self.rows.len()), "个"),
            row("通过考核", number(self.passed()), "个"),
        ];
        rows.extend(self.rules.grades.iter().map(|rule| row(&rule.title, number(self.of_grade(&rule.id)), "个")));
        rows.push(row("状态", Cell::text(self.stage_words()), ""));
        Sheet { name: "汇总", columns: columns(&[("项目", 18.0), ("数值", 44.0), ("说明", 44.0)]), rows }
    }

    pub(super) fn list(&self) -> Sheet {
        let headers = [
            ("级别", 8.0),
            ("名次", 7.0),
            ("并列", 7.0),
            ("工作室", 36.0),
            ("主持人", 16.0),
            ("区域", 14.0),
            ("得分", 8.0),
            ("等次", 10.0),
            ("通过", 7.0),
            ("冻结时等次", 12.0),
            ("更正", 40.0),
            ("结论", 24.0),
        ];
        let rows = self.rows.iter().map(|row| {
            let corrected = row.corrections.last().map_or_else(String::new, |one| {
                format!("{} 更正为{}：{}", one.word.at.day(), self.title_of(Some(&one.grade)), one.word.reason)
            });
            vec![
                Cell::text(row.entry.frozen.tier.word()),
                Cell::count(row.settled.ranked.rank),
                Cell::yes(row.settled.ranked.tied),
                Cell::text(&row.entry.name),
                Cell::text(row.entry.hosts.join("、")),
                Cell::text(&row.entry.region_name),
                Cell::Points(f64::from(row.settled.outcome.points) / 100.0),
                Cell::text(self.title_of(row.settled.outcome.grade.as_deref())),
                Cell::yes(row.passes()),
                Cell::text(self.title_of(row.entry.frozen.outcome.grade.as_deref())),
                Cell::text(corrected),
                Cell::text(self.follows(row)),
            ]
        });
        // Nothing follows from a year.
        let headers = if self.year_end.scope.is_year() { &headers[..headers.len() - 1] } else { &headers };
        let rows = rows.map(|mut row: Vec<Cell>| {
            row.truncate(headers.len());
            row
        });
        Sheet { name: "名单", columns: columns(headers), rows: rows.collect() }
    }

    fn shares(&self) -> Sheet {
        let headers =
            [("指标", 12.0), ("名称", 40.0), ("方式", 12.0), ("达标工作室", 12.0), ("工作室", 10.0), ("达标率", 10.0)];
        let rows = self.criteria().map(|one| {
            let met = self.met(one);
            vec![
                Cell::text(&one.id),
                Cell::text(&one.title),
                Cell::text(one.class.word()),
                number(met),
                number(self.rows.len()),
                share(met, self.rows.len()),
            ]
        });
        Sheet { name: "指标达标率", columns: columns(&headers), rows: rows.collect() }
    }

    /// The years of a cycle.
    fn years(&self) -> impl Iterator<Item = i32> {
        let cycle = self.year_end.scope == AssessmentScope::Cycle;
        self.rules.years_of(self.year_end.covered()).filter(move |_| cycle)
    }

    /// Each Studio beside each Criterion, of a cycle also beside each of its years.
    fn cards(&self) -> Sheet {
        let mut headers = columns(&[("工作室", 36.0), ("等次", 10.0), ("得分", 8.0)]);
        for year in self.years() {
            let word = self.rules.span_word(year.into());
            headers.push(Column { header: format!("{word}（等次）"), width: 18.0 });
            headers.push(Column { header: format!("{word}（得分）"), width: 18.0 });
        }
        for one in self.criteria() {
            headers.push(Column { header: format!("{}（已完成）", one.title), width: 14.0 });
            headers.push(Column { header: format!("{}（目标）", one.title), width: 12.0 });
            headers.push(Column { header: format!("{}（状态）", one.title), width: 12.0 });
        }
        let rows = self.rows.iter().map(|row| {
            let mut cells = vec![
                Cell::text(&row.entry.name),
                Cell::text(self.title_of(row.settled.outcome.grade.as_deref())),
                Cell::Points(f64::from(row.settled.outcome.points) / 100.0),
            ];
            for year in self.years() {
                let years = &row.entry.summary.years;
                let result = years.iter().find(|one| one.year == year).and_then(|one| one.result.as_ref());
                cells.extend(match result {
                    Some(one) => [
                        Cell::text(self.title_of(one.outcome.grade.as_deref())),
                        Cell::Points(f64::from(one.outcome.points) / 100.0),
                    ],
                    None => [Cell::Empty, Cell::Empty],
                });
            }
            for one in self.criteria() {
                match standing(row, &one.id) {
                    Some(cell) => {
                        cells.extend([Cell::count(cell.done), Cell::count(cell.of), Cell::text(cell.state.word())]);
                    }
                    None => cells.extend([Cell::Empty, Cell::Empty, Cell::Empty]),
                }
            }
            cells
        });
        Sheet { name: "考核表", columns: headers, rows: rows.collect() }
    }

    pub(super) fn paper(&self) -> Paper {
        let all = self.rows.len();
        let grades = self.rules.grades.iter().map(|rule| bar(rule.title.clone(), self.of_grade(&rule.id), all));
        let shares = self.criteria().map(|one| bar(one.title.clone(), self.met(one), all));
        let follows = |row: &Row| match self.follows(row) {
            "" => String::new(),
            word => format!("，{word}"),
        };
        let list = self.rows.iter().map(|row| {
            let ranked = &row.settled.ranked;
            let tied = if ranked.tied { "（并列）" } else { "" };
            let corrected = row.corrections.last();
            let corrected =
                corrected.map_or_else(String::new, |one| format!("，更正为{}", self.title_of(Some(&one.grade))));
            vec![
                row.entry.frozen.tier.word().to_owned(),
                format!("{}{tied}", ranked.rank),
                row.entry.name.clone(),
                row.entry.hosts.join("、"),
                points_word(row.settled.outcome.points),
                format!("{}{corrected}{}", self.title_of(row.settled.outcome.grade.as_deref()), follows(row)),
            ]
        });
        let columns =
            [("级别", 14.0), ("名次", 22.0), ("工作室", 76.0), ("主持人", 28.0), ("得分", 16.0), ("等次", 32.0)];
        let mut notes = vec![
            format!("依据《{}》第 {} 版。", self.rules.title, self.rules.version),
            match self.year_end.scope {
                AssessmentScope::Year => "得分按各项指标的权重和完成比例计算，满分 100；同级别内得分相同的并列。达标率是达标的工作室占全部工作室的比例。",
                AssessmentScope::Cycle => "得分是周期内各年度得分的平均数，满分 100；同级别内得分相同的并列。达标率是达标的工作室占全部工作室的比例。",
            }
            .to_owned(),
        ];
        if let Some(rule) = self.year_end.ranking(&self.rules) {
            notes.push(format!("{}前 {} 名择优，并列在最后一名的都在内。", rule.tier.word(), rule.cut_off));
        }
        Paper {
            heading: match self.year_end.scope {
                AssessmentScope::Year => "年度考核报告".to_owned(),
                AssessmentScope::Cycle => format!("{}报告", self.rules.assessment_title(self.year_end.scope)),
            },
            title: self.title(),
            facts: vec![format!("考核表是 {} 结束时的。", self.year_end.on), self.stage_words()],
            figures: self.figures(),
            charts: vec![
                PaperChart { title: "各等次的工作室".to_owned(), bars: grades.collect() },
                PaperChart { title: "各项指标达标的工作室".to_owned(), bars: shares.collect() },
            ],
            tables: vec![PaperTable { title: "名单".to_owned(), columns: columns.to_vec(), rows: list.collect() }],
            notes,
            ..Paper::default()
        }
    }
}

fn standing<'a>(row: &'a Row, criterion: &str) -> Option<&'a Standing> {
    row.entry.summary.cells.iter().find(|cell| cell.criterion == criterion)
}

fn bar(label: String, part: usize, all: usize) -> Bar {
    Bar { label, value: format!("{part} / {all}，{}", percent(part, all)), share: ratio(part, all) }
}

fn number(count: usize) -> Cell {
    Cell::count(u64::try_from(count).unwrap_or(u64::MAX))
}

fn share(part: usize, all: usize) -> Cell {
    if all == 0 { Cell::Empty } else { Cell::Share(ratio(part, all)) }
}

#[expect(clippy::cast_precision_loss, reason = "counts of Studios")]
fn ratio(part: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}

fn percent(part: usize, all: usize) -> String {
    format!("{:.0}%", ratio(part, all) * 100.0)
}
