//! What an applicant must show.

use super::super::words::words;
use super::super::{Level, MemberRole, Tier};
use super::Source;
use serde::{Deserialize, Serialize};

/// All conditions of a role that fit the applicant and the Studio must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub id: String,
    /// Who applies: as host, core …
    pub role: MemberRole,
    /// Only for Studios of this tier.
    #[serde(default)]
    pub tier: Option<Tier>,
    /// Only for applicants from rural schools, or only for all others.
    #[serde(default)]
    pub rural: Option<bool>,
    pub title: String,
    /// One of these is enough.
    pub any: Vec<ConditionCheck>,
    /// A reviewer may pass somebody who does not meet it (原则上, 特别优秀者可放宽).
    #[serde(default)]
    pub waivable: bool,
    pub sources: Vec<Source>,
    /// What the document leaves open and this file decides.
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ConditionCheck {
    /// Years of age on the day of the application.
    AgeAtMost(u32),
    TeachingYearsAtLeast(u32),
    TitleAtLeast(TeacherTitle),
    EducationAtLeast(Education),
    /// An honour of this level or above whose name has one of these words in it; any honour where there are none.
    Honour {
        level: Level,
        of: Vec<String>,
    },
    /// All of these slots, each with so many items.
    Items(Vec<SlotCount>),
    /// Open lessons or lectures at this level or above within the last five years, which the ledger or Evidence shows.
    OpenLessons {
        at_least: u32,
        level: Level,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotCount {
    pub slot: String,
    pub at_least: u32,
}

words! {
    /// 职称, from the lowest to the highest.
    pub enum TeacherTitle {
        Third = "third" / "三级教师",
        Second = "second" / "二级教师",
        /// 中级
        First = "first" / "一级教师",
        Senior = "senior" / "高级教师",
        FullSenior = "full_senior" / "正高级教师",
    }
}

words! {
    /// 学历, from the lowest to the highest.
    pub enum Education {
        College = "college" / "专科",
        Bachelor = "bachelor" / "本科",
        Postgraduate = "postgraduate" / "研究生",
    }
}

impl TeacherTitle {
    /// The rank of a title as people write it. None where a person has to look: primary schools and kindergartens once had
    /// titles of their own, whose 高级 and 一级 were a rank lower.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let has = |word: &str| text.contains(word);
        if has("正高") {
            return Some(Self::FullSenior);
        }
        if has("小学") || has("小教") || has("幼儿园") || has("幼教") {
            return None;
        }
        // 助理讲师 and 高级讲师 have a 讲师 in them.
        let ranks: [(Self, &[&str]); 4] = [
            (Self::Senior, &["高级", "副高"]),
            (Self::Second, &["二级", "助理"]),
            (Self::Third, &["三级", "员级"]),
            (Self::First, &["一级", "中级", "讲师"]),
        ];
        ranks.iter().find(|(_, words)| words.iter().any(|word| has(word))).map(|(rank, _)| *rank)
    }
}

impl Education {
    /// As people write it; of several the highest. None where a person has to look.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let ranks: [(Self, &[&str]); 3] = [
            (Self::Postgraduate, &["研究生", "硕士", "博士"]),
            (Self::Bachelor, &["本科", "学士"]),
            (Self::College, &["专科", "大专"]),
        ];
        ranks.iter().find(|(_, words)| has(words)).map(|(rank, _)| *rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_read_as_people_write_it() {
        for (text, rank) in [
            ("正高级教师", Some(TeacherTitle::FullSenior)),
            ("中小学正高级教师", Some(TeacherTitle::FullSenior)),
            ("中学高级教师", Some(TeacherTitle::Senior)),
            ("副高", Some(TeacherTitle::Senior)),
            ("高级讲师", Some(TeacherTitle::Senior)),
            ("中学一级教师", Some(TeacherTitle::First)),
            ("中级", Some(TeacherTitle::First)),
            ("讲师", Some(TeacherTitle::First)),
            ("助理讲师", Some(TeacherTitle::Second)),
            ("二级教师", Some(TeacherTitle::Second)),
            ("三级教师", Some(TeacherTitle::Third)),
            // 小学高级 was a middle rank once, and is a senior one where it is written today.
            ("小学高级教师", None),
            ("小学一级教师", None),
            ("特级教师", None),
            ("", None),
        ] {
            assert_eq!(TeacherTitle::read(text), rank, "{text}");
        }
        assert!(TeacherTitle::First < TeacherTitle::Senior && Education::Bachelor < Education::Postgraduate);
    }

    #[test]
    fn an_education_is_read_as_people_write_it() {
        for (text, rank) in [
            ("本科", Some(Education::Bachelor)),
            ("大学本科，文学学士", Some(Education::Bachelor)),
            ("教育硕士", Some(Education::Postgraduate)),
            ("研究生（本科为师范）", Some(Education::Postgraduate)),
            ("大专", Some(Education::College)),
            ("中师", None),
        ] {
            assert_eq!(Education::read(text), rank, "{text}");
        }
    }
}
