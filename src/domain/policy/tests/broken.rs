//! Files that can't be meant: each mistake with its line and a sentence.

use crate::domain::policy::{Policy, PolicyError};

const DOCUMENT: &str = "每年活动不少于5次。\n成员每人主讲1次，成员5至7人。\n每年12月考核，前10名。\n";

/// A small Policy that is well.
const GOOD: &str = r#"key = "little-1"
version = 1
title = "小办法"
issuer = "县教育局"
document = "little.txt"
effective_from = "2026-01-01"
effective_to = "2028-12-31"
year = "calendar"
class_hour_minutes = 45
about_percent = 20

[cycle]
years = 3
sources = []

[attendance]
version = 1
share_percent = 60
enough_minutes = 30
late_minutes = 10
early_minutes = 10
bridged_seconds = 90
check_in_percent = 0
check_out_required = false

[populations]
core = { title = "成员", roles = ["core"] }

[slots]
paper = "论文"

[[section]]
id = "work"
title = "研修"

[[criterion]]
id = "L-1"
section = "work"
title = "活动"
class = "A"
sources = [{ id = "L-1", quote = "活动不少于5次", part = "一", line = 1 }]
scope = "studio"
period = "year"

[[criterion.part]]
measure = { count = "activities", kinds = ["seminar"], people = 10 }
is = { at_least = 5 }
unit = "次"

[[criterion]]
id = "L-2"
section = "work"
title = "主讲"
class = "A"
sources = [{ id = "L-2", quote = "主讲1次", part = "二", line = 2 }]
scope = "each:core"
period = "semester"
required = false

[[criterion.part]]
measure = { count = "activities", taking = "presenting", rate = { population = "core", percent = 50 } }
is = { at_least = 1 }
unit = "节"

[[criterion]]
id = "L-3"
section = "work"
title = "人数"
class = "C"
sources = [{ id = "L-3", quote = "成员5至7人", part = "二", line = 2 }]
scope = "studio"
period = "now"
required = false

[[criterion.part]]
measure = { count = "members", population = "core", origin = "any" }
is = { between = [5, 7] }
unit = "人"

[[choice]]
id = "L-4"
section = "work"
title = "选做"
sources = [{ id = "L-4", quote = "成员每人", part = "二", line = 2 }]
choose = 1
of = ["L-2", "L-3"]

[[grade]]
id = "best"
title = "优秀"
when = "all_required"
reviewed = true
passes = true

[[grade]]
id = "good"
title = "合格"
when = "all_required"
passes = true

[[grade]]
id = "bad"
title = "不合格"
when = "otherwise"
passes = false

[[veto]]
id = "never"
title = "否决"
quote = "每年12月考核"
line = 3

[ranking]
cut_off = 10
tier = "county"
sources = [{ id = "L-5", quote = "前10名", part = "三", line = 3 }]

[credits]
amount = 12
population = "core"
sources = [{ id = "L-6", quote = "考核", part = "三", line = 3 }]

[[publicity]]
by = "office"
roles = ["host", "core"]
days = 7
sources = [{ id = "L-9", quote = "前10名", part = "三", line = 3 }]

[[deadline]]
id = "L-7"
title = "考核"
month = 12
day = 31
sources = [{ id = "L-7", quote = "每年12月", part = "三", line = 3 }]

[[condition]]
id = "L-8"
role = "core"
title = "论文"
any = [{ age_at_most = 45 }, { items = [{ slot = "paper", at_least = 1 }] }]
sources = [{ id = "L-8", quote = "成员", part = "二", line = 2 }]
"#;

fn parse(text: &str) -> Result<Policy, Vec<PolicyError>> {
    Policy::parse_with(text, |name| (name == "little.txt").then(|| DOCUMENT.to_owned()))
}

/// The mistake stands in the line that was changed, if it is not said otherwise.
#[test]
fn every_mistake_is_named_with_its_line() {
    assert_eq!(parse(GOOD).map(|policy| policy.key), Ok("little-1".to_owned()));
    for (good, bad, reason) in [
        // What the reader finds.
        ("years = 3", "years = three", "TOML 的写法不对"),
        ("years = 3", "years = \"three\"", "这里应写不小于 0 的整数，写的是文字“three”。"),
        ("choose = 1", "choose = -1", "这里应写不小于 0 的整数，写的是 -1。"),
        ("class = \"C\"", "class = \"X\"", "没有“X”这个取值，可写的有 A、H、M、E、C、R。"),
        ("at_least = 5", "at_last = 5", "没有“at_last”这个取值，可写的有 at_least、at_most、exactly、between、about。"),
        ("people = 10", "peopel = 10", "没有 peopel 这一项，可写的有 kinds"),
        ("at_least = 5", "at_least = 5, at_most = 9", "这里只能写一个取值。"),
        ("between = [5, 7]", "between = [5]", "列表里的个数不对。"),
        (
            "count = \"members\", population = \"core\", origin = \"any\"",
            "count = \"selected_resources\", rural = true",
            "数 selected_resources 时没有 rural 这一项。",
        ),
        ("kinds = [\"seminar\"]", "kinds = [\"meeting\"]", "没有“meeting”这个取值"),
        ("count = \"members\"", "count = \"heads\"", "没有“heads”这个取值，可写的有 activities"),
        ("scope = \"each:core\"", "scope = \"everybody\"", "范围“everybody”应为 studio 或 each:人群"),
        ("effective_from = \"2026-01-01\"", "effective_from = \"2026-02-30\"", "日期应写成 2026-11-20 的样子"),
        ("version = 1\ntitle", "version = 1\nversion = 2\ntitle", "同一项写了两次。"),
        // What can't be meant.
        ("key = \"little-1\"", "key = \"Little 1\"", "代号只用小写字母、数字和横线，最多 40 个。"),
        ("effective_to = \"2028-12-31\"", "effective_to = \"2025-12-31\"", "最后一天不能早于第一天。"),
        ("years = 3", "years = 0", "周期应在 1 到 10 年之间。"),
        ("share_percent = 60", "share_percent = 101", "比例应在 1% 到 100% 之间。"),
        ("roles = [\"core\"]", "roles = []", "人群“core”没有写明角色。"),
        ("id = \"L-2\"\nsection", "id = \"L-1\"\nsection", "指标的编号“L-1”已经有了。"),
        (
            "section = \"work\"\ntitle = \"主讲\"",
            "section = \"play\"\ntitle = \"主讲\"",
            "没有部分“play”，[[section]] 里有 work。",
        ),
        ("scope = \"each:core\"", "scope = \"each:hosts\"", "没有人群“hosts”，[populations] 里有 core。"),
        ("rate = { population = \"core\"", "rate = { population = \"all\"", "没有人群“all”，[populations] 里有 core。"),
        ("percent = 50", "percent = 150", "比例应在 1% 到 100% 之间。"),
        ("people = 10", "people = 0", "人数从 1 开始。"),
        ("people = 10", "taking = \"presenting\"", "工作室的活动不分谁做了什么，taking 只用于 each:人群。"),
        (
            "count = \"activities\", kinds = [\"seminar\"], people = 10",
            "count = \"mentees\"",
            "这一项的范围（scope）应为 each:人群。",
        ),
        ("at_least = 5", "at_most = 5", "只有名单上的人数能有上限，这里请用 at_least。"),
        ("at_least = 5", "at_least = 0", "要求从 1 开始，0 总是达到的。"),
        ("between = [5, 7]", "between = [7, 5]", "between 的两个数应从小到大，写的是 7、5。"),
        ("of = [\"L-2\", \"L-3\"]", "of = [\"L-2\", \"L-9\"]", "没有指标“L-9”。"),
        ("choose = 1", "choose = 3", "选做 3 项，可选的有 2 项。"),
        ("when = \"otherwise\"", "when = \"all_required\"", "最后一个等次写 otherwise，前面的写 all_required。"),
        ("passes = false", "passes = true", "必达指标全部达标才算合格，其余不算。"),
        ("cut_off = 10", "cut_off = 0", "名次从 1 开始。"),
        ("day = 31", "day = 32", "12 月没有 32 日。"),
        ("month = 12", "month = 13", "没有 13 月。"),
        ("slot = \"paper\"", "slot = \"book\"", "没有佐证项“book”，[slots] 里有 paper。"),
        ("age_at_most = 45", "age_at_most = 4", "这个条件的数不可能是这样。"),
        ("age_at_most = 45", "title_at_least = \"teacher\"", "没有“teacher”这个取值，可写的有 third、second、first"),
        ("age_at_most = 45", "honour = { level = \"city\", of = [\" \"] }", "荣誉的名称不能空着。"),
        (
            "count = \"activities\", taking = \"presenting\", rate = { population = \"core\", percent = 50 }",
            "count = \"mentees\", population = \"young\"",
            "没有人群“young”，[populations] 里有 core。",
        ),
        ("days = 7", "days = 6", "公示应在 7 到 120 天之间。"),
        ("by = \"office\"", "by = \"host\"", "没有“host”这个取值，可写的有 school、office。"),
        ("roles = [\"host\", \"core\"]", "roles = [\"host\", \"host\"]", "主持人的审定后公示已经写过了。"),
        ("roles = [\"host\", \"core\"]", "roles = []", "没有写公示哪些人。"),
        // What the document does not say.
        ("quote = \"主讲1次\"", "quote = \"主讲 1 次\"", "文件里没有这句话，引文要一字不差。"),
        (
            "quote = \"主讲1次\", part = \"二\", line = 2",
            "quote = \"主讲1次\", part = \"二\", line = 3",
            "引文在文件的第 2 行，不在第 3 行。",
        ),
        (
            "quote = \"每年12月考核\"\nline = 3",
            "quote = \"每年11月考核\"\nline = 3",
            "文件里没有这句话，引文要一字不差。",
        ),
        ("document = \"little.txt\"", "document = \"lost.txt\"", "找不到文件“lost.txt”。"),
        ("{ id = \"L-3\"", "{ id = \"L-2\"", "出处“L-2”已经有了。"),
    ] {
        // The first changed character is in the line of the mistake.
        let same = good.bytes().zip(bad.bytes()).take_while(|(one, other)| one == other).count();
        let line = line_of(good) + bad[..same].matches('\n').count();
        assert_told(good, bad, line, reason);
    }
}

/// The line of the good text in which these words begin.
fn line_of(words: &str) -> usize {
    let at = GOOD.find(words).unwrap_or_else(|| panic!("nowhere: {words}"));
    GOOD[..at].matches('\n').count() + 1
}

/// With `bad` in place of `good` the mistake is told in that line, in words that begin so.
fn assert_told(good: &str, bad: &str, line: usize, reason: &str) {
    assert!(GOOD.contains(good), "{good}");
    let errors = parse(&GOOD.replacen(good, bad, 1)).expect_err(good);
    assert!(
        errors.iter().any(|error| error.line == line && error.reason.starts_with(reason)),
        "{good} → {bad}: expected {line}: {reason}\ngot {errors:?}"
    );
}

#[test]
fn what_is_missing_is_asked_for_where_it_should_stand() {
    let second = line_of("[[criterion]]\nid = \"L-2\"");
    for (gone, line, reason) in [
        ("issuer = \"县教育局\"\n", 1, "缺少 issuer。"),
        ("title = \"主讲\"\n", second, "缺少 title。"),
        ("unit = \"节\"\n", line_of("measure = { count = \"activities\", taking") - 1, "缺少 unit。"),
        ("passes = false\n", line_of("[[grade]]\nid = \"bad\""), "缺少 passes。"),
        (
            "[[grade]]\nid = \"good\"\ntitle = \"合格\"\nwhen = \"all_required\"\npasses = true\n",
            line_of("reviewed = true"),
            "要评审的等次后面，还要有一个不用评审、条件相同的等次。",
        ),
        ("period = \"semester\"\nrequired = false\n", second, "缺少 period。"),
    ] {
        assert_told(gone, "", line, reason);
    }
    let kept = "period = \"semester\"";
    assert_told(&format!("{kept}\nrequired = false"), kept, second, "指标 L-2 在选做项里，请写 required = false。");
}

#[test]
fn a_final_assessment_has_a_name_and_its_sentence() {
    let parsed = |rule: &str| {
        let rule = format!("years = 3\nsources = []\n\n[cycle.final_assessment]\n{rule}");
        parse(&GOOD.replacen("years = 3\nsources = []", &rule, 1))
    };
    let source = "{ id = \"L-8a\", quote = \"每年12月考核\", part = \"三\", line = 3 }";
    let read = parsed(&format!("title = \"终结性考核\"\nsources = [{source}]")).unwrap();
    assert_eq!(read.cycle.final_assessment.map(|one| one.title).as_deref(), Some("终结性考核"));
    let line = GOOD.lines().position(|line| line == "years = 3").unwrap() + 4;
    let told = |rule: &str| parsed(rule).unwrap_err().into_iter().map(|one| (one.line, one.reason)).collect::<Vec<_>>();
    let named = (line, "终结性考核的名称（title）不能空着。".to_owned());
    assert_eq!(told("title = \" \"\nsources = []"), [(line, "没有写出处（sources）。".to_owned()), named]);
    let wrong = source.replace("考核", "评优");
    let told = told(&format!("title = \"终结性考核\"\nsources = [{wrong}]"));
    assert_eq!(told, [(line + 2, "文件里没有这句话，引文要一字不差。".to_owned())]);
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_lines() {
    let text = GOOD
        .replace("class = \"C\"", "class = \"Q\"")
        .replace("unit = \"次\"\n", "")
        .replace("day = 31", "day = \"x\"");
    let lines: Vec<usize> = parse(&text).unwrap_err().iter().map(|error| error.line).collect();
    assert_eq!(lines.len(), 3, "{:?}", parse(&text));
    assert!(lines.is_sorted());
    let text = GOOD.replace("between = [5, 7]", "between = [7, 5]").replace("choose = 1", "choose = 9");
    assert_eq!(parse(&text).unwrap_err().len(), 2);
}

#[test]
fn no_text_makes_the_reader_panic() {
    for end in (0..GOOD.len()).filter(|end| GOOD.is_char_boundary(*end)).step_by(7) {
        let _either = parse(&GOOD[..end]);
        let _either = parse(&GOOD[end..]);
    }
    for text in ["", "\0", "[[criterion]]", "criterion = 3", "criterion = [1, 2]", "[section.x]", "key = 1\nkey = 2"] {
        assert!(parse(text).is_err(), "{text}");
    }
}
