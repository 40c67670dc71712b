//! Places in a Policy's file: the way from its top to a value, and the line that the value stands in.

use std::fmt::Display;
use toml::de::{DeTable, DeValue};

/// Keys and indexes from the top: `criterion`, `3`, `sources`, `0`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Place(Vec<String>);

impl Place {
    pub(super) fn top() -> Self {
        Self::default()
    }

    pub(super) fn at(&self, step: impl Display) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.to_string());
        Self(steps)
    }

    /// Where it begins in the text; what stands around it where it is not there itself.
    pub(super) fn offset(&self, top: &DeTable<'_>) -> usize {
        let mut steps = self.0.iter();
        let Some(mut found) = steps.next().and_then(|step| entry(top, step)) else { return 0 };
        for step in steps {
            let next = match found.value {
                DeValue::Table(table) => entry(table, step),
                DeValue::Array(items) => step.parse().ok().and_then(|index: usize| {
                    items.get(index).map(|item| Entry { offset: item.span().start, value: item.get_ref() })
                }),
                _ => None,
            };
            match next {
                Some(next) => found = next,
                None => break,
            }
        }
        found.offset
    }
}

struct Entry<'a> {
    offset: usize,
    value: &'a DeValue<'a>,
}

fn entry<'a>(table: &'a DeTable<'a>, key: &str) -> Option<Entry<'a>> {
    let (key, value) = table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
    // The key of `[[criterion]]` is the first one's; its items have places of their own.
    Some(Entry { offset: key.span().start, value: value.get_ref() })
}

/// Lines are counted from 1.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
