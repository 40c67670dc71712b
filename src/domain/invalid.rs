//! What is wrong with a form: one Chinese sentence for each field that has to change.

use std::collections::BTreeMap;

/// A form that can't be accepted. `fields` maps the field's name to what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("有 {} 处需要修改", fields.len())]
pub struct Invalid {
    pub fields: BTreeMap<&'static str, String>,
}

impl Invalid {
    #[must_use]
    pub fn one(field: &'static str, sentence: impl Into<String>) -> Self {
        Self { fields: BTreeMap::from([(field, sentence.into())]) }
    }
}

/// Collects problems field by field; the first problem of a field stays.
#[derive(Debug, Default)]
pub struct Checks {
    fields: BTreeMap<&'static str, String>,
}

impl Checks {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes `sentence` under `field` unless `good`.
    pub fn that(&mut self, good: bool, field: &'static str, sentence: impl Into<String>) -> &mut Self {
        if !good {
            self.fields.entry(field).or_insert_with(|| sentence.into());
        }
        self
    }

    /// A text of one line that must be there and have at most `most` characters.
    pub fn text(&mut self, value: &str, field: &'static str, what: &str, most: usize) -> &mut Self {
        self.that(!value.trim().is_empty(), field, format!("请填写{what}。"));
        self.that(!value.trim().contains('\n'), field, format!("{what}要写在一行里。"));
        self.optional_text(value, field, what, most)
    }

    /// A text that may be empty and has at most `most` characters.
    pub fn optional_text(&mut self, value: &str, field: &'static str, what: &str, most: usize) -> &mut Self {
        self.that(value.chars().count() <= most, field, format!("{what}最多 {most} 字。"));
        self.that(
            !value.chars().any(|c| (c.is_control() && c != '\n') || is_unseen(c)),
            field,
            format!("{what}里有不能显示的字符，请删去。"),
        )
    }

    pub fn done(&mut self) -> Result<(), Invalid> {
        let fields = std::mem::take(&mut self.fields);
        if fields.is_empty() { Ok(()) } else { Err(Invalid { fields }) }
    }
}

/// Zero-width characters, and the explicit direction controls of Unicode TR 9 §2: a name must not look like another's.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(name: &str) -> bool {
        Checks::new().text(name, "name", "姓名", 30).done().is_ok()
    }

    #[test]
    fn a_name_is_one_line_that_looks_like_no_other() {
        assert!(accepted("王芳") && accepted(" 阿卜杜拉·买买提 "));
        for bad in ["", " ", "王\n芳", "王\t芳", "\u{202E}芳王", "王\u{200B}芳", "王芳\u{FEFF}"] {
            assert!(!accepted(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_longer_text_may_have_lines() {
        assert!(Checks::new().optional_text("一\n二", "summary", "简介", 10).done().is_ok());
    }
}
