//! Reading a Policy's file: every mistake with its line and a sentence for the person who wrote it.

use super::chinese::in_chinese;
use super::place::{Place, line_of};
use super::{
    Capacity, Choice, Condition, Criterion, Deadline, Grade, Money, Policy, Section, Statement, Veto, check, document,
};
use serde::Deserialize;
use std::fmt;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// One mistake in a Policy's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyError {
    /// From 1.
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "第 {} 行：{}", self.line, self.reason)
    }
}

impl Policy {
    /// Reads a file that quotes a built-in document, and checks that it can be meant.
    pub fn parse(text: &str) -> Result<Self, Vec<PolicyError>> {
        Self::parse_with(text, |name| document(name).map(str::to_owned))
    }

    /// The same, with documents from elsewhere, by the name that the file gives.
    pub fn parse_with(text: &str, document: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<PolicyError>> {
        let top = DeTable::parse(text).map_err(|error| vec![said(text, &error)])?.into_inner();
        let policy = read(text, &top)?;
        let strays = strays(text, &top);
        if !strays.is_empty() {
            return Err(strays);
        }
        let quoted = document(&policy.document);
        let mut errors: Vec<PolicyError> = check::findings(&policy, quoted.as_deref())
            .into_iter()
            .map(|(place, reason)| PolicyError { line: line_of(text, place.offset(&top)), reason })
            .collect();
        errors.sort();
        errors.dedup();
        if errors.is_empty() { Ok(policy) } else { Err(errors) }
    }
}

/// The whole stops at its first mistake, so that the entries are read one by one besides.
fn read(text: &str, top: &DeTable<'_>) -> Result<Policy, Vec<PolicyError>> {
    let mut errors = Vec::new();
    entries::<Section>(text, top, "section", &mut errors);
    entries::<Criterion>(text, top, "criterion", &mut errors);
    entries::<Choice>(text, top, "choice", &mut errors);
    entries::<Grade>(text, top, "grade", &mut errors);
    entries::<Veto>(text, top, "veto", &mut errors);
    entries::<Money>(text, top, "money", &mut errors);
    entries::<Deadline>(text, top, "deadline", &mut errors);
    entries::<Condition>(text, top, "condition", &mut errors);
    entries::<Capacity>(text, top, "capacity", &mut errors);
    entries::<Statement>(text, top, "statement", &mut errors);
    match toml::from_str(text) {
        Ok(policy) if errors.is_empty() => return Ok(policy),
        Ok(_) => {}
        Err(error) => errors.push(said(text, &error)),
    }
    errors.sort();
    errors.dedup();
    Err(errors)
}

fn entries<'de, T: Deserialize<'de>>(text: &str, top: &DeTable<'de>, kind: &str, errors: &mut Vec<PolicyError>) {
    let Some(DeValue::Array(items)) = top.get(kind).map(|value| value.get_ref()) else { return };
    for (index, item) in items.iter().enumerate() {
        if let Err(error) = T::deserialize(ValueDeserializer::from(item.clone())) {
            let offset = error.span().map_or_else(|| Place::top().at(kind).at(index).offset(top), |span| span.start);
            errors.push(PolicyError { line: line_of(text, offset), reason: in_chinese(error.message()) });
        }
    }
}

/// What stands beside a `count` that has no words of its own: the reader passes over it, and who wrote it meant something.
fn strays(text: &str, top: &DeTable<'_>) -> Vec<PolicyError> {
    let mut errors = Vec::new();
    for criterion in tables(top.get("criterion")) {
        for part in tables(criterion.get("part")) {
            let Some(DeValue::Table(measure)) = part.get("measure").map(|value| value.get_ref()) else { continue };
            let count = measure.get("count").and_then(|value| value.get_ref().as_str()).unwrap_or_default();
            if count != "selected_resources" {
                continue;
            }
            for (key, _) in measure.iter().filter(|(key, _)| key.get_ref() != "count") {
                let reason = format!("数 {count} 时没有 {} 这一项。", key.get_ref());
                errors.push(PolicyError { line: line_of(text, key.span().start), reason });
            }
        }
    }
    errors
}

fn tables<'a, 'i>(list: Option<&'a toml::Spanned<DeValue<'i>>>) -> impl Iterator<Item = &'a DeTable<'i>> {
    let items: &[toml::Spanned<DeValue<'i>>] = match list.map(|value| value.get_ref()) {
        Some(DeValue::Array(items)) => items,
        _ => &[],
    };
    items.iter().filter_map(|item| item.get_ref().as_table())
}

fn said(text: &str, error: &toml::de::Error) -> PolicyError {
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    PolicyError { line, reason: in_chinese(error.message()) }
}
