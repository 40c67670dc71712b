//! Certificates: what they say, and the number that they carry.

use super::super::{Day, RegionId};
use super::CertificateKind;
use std::fmt;

/// What the number is called among the figures.
pub const NUMBER: &str = "证书编号";
/// What the sentence is called among the figures.
pub const STATEMENT: &str = "证明事项";

/// Counted by Region and year, from 1, without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateNumber {
    pub region: RegionId,
    /// In which it was given.
    pub year: i32,
    pub number: u32,
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "评证〔{}〕第{}号", self.year, self.number)
    }
}

/// All that stands on a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateText {
    pub kind: CertificateKind,
    /// With the Region that it is counted in.
    pub number: String,
    pub studio: String,
    pub hosts: Vec<String>,
    /// Whose credits they are, and as what.
    pub person: Option<(String, String)>,
    pub credits: Option<u32>,
    pub policy: String,
    /// 2026 年度; of a cycle 2024-09—2027-08.
    pub span_word: String,
    /// 2026 年度考核; of a cycle 2024-09—2027-08 终结性考核.
    pub assessment: String,
    pub grade: String,
    /// What follows from the grade besides.
    pub follows: Option<&'static str>,
    pub office: String,
    pub given_on: Day,
}

impl CertificateText {
    #[must_use]
    pub fn title(&self) -> String {
        match (self.kind, &self.person) {
            (CertificateKind::Credits, Some((name, _))) => format!("{name} {}{}", self.span_word, self.kind.word()),
            _ => format!("{} {}证书", self.studio, self.assessment),
        }
    }

    /// The sentence that the certificate is for.
    #[must_use]
    pub fn sentence(&self) -> String {
        match (&self.person, self.credits) {
            (Some((name, role)), Some(credits)) => format!(
                "{name}为{}{role}。该工作室 {}{}，按《{}》计 {credits} 学分。",
                self.studio, self.assessment, self.grade, self.policy
            ),
            _ => {
                let follows = self.follows.map_or_else(String::new, |word| format!("，{word}"));
                format!(
                    "{}在 {}中评定为{}{follows}，依据《{}》。",
                    self.studio, self.assessment, self.grade, self.policy
                )
            }
        }
    }

    /// What it is called, and its value, as printed and as told to whoever verifies it.
    #[must_use]
    pub fn figures(&self) -> Vec<(String, String)> {
        let mut figures = vec![(NUMBER, self.number.clone()), ("工作室", self.studio.clone())];
        match &self.person {
            Some((name, role)) => figures.push(("姓名", format!("{name}，{role}"))),
            None => figures.push(("主持人", self.hosts.join("、"))),
        }
        figures.push(("考核", if self.follows.is_some() { &self.assessment } else { &self.span_word }.clone()));
        figures.push(("等次", self.grade.clone()));
        figures.extend(self.follows.map(|word| ("结论", word.to_owned())));
        if let Some(credits) = self.credits {
            figures.push(("学分", format!("{credits} 学分")));
        }
        figures.push(("颁发", format!("{}，{}", self.office, self.given_on)));
        figures.push((STATEMENT, self.sentence()));
        figures.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> CertificateText {
        CertificateText {
            kind: CertificateKind::Grade,
            number: "青禾县评证〔2027〕第1号".into(),
            studio: "周文澜小学语文名师工作室".into(),
            hosts: vec!["周文澜".into()],
            person: None,
            credits: None,
            policy: "名师网络工作室考核办法".into(),
            span_word: "2026 年度".into(),
            assessment: "2026 年度考核".into(),
            grade: "合格".into(),
            follows: None,
            office: "青禾县".into(),
            given_on: Day::parse("2027-01-20").unwrap(),
        }
    }

    #[test]
    fn a_certificate_says_who_passed_what_and_by_which_rules() {
        let one = text();
        assert_eq!(one.title(), "周文澜小学语文名师工作室 2026 年度考核证书");
        assert_eq!(
            one.sentence(),
            "周文澜小学语文名师工作室在 2026 年度考核中评定为合格，依据《名师网络工作室考核办法》。"
        );
        assert!(one.figures().contains(&("主持人".into(), "周文澜".into())));
    }

    #[test]
    fn credits_are_told_with_the_person_and_the_amount() {
        let person = Some(("陈晓梅".to_owned(), "学科带头人".to_owned()));
        let one = CertificateText { kind: CertificateKind::Credits, person, credits: Some(30), ..text() };
        assert_eq!(one.title(), "陈晓梅 2026 年度学分证明");
        assert!(one.sentence().contains("计 30 学分"));
        assert!(one.figures().contains(&("学分".into(), "30 学分".into())));
    }

    #[test]
    fn the_certificate_of_a_cycle_says_what_follows_from_it() {
        let (span_word, assessment) = ("2024-09—2027-08".to_owned(), "2024-09—2027-08 终结性考核".to_owned());
        let one = CertificateText {
            span_word, assessment, follows: Some("可进入下一周期（继续命名）"), ..text()
        };
        assert_eq!(one.title(), "周文澜小学语文名师工作室 2024-09—2027-08 终结性考核证书");
        assert_eq!(
            one.sentence(),
            "周文澜小学语文名师工作室在 2024-09—2027-08 终结性考核中评定为合格，可进入下一周期（继续命名），依据《名师网络工作室考核办法》。"
        );
        assert!(one.figures().contains(&("考核".into(), "2024-09—2027-08 终结性考核".into())));
    }
}
