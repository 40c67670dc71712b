//! What the TOML reader finds wrong, as sentences for the person who wrote the file.

/// The reader's messages are English and name Rust's types; who writes a Policy knows neither.
pub(super) fn in_chinese(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let first = quoted.first().copied().unwrap_or_default();
    let others = || quoted.get(1..).unwrap_or_default().join("、");
    if message.starts_with("missing field") {
        format!("缺少 {first}。")
    } else if message.starts_with("unknown field") {
        format!("没有 {first} 这一项，可写的有 {}。", others())
    } else if message.starts_with("unknown variant") {
        format!("没有“{first}”这个取值，可写的有 {}。", others())
    } else if let Some((got, expected)) = wrong_type(message) {
        format!("这里应写{}，写的是{}。", kind(expected), kind(got))
    } else if message.starts_with("duplicate key") {
        "同一项写了两次。".to_owned()
    } else if message.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        // A sentence of our own types, which say what is wrong themselves.
        message.split(" for key ").next().unwrap_or(message).to_owned()
    } else {
        format!("TOML 的写法不对：{message}。")
    }
}

/// `invalid type: string "five", expected u32` and `invalid value: …`.
fn wrong_type(message: &str) -> Option<(&str, &str)> {
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    rest.rsplit_once(", expected ")
}

fn kind(what: &str) -> String {
    let value = what.split_once(' ').map(|(_, value)| value.trim_matches(['`', '"']));
    let known = [
        ("string", "文字"),
        ("a string", "文字"),
        ("integer", "整数"),
        ("floating point", "小数"),
        ("boolean", "true 或 false"),
        ("a boolean", "true 或 false"),
        ("u32", "不小于 0 的整数"),
        ("usize", "不小于 0 的整数"),
        ("sequence", "列表 [ ]"),
        ("a sequence", "列表 [ ]"),
        ("map", "表 { }"),
        ("a map", "表 { }"),
        ("struct", "表 { }"),
        ("enum", "一个取值"),
        ("tuple", "列表 [ ]"),
        ("internally tagged", "表 { }"),
        ("a tuple", "列表 [ ]"),
        ("an array", "列表 [ ]"),
        ("unit", "空"),
    ];
    let word = known.iter().find(|(name, _)| what.starts_with(name)).map(|(_, word)| *word);
    match (word, value) {
        (Some(word), Some(value)) if what.starts_with("string") => format!("{word}“{value}”"),
        (Some(_), Some(value)) if what.starts_with("integer") || what.starts_with("floating") => {
            format!(" {}", value.trim_start_matches("point `"))
        }
        (Some(word), _) => word.to_owned(),
        (None, _) => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_messages_become_sentences() {
        for (message, sentence) in [
            ("missing field `title`", "缺少 title。"),
            (
                "unknown field `at_last`, expected one of `at_least`, `at_most`",
                "没有 at_last 这一项，可写的有 at_least、at_most。",
            ),
            ("unknown variant `weekly`, expected `month` or `year`", "没有“weekly”这个取值，可写的有 month、year。"),
            ("invalid type: string \"five\", expected u32", "这里应写不小于 0 的整数，写的是文字“five”。"),
            ("invalid value: integer `-5`, expected u32", "这里应写不小于 0 的整数，写的是 -5。"),
            ("日期应写成 2026-11-20 的样子", "日期应写成 2026-11-20 的样子"),
        ] {
            assert_eq!(in_chinese(message), sentence);
        }
    }
}
