//! Who is meant by a row: somebody with an Account, or somebody who gets one.

use super::super::{AccountId, School, SchoolId};
use super::nearest::nearest;
use super::{
    AccountFill, NAME, NewPerson, PHONE, RURAL, Remedy, RosterChoice, RosterPerson, RosterRules, RosterSchool, SCHOOL,
    Who,
};
use std::collections::HashMap;

/// Characters; what is longer is no School, and is not compared with all of them.
const LONGEST_SCHOOL: usize = 60;
/// People of one name who are offered.
const MOST_OFFERED: usize = 5;

/// Why a row is not good: the columns, what to do, and what would do.
pub(super) type Wrong = (Vec<&'static str>, String, Remedy);

pub(super) fn mend<T>(column: &'static str, sentence: impl Into<String>) -> Result<T, Wrong> {
    Err((vec![column], sentence.into(), Remedy::Mend))
}

/// What a row says about the person, read but not matched.
pub(super) struct Said<'a> {
    pub(super) name: String,
    pub(super) phone: Option<String>,
    pub(super) school: Option<&'a RosterSchool>,
    pub(super) title: String,
    pub(super) subject: String,
}

/// Everybody and every school by what a row may say.
pub(super) struct Directory<'a> {
    by_phone: HashMap<&'a str, &'a RosterPerson>,
    by_name: HashMap<&'a str, Vec<&'a RosterPerson>>,
    schools: HashMap<&'a str, Vec<&'a RosterSchool>>,
    by_id: HashMap<SchoolId, &'a RosterSchool>,
    /// What unknown names were found to be nearest to: the same short form stands in many rows.
    proposed: HashMap<String, Option<&'a str>>,
}

impl<'a> Directory<'a> {
    pub(super) fn of(rules: RosterRules<'a>) -> Self {
        let mut directory = Self {
            by_phone: HashMap::new(),
            by_name: HashMap::new(),
            schools: HashMap::new(),
            by_id: rules.schools.iter().map(|school| (school.id, school)).collect(),
            proposed: HashMap::new(),
        };
        for person in rules.people {
            if let Some(phone) = &person.phone {
                directory.by_phone.insert(phone, person);
            }
            directory.by_name.entry(&person.name).or_default().push(person);
        }
        for school in rules.schools {
            directory.schools.entry(&school.name).or_default().push(school);
        }
        directory
    }

    /// The School of this name; none where nothing is written.
    pub(super) fn school(&mut self, written: &str, rural: Option<bool>) -> Result<Option<&'a RosterSchool>, Wrong> {
        if written.is_empty() {
            return Ok(None);
        }
        let school = self.school_called(written)?;
        if rural.is_some_and(|rural| rural != school.rural) {
            let (is, mark) = if school.rural { ("乡村", "乡") } else { ("城镇", "城") };
            return mend(RURAL, format!("系统里这是{is}学校。请填“{mark}”，或请工作站修改学校资料。"));
        }
        Ok(Some(school))
    }

    fn school_called(&mut self, written: &str) -> Result<&'a RosterSchool, Wrong> {
        let named = self.schools.get(written).map_or(&[][..], Vec::as_slice);
        let near: Vec<&'a RosterSchool> = named.iter().copied().filter(|school| school.near).collect();
        match (named, near.as_slice()) {
            ([one], _) | (_, [one]) => return Ok(one),
            ([], _) => {}
            (several, _) => {
                let regions: Vec<&str> = several.iter().map(|school| school.region.as_str()).collect();
                let example = format!("{}{written}", regions[0]);
                let sentence = format!(
                    "有 {} 所同名的学校，请写上区域，例如“{example}”（{}）。",
                    several.len(),
                    regions.join("、")
                );
                return Err((vec![SCHOOL], sentence, Remedy::Mend));
            }
        }
        let with_region = self
            .by_id
            .values()
            .copied()
            .find(|school| written.strip_prefix(school.region.as_str()).is_some_and(|rest| rest == school.name));
        if let Some(school) = with_region {
            return Ok(school);
        }
        if written.chars().count() > LONGEST_SCHOOL {
            return mend(SCHOOL, format!("学校名称最多 {LONGEST_SCHOOL} 个字。"));
        }
        if !self.proposed.contains_key(written) {
            let found = nearest(written, self.schools.keys().copied());
            self.proposed.insert(written.to_owned(), found);
        }
        match self.proposed.get(written).copied().flatten() {
            Some(name) => Err((vec![SCHOOL], format!("没有这所学校。是“{name}”吗？"), Remedy::Use(name.to_owned()))),
            None => mend(SCHOOL, "没有这所学校。请核对名称，或请工作站先添加学校。"),
        }
    }

    /// The Account that a row means; none for somebody new.
    pub(super) fn person(&self, said: &Said<'_>, choices: &[&RosterChoice]) -> Result<Option<&'a RosterPerson>, Wrong> {
        if let Some(known) = said.phone.as_deref().and_then(|phone| self.by_phone.get(phone)) {
            if known.name == said.name {
                return active(known).map(Some);
            }
            // Whether somebody else has this phone is told to those who keep that Account, or may add one: they would hear it
            // then. For others the row is of somebody new.
            if known.may_change || said.school.is_some_and(|school| school.may_fill) {
                let sentence = "这个手机号登记的是另一个名字，请核对姓名和手机号。".to_owned();
                return Err((vec![NAME, PHONE], sentence, Remedy::Mend));
            }
        }
        let namesakes = self.by_name.get(said.name.as_str()).map_or(&[][..], Vec::as_slice);
        let namesakes: Vec<&'a RosterPerson> = namesakes.iter().copied().filter(|one| !one.disabled).collect();
        if choices.iter().any(|choice| **choice == RosterChoice::Other) && said.phone.is_some() {
            return Ok(None);
        }
        let chosen = |one: &&&'a RosterPerson| choices.iter().any(|choice| **choice == RosterChoice::Same(one.account));
        if let Some(one) = namesakes.iter().find(chosen) {
            return Ok(Some(one));
        }
        let here: Vec<&'a RosterPerson> = namesakes
            .iter()
            .copied()
            .filter(|one| said.school.is_some_and(|school| one.school == Some(school.id)))
            .collect();
        if said.phone.is_none() {
            return match (here.as_slice(), namesakes.as_slice()) {
                ([one], _) => Ok(Some(one)),
                (_, [one]) if said.school.is_none() => Ok(Some(one)),
                (_, []) => mend(PHONE, "请填写手机号。"),
                (_, several) => mend(PHONE, format!("有 {} 位同名的老师，请填写手机号。", several.len())),
            };
        }
        match (here.as_slice(), namesakes.as_slice()) {
            ([one], _) if one.phone.is_none() => Ok(Some(one)),
            (_, []) => Ok(None),
            (_, several) => Err(self.ask_whom(&said.name, several)),
        }
    }

    fn ask_whom(&self, name: &str, several: &[&RosterPerson]) -> Wrong {
        let school = |one: &RosterPerson| Some(self.by_id.get(&one.school?)?.name.clone());
        let sentence = match several {
            [_] if several.iter().any(|one| !one.may_change) => format!("系统里有“{name}”。是同一人吗？"),
            _ if several.iter().any(|one| !one.may_change) => {
                format!("系统里有 {} 位“{name}”。是其中一位吗？", several.len())
            }
            [one] if one.phone.is_some() => format!("系统里有“{name}”，手机号不同。是同一人吗？"),
            [_] => format!("系统里有“{name}”，没有登记手机号。是同一人吗？"),
            _ => format!("系统里有 {} 位“{name}”，手机号都不同。是其中一位吗？", several.len()),
        };
        let offered = several.iter().take(MOST_OFFERED).map(|one| (one.account, school(one))).collect();
        (vec![NAME, PHONE], sentence, Remedy::Whom(offered))
    }

    /// Somebody known, with what the sheet knows better.
    pub(super) fn known(&self, person: &RosterPerson, said: Said<'_>, choices: &[&RosterChoice]) -> Result<Who, Wrong> {
        let mut fill = AccountFill { school: self.moved(person, &said, choices)?, ..AccountFill::default() };
        if person.may_change {
            let better = |new: String, old: &str| (!new.is_empty() && new != old).then_some(new);
            fill.phone = said.phone.filter(|phone| person.phone.as_ref() != Some(phone));
            fill.title = better(said.title, &person.title);
            fill.subject = better(said.subject, &person.subject);
        }
        Ok(Who::Known(person.account, fill))
    }

    /// The School that the Account gets, where the sheet names another one.
    fn moved(
        &self,
        person: &RosterPerson,
        said: &Said<'_>,
        choices: &[&RosterChoice],
    ) -> Result<Option<SchoolId>, Wrong> {
        let Some(school) = said.school.filter(|school| person.school != Some(school.id)) else { return Ok(None) };
        let old = person.school.and_then(|id| self.by_id.get(&id)).map(|school| school.name.as_str());
        let told = |choice: &RosterChoice| choices.iter().any(|one| **one == *choice);
        let may = person.may_change && school.may_fill;
        match old {
            _ if told(&RosterChoice::NotMoved) => Ok(None),
            Some(old) if !may => mend(SCHOOL, format!("系统里的单位是“{old}”。单位由工作站修改，请填原单位。")),
            None if !may => mend(SCHOOL, "这个账号没有填写单位。单位由工作站修改，请留空。"),
            Some(old) if !told(&RosterChoice::Moved) => {
                Err((vec![SCHOOL], format!("原单位是“{old}”，已经调动了吗？"), Remedy::Moved))
            }
            _ => Ok(Some(school.id)),
        }
    }
}

/// Somebody who has no Account yet.
pub(super) fn newcomer(said: Said<'_>) -> Result<Who, Wrong> {
    let Some(phone) = said.phone else { return mend(PHONE, "请填写手机号。") };
    match said.school {
        None => mend(SCHOOL, "新成员请填写学校。"),
        Some(school) if !school.may_fill => mend(NAME, "系统里没有这位老师的账号。请学校所在的工作站先添加账号。"),
        Some(school) => {
            let Said { name, title, subject, .. } = said;
            Ok(Who::New(NewPerson { name, phone, school: school.id, title, subject }))
        }
    }
}

/// Two rows are one person when this is the same.
pub(super) fn mark(who: &Who) -> String {
    match who {
        Who::Known(account, _) => AccountId::to_string(account),
        Who::New(new) => new.phone.clone(),
    }
}

fn active(person: &RosterPerson) -> Result<&RosterPerson, Wrong> {
    if person.disabled { mend(NAME, "这个账号已停用，请工作站先启用。") } else { Ok(person) }
}

impl RosterSchool {
    #[must_use]
    pub fn of(school: School, region: String, near: bool, may_fill: bool) -> Self {
        let School { id, name, rural, .. } = school;
        Self { id, name, region, rural, near, may_fill }
    }
}
