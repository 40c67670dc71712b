//! What a roster sheet came to, in the shapes of the API and as sheets to take away.

use super::super::error::ApiError;
use super::super::report::{Cell, Sheet, columns, one_sheet};
use super::super::shapes::{FileInAnswer, Named, NewAccountView, RosterAnswer, RosterChoiceKind, RosterLookView};
use super::super::state::AppState;
use super::{HEADERS, SchoolNames};
use crate::domain::roster::{
    FROM, NAME, PHONE, ROLE, Remedy, RosterChoice, RosterLook, RosterPlan, RosterRead, RosterRow, SCHOOL, Who,
};
use crate::store::roster_sheet::Made;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;

pub(super) fn choice(kind: RosterChoiceKind) -> RosterChoice {
    match kind {
        RosterChoiceKind::Use { column, text } => RosterChoice::Use { column, text },
        RosterChoiceKind::Same { person } => RosterChoice::Same(person),
        RosterChoiceKind::Other => RosterChoice::Other,
        RosterChoiceKind::Moved => RosterChoice::Moved,
        RosterChoiceKind::NotMoved => RosterChoice::NotMoved,
    }
}

pub(super) fn answer(sheet: String, rows: &[RosterRow], read: &RosterRead) -> RosterAnswer {
    let by_row: HashMap<u32, &RosterRow> = rows.iter().map(|row| (row.row, row)).collect();
    let plans = |fits: fn(&RosterPlan) -> bool| count(read.plans.iter().filter(|plan| fits(plan)).count());
    let looks = read.looks.iter().filter_map(|one| Some(look(one, by_row.get(&one.row)?)));
    RosterAnswer {
        sheet,
        rows: count(rows.len()),
        good: count(read.plans.len()),
        updates: plans(RosterPlan::updates),
        idle: plans(RosterPlan::is_idle),
        new_accounts: plans(|plan| matches!(plan.who, Who::New(_))),
        looks: looks.collect(),
        over_quota: 0,
        written: 0,
        may_change_accounts: false,
        accounts: Vec::new(),
        file: None,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn look(one: &RosterLook, row: &RosterRow) -> RosterLookView {
    let [name, phone, school, role, from] = row.told();
    let (proposal, people) = match &one.remedy {
        Remedy::Use(text) => (Some(text.clone()), Vec::new()),
        Remedy::Whom(people) => {
            let people = people.iter();
            (None, people.map(|(id, school)| Named::new(id, school.clone().unwrap_or_default())).collect())
        }
        Remedy::Mend | Remedy::Moved => (None, Vec::new()),
    };
    RosterLookView {
        row: one.row,
        name,
        phone,
        school,
        role,
        from,
        columns: one.columns.iter().map(|column| (*column).to_owned()).collect(),
        asks: one.remedy.asks(),
        sentence: one.sentence.clone(),
        proposal,
        people,
        moved: one.remedy == Remedy::Moved,
    }
}

pub(super) fn accounts(
    made: Vec<Made>,
    passwords: &HashMap<u32, String>,
    schools: &SchoolNames,
) -> Vec<NewAccountView> {
    let account = |one: Made| NewAccountView {
        row: one.row,
        school: schools.get(&one.school).cloned().unwrap_or_default(),
        name: one.name,
        login_name: one.login_name,
        password: passwords.get(&one.row).cloned().unwrap_or_default(),
    };
    made.into_iter().map(account).collect()
}

/// The rows to look at, each with what to do.
pub(super) async fn looks_file(app: &AppState, looks: &[RosterLookView]) -> Result<Option<FileInAnswer>, ApiError> {
    let width = |column: &str| HEADERS.iter().find(|(name, _)| *name == column).map_or(12.0, |(_, width)| *width);
    let told = [NAME, PHONE, SCHOOL, ROLE, FROM].map(|column| (column, width(column)));
    let headers = [&[("行", 6.0)][..], &told, &[("怎么改", 60.0)]].concat();
    let rows = looks.iter().map(|look| {
        let cells = [&look.name, &look.phone, &look.school, &look.role, &look.from, &look.sentence];
        let mut row = vec![Cell::text(look.row.to_string())];
        row.extend(cells.map(Cell::text));
        row
    });
    let sheet = Sheet { name: "要看的行", columns: columns(&headers), rows: rows.collect() };
    file(app, "成员名单 要看的行", sheet).await
}

/// Who signs in by what, for the first time.
pub(super) async fn accounts_file(
    app: &AppState,
    accounts: &[NewAccountView],
) -> Result<Option<FileInAnswer>, ApiError> {
    let headers = [(NAME, 12.0), (SCHOOL, 26.0), ("登录名", 16.0), ("首次密码", 18.0)];
    let rows = accounts.iter().map(|one| {
        let cells = [&one.name, &one.school, &one.login_name, &one.password];
        cells.map(Cell::text).to_vec()
    });
    let sheet = Sheet { name: "新账号", columns: columns(&headers), rows: rows.collect() };
    file(app, "新账号 登录名和首次密码", sheet).await
}

async fn file(app: &AppState, title: &'static str, sheet: Sheet) -> Result<Option<FileInAnswer>, ApiError> {
    if sheet.rows.is_empty() {
        return Ok(None);
    }
    let now = app.clock.now();
    let bytes = app.exports.make(move || one_sheet(title.to_owned(), sheet, now)).await?;
    Ok(Some(FileInAnswer { name: format!("{title}.xlsx"), content: STANDARD.encode(bytes) }))
}
