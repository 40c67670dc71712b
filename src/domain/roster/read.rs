//! Reading a roster sheet: each row becomes a plan, or something that a person has to look at.

use super::super::account::read_phone;
use super::super::membership::{HOST_DAYS, earliest_of, may_keep};
use super::super::sheet::SheetCell;
use super::super::{Checks, Day, MemberMark, MemberMarks, MemberRole, Membership};
use super::person::{Directory, Said, Wrong, mark, mend, newcomer};
use super::{
    BACKBONE, FROM, MOST_NEW, NAME, NEW_TEACHER, PHONE, ROLE, RURAL, Remedy, RosterChoice, RosterLook, RosterPlan,
    RosterRead, RosterRow, RosterRules, SCHOOL, SUBJECT, Step, TITLE, Who, cells,
};
use std::collections::HashMap;

/// Reads every row; one that is not good plans nothing.
#[must_use]
pub fn read_roster(rows: &[RosterRow], rules: RosterRules<'_>) -> RosterRead {
    let mut reading = Reading::of(rules);
    let mut read = RosterRead::default();
    for row in rows {
        match reading.one(row) {
            Ok(plan) => read.plans.push(plan),
            Err((columns, sentence, remedy)) => {
                read.looks.push(RosterLook { row: row.row, columns, sentence, remedy });
            }
        }
    }
    read
}

struct Reading<'a> {
    rules: RosterRules<'a>,
    directory: Directory<'a>,
    choices: HashMap<u32, Vec<&'a RosterChoice>>,
    memberships: HashMap<String, Vec<&'a Membership>>,
    /// Who was told of in which row.
    seen: HashMap<String, u32>,
    new: usize,
}

impl<'a> Reading<'a> {
    fn of(rules: RosterRules<'a>) -> Self {
        let mut choices: HashMap<u32, Vec<&RosterChoice>> = HashMap::new();
        for (row, choice) in rules.choices {
            choices.entry(*row).or_default().push(choice);
        }
        let mut memberships: HashMap<String, Vec<&Membership>> = HashMap::new();
        for one in rules.members {
            memberships.entry(one.account.to_string()).or_default().push(one);
        }
        let (directory, seen) = (Directory::of(rules), HashMap::new());
        Self { rules, directory, choices, memberships, seen, new: 0 }
    }

    fn one(&mut self, row: &RosterRow) -> Result<RosterPlan, Wrong> {
        let choices = self.choices.remove(&row.row).unwrap_or_default();
        let text = |column: &'static str, cell: &SheetCell| {
            let put = choices.iter().find_map(|choice| match choice {
                RosterChoice::Use { column: at, text } if at == column => Some(text.clone()),
                _ => None,
            });
            put.unwrap_or_else(|| cell.text())
        };
        let said = self.said(row, text)?;
        let role = the_role(&text(ROLE, &row.role))?;
        let from = cells::day(&row.from, self.rules.today).or_else(|sentence| mend(FROM, sentence))?;
        let who = match self.directory.person(&said, &choices)? {
            Some(person) => self.directory.known(person, said, &choices)?,
            None => newcomer(said)?,
        };
        let mark = mark(&who);
        if let Some(before) = self.seen.get(&mark) {
            return mend(NAME, format!("与第 {before} 行是同一个人，请只留一行。"));
        }
        let memberships = self.memberships.get(&mark).map_or(&[][..], Vec::as_slice);
        let (step, before) = step(memberships, role, from, self.rules.today)?;
        if step != Step::Keep {
            self.may_step(role, before, from)?;
        }
        let known = before.and_then(|one| self.rules.marks.get(&one.id)).copied().unwrap_or_default();
        let marks = self.marks(row, known, text)?;
        let step = match (step, before) {
            (Step::Keep, Some(one)) if marks != known => Step::Mark { of: one.id },
            _ => step,
        };
        if matches!(who, Who::New(_)) {
            if self.new == MOST_NEW {
                return mend(NAME, format!("一次最多新建 {MOST_NEW} 个账号，这一行请再导入一次。"));
            }
            self.new += 1;
        }
        self.seen.insert(mark, row.row);
        Ok(RosterPlan { row: row.row, who, role, from, step, marks })
    }

    /// Who hosts is for the office to say, and so are days long past.
    fn may_step(&self, role: MemberRole, before: Option<&Membership>, from: Day) -> Result<(), Wrong> {
        let keeper = self.rules.keeper;
        let roles = [Some(role), before.map(|one| one.role)];
        if !roles.into_iter().flatten().all(|role| may_keep(keeper, role)) {
            return mend(ROLE, "主持人由管这个工作室的工作站添加和变动，请工作站导入。");
        }
        if earliest_of(keeper, self.rules.today).is_some_and(|earliest| from < earliest) {
            return mend(FROM, format!("主持人只能导入最近 {HOST_DAYS} 天以内加入的成员，更早的请工作站导入。"));
        }
        Ok(())
    }

    /// Where a cell says nothing, what is known stays.
    fn marks(
        &self,
        row: &RosterRow,
        known: MemberMarks,
        text: impl Fn(&'static str, &SheetCell) -> String,
    ) -> Result<MemberMarks, Wrong> {
        let said = |mark: MemberMark, column: &'static str, cell: &SheetCell, known: bool| {
            if !self.rules.asks.contains(&mark) {
                return Ok(known);
            }
            let said = cells::yes_or_no(&text(column, cell)).or_else(|sentence| mend(column, sentence))?;
            Ok(said.unwrap_or(known))
        };
        Ok(MemberMarks {
            new_teacher: said(MemberMark::NewTeacher, NEW_TEACHER, &row.new_teacher, known.new_teacher)?,
            backbone: said(MemberMark::Backbone, BACKBONE, &row.backbone, known.backbone)?,
        })
    }

    fn said(&mut self, row: &RosterRow, text: impl Fn(&'static str, &SheetCell) -> String) -> Result<Said<'a>, Wrong> {
        let (name, title, subject) = (text(NAME, &row.name), text(TITLE, &row.title), text(SUBJECT, &row.subject));
        if name.is_empty() {
            return mend(NAME, "姓名不能为空。");
        }
        let short = [(NAME, "姓名", &name), (TITLE, "职称", &title), (SUBJECT, "学科", &subject)];
        for (column, what, value) in short {
            if let Err(invalid) = Checks::new().optional_text(value, column, what, 30).done() {
                return mend(column, invalid.fields.into_values().next().unwrap_or_default());
            }
        }
        let phone = match text(PHONE, &row.phone) {
            empty if empty.is_empty() => None,
            written => Some(read_phone(&written).or_else(|sentence| mend(PHONE, sentence))?),
        };
        let rural = cells::rural(&text(RURAL, &row.rural)).or_else(|sentence| mend(RURAL, sentence))?;
        let school = self.directory.school(&text(SCHOOL, &row.school), rural)?;
        Ok(Said { name, phone, school, title, subject })
    }
}

fn the_role(written: &str) -> Result<MemberRole, Wrong> {
    if let Some(role) = cells::role(written) {
        return Ok(role);
    }
    match cells::probable_role(written) {
        _ if written.is_empty() => mend(ROLE, "请填写身份。"),
        Some(word) => Err((vec![ROLE], format!("身份请填“{word}”。"), Remedy::Use(word.to_owned()))),
        None => {
            let words: Vec<&str> = MemberRole::ALL.iter().map(|role| role.word()).collect();
            mend(ROLE, format!("身份请填{}中的一个。", words.join("、")))
        }
    }
}

/// What the row changes of the Memberships that the person has in the Studio, and the one that stays or ends.
fn step<'a>(
    mine: &[&'a Membership],
    role: MemberRole,
    from: Day,
    today: Day,
) -> Result<(Step, Option<&'a Membership>), Wrong> {
    if let Some(same) = mine.iter().find(|one| one.role == role && one.from == from) {
        return match same.to {
            Some(to) if to < today => mend(FROM, format!("这段成员身份到 {to} 已经结束。要再加入，请填新的加入日期。")),
            _ => Ok((Step::Keep, Some(*same))),
        };
    }
    if let Some(to) = mine.iter().filter_map(|one| one.to).filter(|to| *to >= from).max() {
        return mend(FROM, format!("上一段成员身份到 {to} 才结束，加入日期要在它之后。"));
    }
    let Some(open) = mine.iter().find(|one| one.to.is_none()) else { return Ok((Step::Begin, None)) };
    let (since, word) = (open.from, open.role.word());
    if open.role == role {
        return mend(FROM, format!("系统里从 {since} 起就是{word}，请按它填写。"));
    }
    if from <= since {
        return mend(FROM, format!("系统里从 {since} 起是{word}。换身份的日期要在它之后。"));
    }
    Ok((Step::Change { ends: open.id }, Some(*open)))
}

impl RosterRow {
    /// Name, phone, school, role and first day as the sheet has them. Of a phone that is complete only the ends.
    #[must_use]
    pub fn told(&self) -> [String; 5] {
        let written = self.phone.text();
        let phone = match read_phone(&written) {
            Ok(phone) => format!("{}****{}", &phone[..3], &phone[7..]),
            Err(_) => written,
        };
        [self.name.text(), phone, self.school.text(), self.role.text(), cells::day_text(&self.from)]
    }
}
