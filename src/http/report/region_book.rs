//! What stands in the files of a Region's heat table: each Studio beside each Criterion, as words and as numbers.

use super::super::shapes::{HeatCell, HeatColumn, HeatRow, RegionScorecards};
use super::book::{Book, Cell, Column, Sheet, columns};
use crate::domain::scorecard::ScoreState;

pub(super) fn title(table: &RegionScorecards) -> String {
    format!("{} {}考核总览", table.region_name, table.year_word)
}

pub(super) fn book(table: &RegionScorecards) -> Book {
    Book { title: title(table), sheets: vec![studios(table), done(table), basis(table)] }
}

/// Where each Studio stands, in words.
pub(super) fn studios(table: &RegionScorecards) -> Sheet {
    let headers = [
        ("工作室", 36.0),
        ("级别", 8.0),
        ("所属", 14.0),
        ("主持人", 16.0),
        ("预计", 12.0),
        ("等次", 10.0),
        ("还差", 7.0),
        ("得分", 8.0),
        ("名次", 7.0),
        ("最近活动", 12.0),
    ];
    let rows = table.rows.iter().map(|row| {
        let mut cells = about(row);
        cells.extend(row.cells.iter().map(|cell| cell.as_ref().map_or(Cell::Empty, |cell| Cell::text(standing(cell)))));
        cells
    });
    let criteria = table.columns.iter().map(|one| criterion(one, 18.0));
    Sheet {
        name: "考核总览", columns: columns(&headers).into_iter().chain(criteria).collect(), rows: rows.collect()
    }
}

fn about(row: &HeatRow) -> Vec<Cell> {
    let mut cells = vec![
        Cell::text(&row.studio.name),
        Cell::text(row.studio.tier.word()),
        Cell::text(row.region.as_ref().map_or("", |region| region.name.as_str())),
        Cell::text(row.hosts.join("、")),
    ];
    match row.outlook {
        None => cells.extend([Cell::text("正在计算"), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]),
        Some(outlook) => cells.extend([
            Cell::text(outlook.word()),
            Cell::text(row.grade_title.clone().unwrap_or_default()),
            Cell::count(row.missing),
            Cell::Points(f64::from(row.points) / 100.0),
            row.rank.map_or(Cell::Empty, Cell::count),
            Cell::text(row.last_activity.map_or_else(String::new, |day| day.to_string())),
        ]),
    }
    cells
}

/// 3/5 有风险
fn standing(cell: &HeatCell) -> String {
    let word = if cell.at_risk && cell.state == ScoreState::NotYet { "有风险" } else { cell.state.word() };
    let aside = if cell.required { "" } else { "（不计入）" };
    format!("{}/{} {word}{aside}", cell.done, cell.of)
}

/// What is done, as numbers to compute with.
fn done(table: &RegionScorecards) -> Sheet {
    let rows = table.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| cell.as_ref().map_or(Cell::Empty, |cell| Cell::count(cell.done)));
        std::iter::once(Cell::text(&row.studio.name)).chain(cells).collect()
    });
    let criteria = table.columns.iter().map(|one| criterion(one, 14.0));
    let columns = columns(&[("工作室", 36.0)]).into_iter().chain(criteria).collect();
    Sheet { name: "已完成数", columns, rows: rows.collect() }
}

fn criterion(one: &HeatColumn, width: f64) -> Column {
    Column { header: format!("{}（{}）", one.title, one.rule), width }
}

fn basis(table: &RegionScorecards) -> Sheet {
    let policy = table.policy.as_ref();
    let rows = vec![
        vec![Cell::text("区域"), Cell::text(&table.region_name)],
        vec![Cell::text("考核办法"), Cell::text(policy.map_or("", |policy| policy.title.as_str()))],
        vec![Cell::text("考核"), Cell::text(&table.year_word)],
        vec![Cell::text("截至"), Cell::text(table.on.to_string())],
        vec![Cell::text("上次计算"), Cell::moment(table.as_of)],
        vec![Cell::text("工作室"), Cell::count(table.total)],
        vec![Cell::text("名次"), Cell::text("在同一办法、同一级别的全部工作室里排，只作参考")],
    ];
    Sheet { name: "说明", columns: columns(&[("项目", 14.0), ("内容", 60.0)]), rows }
}
