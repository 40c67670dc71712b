//! What the cells of a roster sheet mean: roles and days as people write them.

use super::super::sheet::{SheetCell, serial};
use super::super::{Day, MemberRole};

/// Before this year nobody joined a Studio that is kept here.
const FIRST_YEAR: &str = "2000-01-01";

/// What people call the roles, beside the word that the pages use.
const ALSO: &[(&str, MemberRole)] = &[
    ("负责人", MemberRole::Host),
    ("首席", MemberRole::Host),
    ("领衔人", MemberRole::Host),
    ("核心成员", MemberRole::Core),
    ("核心名师", MemberRole::Core),
    ("成员", MemberRole::Core),
    ("专业带头人", MemberRole::Core),
    ("学员", MemberRole::Trainee),
    ("骨干教师", MemberRole::Trainee),
    ("顾问", MemberRole::Adviser),
    ("指导专家", MemberRole::Adviser),
];

#[must_use]
pub fn role(written: &str) -> Option<MemberRole> {
    let named = MemberRole::ALL.iter().copied().find(|role| role.word() == written);
    named.or_else(|| ALSO.iter().find(|(word, _)| *word == written).map(|(_, role)| *role))
}

/// The word of the pages for what was probably meant.
pub(super) fn probable_role(written: &str) -> Option<&'static str> {
    let words = MemberRole::ALL.iter().map(|role| (role.word(), *role)).chain(ALSO.iter().copied());
    let words: Vec<(&str, MemberRole)> = words.collect();
    let part = |word: &str| written.chars().count() > 1 && (word.contains(written) || written.contains(word));
    let found = words.iter().find(|(word, _)| part(word)).map(|(_, role)| *role);
    let near = || super::nearest::nearest(written, words.iter().map(|(word, _)| *word)).and_then(role);
    found.or_else(near).map(MemberRole::word)
}

/// 城 or 乡; none where the cell says nothing.
pub(super) fn rural(written: &str) -> Result<Option<bool>, String> {
    match written {
        "" => Ok(None),
        "乡" | "乡村" | "农村" | "乡镇" => Ok(Some(true)),
        "城" | "城镇" | "城市" | "城区" => Ok(Some(false)),
        _ => Err("请填“城”或“乡”。".to_owned()),
    }
}

/// 是 or 否; none where the cell says nothing.
pub(super) fn yes_or_no(written: &str) -> Result<Option<bool>, String> {
    match written {
        "" => Ok(None),
        "是" | "√" | "✓" | "有" => Ok(Some(true)),
        "否" | "不是" | "×" | "无" => Ok(Some(false)),
        _ => Err("请填“是”或“否”。".to_owned()),
    }
}

/// The first day of a Membership, up to a year ahead.
pub(super) fn day(cell: &SheetCell, today: Day) -> Result<Day, String> {
    let day = read_day(cell)?.ok_or("请填写加入日期。")?;
    let first = Day::parse(FIRST_YEAR).map_err(|_| unreadable())?;
    if day < first || day > today.plus(366) {
        return Err(format!("日期不对：{day} 太早或太晚，请核对年份。"));
    }
    Ok(day)
}

/// A day as people write it; none where the cell is empty.
pub fn read_day(cell: &SheetCell) -> Result<Option<Day>, String> {
    match cell {
        SheetCell::Empty => Ok(None),
        SheetCell::Number(number) => serial(*number).and_then(|(day, _)| day).map(Some).ok_or_else(unreadable),
        SheetCell::Text(text) => written(text.trim()).map(Some),
    }
}

/// As it is shown where the row is told of.
#[must_use]
pub(super) fn day_text(cell: &SheetCell) -> String {
    match cell {
        SheetCell::Number(number) => {
            serial(*number).and_then(|(day, _)| day).map_or_else(|| number.to_string(), |day| day.to_string())
        }
        other => other.text(),
    }
}

fn unreadable() -> String {
    "日期读不懂，请写成 2026-09-01 的样子。".to_owned()
}

fn written(text: &str) -> Result<Day, String> {
    let plain = text.replace(['/', '.', '年', '月', '－'], "-").replace('日', "");
    let mut parts = plain.trim().splitn(3, '-').map(|part| part.trim().parse::<u32>());
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return Err(unreadable());
    };
    match Day::parse(&format!("{year:04}-{month:02}-{day:02}")) {
        Ok(day) => Ok(day),
        Err(_) if !(1..=12).contains(&month) => Err(format!("日期不对：没有 {month} 月。")),
        Err(_) if (1000..=9999).contains(&year) => Err(format!("日期不对：{year} 年 {month} 月没有 {day} 日。")),
        Err(_) => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        let today = Day::parse("2026-11-20").unwrap();
        let text = |text: &str| day(&SheetCell::Text(text.into()), today);
        for good in ["2026-09-01", "2026/9/1", "2026.9.1", "2026年9月1日"] {
            assert_eq!(text(good).map(|day| day.to_string()).as_deref(), Ok("2026-09-01"), "{good}");
        }
        assert_eq!(day(&SheetCell::Number(46_266.0), today).unwrap().to_string(), "2026-09-01");
        assert_eq!(text("2026-13-01"), Err("日期不对：没有 13 月。".into()));
        assert_eq!(text("2026-2-30"), Err("日期不对：2026 年 2 月没有 30 日。".into()));
        assert_eq!(text("九月"), Err("日期读不懂，请写成 2026-09-01 的样子。".into()));
        assert!(text("1926-09-01").unwrap_err().contains("太早或太晚"));
    }

    #[test]
    fn a_role_that_nobody_knows_is_proposed() {
        assert_eq!((role("骨干学员"), role("核心成员")), (Some(MemberRole::Trainee), Some(MemberRole::Core)));
        assert_eq!(role("带头人"), None);
        assert_eq!(probable_role("带头人"), Some("学科带头人"));
        assert_eq!(probable_role("工作室主持人"), Some("主持人"));
        assert_eq!(probable_role("校长"), None);
    }
}
