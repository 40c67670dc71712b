//! Sign-in sheet: what somebody wrote down where no server was, matched to people and checked row by row.

use super::super::presence::{Person, PresenceInterval};
use super::super::sheet::{self, SheetCell};
use super::super::{AccountId, Day, Time};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// How far outside of the Activity's time somebody may have signed: who prepares the room comes early.
const AROUND: Duration = Duration::from_secs(2 * 3600);

/// The columns that a sheet may have, by their headers.
pub const NAME: &str = "姓名";
pub const SCHOOL: &str = "学校";
pub const FROM: &str = "签到时间";
pub const TO: &str = "签退时间";
pub const NOTE: &str = "备注";

/// A row below the header.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetRow {
    /// As the sheet counts: the first row is 1.
    pub row: u32,
    pub name: SheetCell,
    pub school: SheetCell,
    pub from: SheetCell,
    pub to: SheetCell,
}

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetPerson {
    pub account: AccountId,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
}

/// A row that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub row: u32,
    pub person: Person,
    pub name: String,
    pub school: Option<String>,
    pub rural: bool,
    pub stay: PresenceInterval,
}

/// What has to be changed in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetError {
    pub row: u32,
    pub column: &'static str,
    pub sentence: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetRead {
    pub signed: Vec<Signed>,
    pub errors: Vec<SheetError>,
}

/// What a sheet is read against.
#[derive(Debug, Clone, Copy)]
pub struct SheetRules<'a> {
    /// Everybody who has one of the names in the sheet.
    pub people: &'a [SheetPerson],
    /// When the Activity was planned, or took place.
    pub span: PresenceInterval,
    pub guests_allowed: bool,
}

/// Reads every row; one that has an error counts nothing.
#[must_use]
pub fn read_sheet(rows: &[SheetRow], rules: SheetRules<'_>) -> SheetRead {
    let mut by_name: HashMap<&str, Vec<&SheetPerson>> = HashMap::new();
    for person in rules.people {
        by_name.entry(person.name.as_str()).or_default().push(person);
    }
    let mut read = SheetRead::default();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows {
        match one(row, rules, &by_name, &seen) {
            Ok(signed) => {
                seen.insert(signed.person.key(), row.row);
                read.signed.push(signed);
            }
            Err((column, sentence)) => read.errors.push(SheetError { row: row.row, column, sentence }),
        }
    }
    read
}

type Wrong = (&'static str, String);

fn one(
    row: &SheetRow,
    rules: SheetRules<'_>,
    by_name: &HashMap<&str, Vec<&SheetPerson>>,
    seen: &BTreeMap<String, u32>,
) -> Result<Signed, Wrong> {
    let (name, school) = (row.name.text(), row.school.text());
    if name.is_empty() {
        return Err((NAME, "请填写姓名。".to_owned()));
    }
    let namesakes = by_name.get(name.as_str()).map_or(&[][..], Vec::as_slice);
    let (person, school, rural) = match whom(&name, &school, namesakes, rules)? {
        Some(known) => (Person::Account(known.account), known.school.clone(), known.rural),
        None => (Person::Guest { name: name.clone(), school: school.clone() }, Some(school), false),
    };
    if let Some(before) = seen.get(&person.key()) {
        return Err((NAME, format!("与第 {before} 行是同一个人，请合成一行。")));
    }
    let day = rules.span.from.day();
    let from = moment(&row.from, day).map_err(|sentence| (FROM, sentence))?;
    let from = from.ok_or_else(|| (FROM, "请填写签到时间。".to_owned()))?;
    let to = moment(&row.to, day).map_err(|sentence| (TO, sentence))?;
    let to = to.unwrap_or(rules.span.to.max(from));
    let (earliest, latest) = (rules.span.from - AROUND, rules.span.to + AROUND);
    for (at, column) in [(from, FROM), (to, TO)] {
        if at < earliest || at > latest {
            return Err((column, format!("不在活动时间内。应在 {} 到 {} 之间。", clock(earliest), clock(latest))));
        }
    }
    if to <= from {
        return Err((TO, "签退时间应晚于签到时间。".to_owned()));
    }
    Ok(Signed { row: row.row, person, name, school, rural, stay: PresenceInterval { from, to } })
}

/// The one with an account, or nobody: then it is a guest.
fn whom<'a>(
    name: &str,
    school: &str,
    namesakes: &[&'a SheetPerson],
    rules: SheetRules<'_>,
) -> Result<Option<&'a SheetPerson>, Wrong> {
    let here: Vec<&'a SheetPerson> =
        namesakes.iter().copied().filter(|one| !school.is_empty() && one.school.as_deref() == Some(school)).collect();
    match (here.as_slice(), namesakes) {
        ([one], _) => return Ok(Some(one)),
        ([], [one]) if school.is_empty() => return Ok(Some(one)),
        ([_, _, ..], _) => {
            return Err((NAME, format!("这所学校有 {} 位同名的老师，请请他们自己扫码签到。", here.len())));
        }
        ([], [_, _, ..]) if school.is_empty() => {
            return Err((SCHOOL, format!("有 {} 位同名的老师，请填写学校。", namesakes.len())));
        }
        _ => {}
    }
    if !rules.guests_allowed {
        let sentence = match namesakes {
            [one] => format!("学校对不上，这位老师在{}。", one.school.as_deref().unwrap_or("账号里没有填写学校")),
            _ => "没有找到这位老师，请核对姓名和学校。这个活动不对访客开放。".to_owned(),
        };
        return Err((if namesakes.is_empty() { NAME } else { SCHOOL }, sentence));
    }
    if school.is_empty() {
        return Err((SCHOOL, "没有找到这位老师的账号，请填写学校。".to_owned()));
    }
    if [name, school].iter().any(|text| text.contains('@') || text.chars().count() > 60) {
        return Err((NAME, "姓名和学校最多 60 字，不能有 @。".to_owned()));
    }
    Ok(None)
}

/// A time of day on `day`, or a day and a time of day.
fn moment(cell: &SheetCell, day: Day) -> Result<Option<Time>, String> {
    let wrong = || "时间读不懂，请写成 14:30 或 2026-11-20 14:30 的样子。".to_owned();
    match cell {
        SheetCell::Empty => Ok(None),
        SheetCell::Number(number) => serial(*number, day).map(Some).ok_or_else(wrong),
        SheetCell::Text(text) if text.trim().is_empty() => Ok(None),
        SheetCell::Text(text) => written(text.trim(), day).map(Some).ok_or_else(wrong),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a part of one day")]
fn serial(number: f64, on: Day) -> Option<Time> {
    let (day, part) = sheet::serial(number)?;
    Some(day.unwrap_or(on).start() + Duration::from_secs((part * 86_400.0).round() as u64))
}

fn written(text: &str, day: Day) -> Option<Time> {
    let text = text.replace('：', ":").replace(['/', '.'], "-");
    let (day, clock) = match text.split_once([' ', 'T']) {
        Some((date, clock)) => {
            let mut parts = date.splitn(3, '-').map(|part| part.parse::<u32>().ok());
            let (year, month, date) = (parts.next()??, parts.next()??, parts.next()??);
            (Day::parse(&format!("{year:04}-{month:02}-{date:02}")).ok()?, clock.trim().to_owned())
        }
        None => (day, text),
    };
    let mut parts = clock.splitn(3, ':').map(|part| part.parse::<u64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    (hour < 24 && minute < 60 && second < 60)
        .then(|| day.start() + Duration::from_secs(hour * 3600 + minute * 60 + second))
}

fn clock(at: Time) -> String {
    at.to_string()[5..16].replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(clock: &str) -> Time {
        Time::parse(&format!("2026-11-20T{clock}:00+08:00")).unwrap()
    }

    fn person(number: u8, name: &str, school: &str) -> SheetPerson {
        SheetPerson {
            account: AccountId::from_random([number; 10]),
            name: name.into(),
            school: Some(school.into()),
            rural: false,
        }
    }

    fn cell(text: &str) -> SheetCell {
        if text.is_empty() { SheetCell::Empty } else { SheetCell::Text(text.into()) }
    }

    fn read(rows: &[[&str; 4]], guests_allowed: bool) -> SheetRead {
        let people = [person(1, "王芳", "石桥小学"), person(2, "王芳", "上坪小学"), person(3, "李建国", "石桥小学")];
        let rows: Vec<SheetRow> = (2..)
            .zip(rows)
            .map(|(row, [name, school, from, to])| SheetRow {
                row,
                name: cell(name),
                school: cell(school),
                from: cell(from),
                to: cell(to),
            })
            .collect();
        let span = PresenceInterval { from: at("14:30"), to: at("16:00") };
        read_sheet(&rows, SheetRules { people: &people, span, guests_allowed })
    }

    fn error(row: [&str; 4]) -> (&'static str, String) {
        let read = read(&[row], false);
        assert!(read.signed.is_empty());
        (read.errors[0].column, read.errors[0].sentence.clone())
    }

    #[test]
    fn namesakes_are_told_apart_by_their_school() {
        assert_eq!(error(["王芳", "", "14:30", ""]), (SCHOOL, "有 2 位同名的老师，请填写学校。".into()));
        let found = read(&[["王 芳", "上坪小学", "14:30", "16:00"]], false);
        assert_eq!(found.signed[0].person, Person::Account(AccountId::from_random([2; 10])));
    }

    #[test]
    fn who_is_unknown_is_a_guest_only_where_guests_are_allowed() {
        let row = ["赵六", "白鹭小学", "14:30", "16:00"];
        assert_eq!(error(row).0, NAME);
        let found = read(&[row, ["钱七", "", "14:30", ""]], true);
        assert_eq!(found.signed[0].person.key(), "guest:赵六@白鹭小学");
        assert_eq!(found.errors[0].sentence, "没有找到这位老师的账号，请填写学校。");
        assert_eq!(error(["李建国", "白鹭小学", "14:30", ""]), (SCHOOL, "学校对不上，这位老师在石桥小学。".into()));
    }

    #[test]
    fn the_same_person_twice_is_pointed_out_with_the_row() {
        let found = read(&[["李建国", "", "14:30", ""], ["李建国", "石桥小学", "14:40", ""]], false);
        assert_eq!((found.signed.len(), found.errors[0].row), (1, 3));
        assert_eq!(found.errors[0].sentence, "与第 2 行是同一个人，请合成一行。");
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for text in ["14:35", "14：35", "2026-11-20 14:35", "2026/11/20 14:35:00", "2026.11.20 14:35"] {
            let found = read(&[["李建国", "", text, ""]], false);
            assert_eq!(found.signed[0].stay, PresenceInterval { from: at("14:35"), to: at("16:00") }, "{text}");
        }
        let day = at("14:30").day();
        assert_eq!(moment(&SheetCell::Number(14.5 / 24.0), day), Ok(Some(at("14:30"))));
        assert_eq!(moment(&SheetCell::Number(46_346.0 + 14.5 / 24.0), day), Ok(Some(at("14:30"))));
        for bad in ["下午两点", "25:00", "14:75", "2026-13-01 14:00", "14"] {
            assert_eq!(error(["李建国", "", bad, ""]).0, FROM, "{bad}");
        }
    }

    #[test]
    fn times_outside_of_the_activity_are_refused() {
        assert_eq!(
            error(["李建国", "", "08:00", ""]),
            (FROM, "不在活动时间内。应在 11-20 12:30 到 11-20 18:00 之间。".into())
        );
        assert_eq!(error(["李建国", "", "15:00", "14:40"]), (TO, "签退时间应晚于签到时间。".into()));
        assert_eq!(error(["李建国", "", "", ""]), (FROM, "请填写签到时间。".into()));
        assert_eq!(error(["", "石桥小学", "14:30", ""]), (NAME, "请填写姓名。".into()));
    }
}
