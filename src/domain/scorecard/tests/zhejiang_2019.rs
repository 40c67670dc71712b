//! A year under the rules of Zhejiang's third round, day by day; all values are worked out by hand.

use super::story::{Story, many};
use crate::domain::participation::Attended;
use crate::domain::scorecard::ScoreState::{Impossible, Met, NotYet, Waiting};
use crate::domain::{Day, Level, MemberRole};

const CORE: [&str; 10] =
    ["何志强", "马海燕", "孙立群", "郑小云", "钱一鸣", "吴晓岚", "冯国栋", "陈思雨", "褚建平", "卫红梅"];
const SEPTEMBER: [&str; 4] = ["蒋文", "沈洁", "杨帆", "朱琳"];

/// 10 core members, of whom two are rural and two from another city; 100 trainees, ten guided by each.
fn january() -> Story {
    let mut story = Story::begin("zhejiang-2019", "2026-01-01");
    story.host("周文澜").core(&CORE).trainees(&many("学员", 100));
    story.rural(&["何志强", "马海燕"]).in_city(&["孙立群", "郑小云"], "温州");
    for (at, mentor) in CORE.iter().enumerate() {
        guide_ten(&mut story, "2026-01-15", mentor, at * 10);
    }
    story.day("2026-02-01").helps("青山小学");
    story.day("2026-02-20").chooses("S1-20", "S1-21", false);
    story.day("2026-03-01").resource("说课", true);
    story.day("2026-03-10").resource("课例", true);
    story
}

fn guide_ten(story: &mut Story, day: &str, mentor: &str, from: usize) {
    for number in from + 1..=from + 10 {
        story.day(day).guides(mentor, &format!("学员{number}"));
    }
}

/// 19 March: 5 of 10 core members, exactly 10 people. The host is no core member.
fn march() -> Story {
    let mut story = january();
    let seminar = story.day("2026-03-19").seminar("阅读一").series("群文阅读").by(&["何志强"]);
    seminar.present(&["周文澜"]).present(&CORE[..5]).present(&many("学员", 4));
    story
}

/// 16 April: 4 of 10, and one 待核.
fn april() -> Story {
    let mut story = march();
    let lecture = story.day("2026-04-16").lecture("阅读二").series("群文阅读").by(&["马海燕"]).level(Level::City);
    lecture.present(&["周文澜"]).present(&CORE[1..5]).present(&many("学员", 5)).unknown(&["吴晓岚"]);
    story
}

/// 1 June: an eleventh core member, rural. 11 June: 5 of 11, and she is 待核.
fn june() -> Story {
    let mut story = april();
    story.verdict("阅读二", "吴晓岚", Attended::Present);
    story.day("2026-05-10").evidence("micro_course", "微课程");
    story.day("2026-06-01").joins("韩雪梅", MemberRole::Core);
    story.rural(&["韩雪梅"]);
    guide_ten(&mut story, "2026-06-01", "韩雪梅", 0);
    let lesson = story.day("2026-06-11").open_lesson("阅读三").series("群文阅读").by(&["孙立群"]).level(Level::City);
    lesson.present(&["周文澜"]).present(&CORE[..5]).present(&many("学员", 10)).unknown(&["韩雪梅"]);
    story
}

/// 1 September: four more core members. 25 September: 8 of 15, and 49 people, one of them online and onsite.
fn september() -> Story {
    let mut story = june();
    story.verdict("阅读三", "韩雪梅", Attended::Present);
    SEPTEMBER.iter().for_each(|name| story.day("2026-09-01").joins(name, MemberRole::Core));
    (0..4).for_each(|_| story.day("2026-09-10").resource("微课", true));
    let seminar = story.day("2026-09-25").seminar("阅读四").mixed().series("群文阅读").by(&["郑小云", "钱一鸣"]);
    seminar.present(&["周文澜"]).present(&CORE[..8]).present(&many("学员", 40)).present(&["何志强"]);
    story.day("2026-09-26").evidence("featured_course", "群文阅读课程").accepted();
    story.day("2026-09-28").evidence("activity_case", "案例一").accepted();
    story
}

/// 20 October: all 15, and exactly 50 people. Then an outreach, and the themed resource.
fn october() -> Story {
    let mut story = september();
    story.refuse("微课程");
    let showcase = story.day("2026-10-20").showcase("展示").by(&CORE[5..]).level(Level::City);
    showcase.present(&["周文澜", "韩雪梅"]).present(&CORE).present(&SEPTEMBER).present(&many("学员", 34));
    story.day("2026-10-25").outreach("别的学校").onsite().for_school("山北小学").present(&["何志强"]);
    story.day("2026-10-28").outreach("送教").onsite().for_school("青山小学").by(&["何志强"]).rural_guests(6);
    story.day("2026-10-30").evidence("themed_resource", "群文阅读专题").accepted();
    story
}

/// The five who have not hosted do, at a level that nobody has confirmed; the last three give their lecture.
fn november() -> Story {
    let mut story = october();
    let lecture = story.day("2026-11-05").lecture("新人讲座").by(&["韩雪梅"]).by(&SEPTEMBER).claims(Level::City);
    lecture.present(&["周文澜", "韩雪梅"]).present(&CORE).present(&SEPTEMBER);
    SEPTEMBER.iter().for_each(|name| guide_ten(&mut story, "2026-11-10", name, 50));
    let lecture = story.day("2026-11-12").lecture("讲座").by(&["何志强", "郑小云", "钱一鸣"]).level(Level::Province);
    lecture.present(&["周文澜", "韩雪梅"]).present(&CORE).present(&SEPTEMBER);
    (0..5).for_each(|_| story.day("2026-11-15").resource("专题", false));
    story.day("2026-11-18").evidence("activity_case", "案例二");
    story.day("2026-11-19").evidence("province_award", "省教学比赛一等奖").of("何志强").accepted();
    story
}

#[test]
fn a_studio_that_closes_within_the_year_is_held_against_its_last_day() {
    let last_day = Day::parse("2026-03-31").unwrap();
    let open = march().on("2026-04-10");
    let mut story = march();
    story.facts.studio.last_day = Some(last_day);
    story.facts.members.iter_mut().for_each(|member| member.to = Some(last_day));
    let on_last = story.on("2026-03-31");
    assert_eq!((on_last.state("S1-12"), on_last.numbers("S1-12")), (NotYet, (1, 5)), "the last day is open to its end");
    let closed = story.on("2026-04-10");
    assert_eq!((closed.state("S1-12"), closed.numbers("S1-12")), (Impossible, (1, 5)), "no less is asked of it");
    // Who was in it at the end counts as before.
    for criterion in ["S1-04", "S1-05", "S1-06"] {
        assert_eq!(closed.numbers(criterion), open.numbers(criterion), "{criterion}");
    }
    story.day("2026-03-20").evidence("activity_case", "案例").accepted();
    assert_ne!(story.on("2026-04-20").numbers("S1-13"), closed.numbers("S1-13"), "what proves an earlier day comes in");
}

#[test]
fn five_of_ten_and_ten_people_are_just_enough() {
    let card = march().on("2026-03-19");
    assert_eq!((card.state("S1-12"), card.numbers("S1-12")), (NotYet, (1, 5)));
    assert_eq!(card.sentence("S1-12"), "1/5 次；下一次需要 10 名学科（专业）带头人中 5 人参加、不少于 10 人");
    assert_eq!((card.state("S1-14"), card.numbers("S1-14")), (Met, (1, 1)));
    assert_eq!((card.state("S1-15"), card.sentence("S1-15")), (Met, "1 次都达标"));
    assert_eq!(card.sentence("S1-16"), "0/1 次；最高 10 人（3月19日），还差 40 人");
    assert_eq!((card.state("S1-06"), card.sentence("S1-06")), (NotYet, "现有 4 人，不少于 5 人，还差 1 人"));
    assert_eq!((card.state("S1-09"), card.numbers("S1-09")), (Met, (10, 10)));
    // Held by one of ten: 1/10. 5.2 by those that hold or nearly do: S1-12 0.2, S1-14 1, S1-15 1, S1-04 1, S1-05 1,
    // S1-06 0.8, S1-07 0.1, S1-09 1, S1-24 1, S1-11 0.2, S1-17 1, S1-18 1, and of the Series and its course 0.125: 9.425 of 19.
    assert_eq!(card.card.points, 4960);
    let result = &card.card.result;
    assert_eq!(
        (result.grade.as_deref(), result.passes, result.missing, result.lost),
        (Some("failed"), false, 11, false)
    );
}

#[test]
fn the_host_does_not_count_as_core() {
    let mut story = january();
    story.day("2026-03-19").seminar("四人").by(&["周文澜"]).present(&["周文澜"]).present(&CORE[..4]).guests(20);
    let card = story.on("2026-03-19");
    assert_eq!(card.state("S1-14"), Impossible);
    assert_eq!(card.sentence("S1-14"), "1 次中 0 次达标；3月19日 10 名学科（专业）带头人中只有 4 人参加；如有误请申诉");
    assert!(card.card.result.lost);
    // Nobody of the core has hosted.
    assert_eq!(card.numbers("S1-07"), (0, 10));
}

#[test]
fn nine_people_are_too_few() {
    let mut story = march();
    story.day("2026-03-26").seminar("九人").present(&["周文澜"]).present(&CORE[..5]).present(&many("学员", 3));
    let card = story.on("2026-03-26");
    assert_eq!((card.state("S1-14"), card.state("S1-15")), (Met, Impossible));
    assert_eq!(card.sentence("S1-15"), "2 次中 1 次达标；3月26日 只有 9 人；如有误请申诉");
}

#[test]
fn a_record_that_is_open_may_save_an_activity() {
    let mut story = april();
    let card = story.on("2026-04-16");
    assert_eq!((card.state("S1-14"), card.numbers("S1-14")), (Waiting, (1, 2)));
    assert_eq!(card.sentence("S1-14"), "2 次中 1 次达标；4月16日 4/10 人，1 人待核");
    assert_eq!(card.state("S1-15"), Met);
    assert_eq!(story.verdict("阅读二", "吴晓岚", Attended::Absent).on("2026-04-16").state("S1-14"), Impossible);
    assert_eq!(story.verdict("阅读二", "吴晓岚", Attended::Present).on("2026-04-16").state("S1-14"), Met);
}

#[test]
fn who_joined_in_june_is_in_the_denominator_from_then_on() {
    let mut story = june();
    let needed = |day| story.on(day).sentence("S1-12").to_owned();
    assert_eq!(needed("2026-05-31"), "2/5 次；下一次需要 10 名学科（专业）带头人中 5 人参加、不少于 10 人");
    assert_eq!(needed("2026-06-01"), "2/5 次；下一次需要 11 名学科（专业）带头人中 6 人参加、不少于 10 人");
    assert_eq!((story.on("2026-05-31").state("S1-06"), story.on("2026-06-01").state("S1-06")), (NotYet, Met));
    // 5 of 11 are too few, unless she was there: 6 of 11.
    let card = story.on("2026-06-11");
    assert_eq!((card.state("S1-14"), card.numbers("S1-14")), (Waiting, (2, 3)));
    assert_eq!(story.verdict("阅读三", "韩雪梅", Attended::Absent).on("2026-06-11").state("S1-14"), Impossible);
    let card = story.verdict("阅读三", "韩雪梅", Attended::Present).on("2026-06-11");
    assert_eq!((card.state("S1-14"), card.numbers("S1-14")), (Met, (3, 3)));
    // She is asked to host like everybody: three of eleven have.
    assert_eq!(card.numbers("S1-07"), (3, 11));
    // The micro-course waits, and one of the two would do. Three of a Series are not four.
    assert_eq!(card.state("S1-10"), Waiting);
    assert_eq!((card.numbers("S1-21"), card.choice("S1-20")), ((3, 4), NotYet));
    assert_eq!(
        card.card.choices[0].sentence,
        "已选“系列名师直播”：系列直播：3/4 次；同一系列还差 1 次；特色课程：0/1 门，还差 1 门；选题等确认"
    );
}

#[test]
fn eight_of_fifteen_are_enough_and_seven_are_not() {
    let mut story = september();
    let card = story.on("2026-09-25");
    assert_eq!((card.state("S1-14"), card.numbers("S1-14")), (Met, (4, 4)));
    // 50 records, and one of the people has two of them.
    assert_eq!((card.state("S1-16"), card.sentence("S1-16")), (NotYet, "0/1 次；最高 49 人（9月25日），还差 1 人"));
    // Four of the Series, without a course that came of it; then it is enough as soon as the choice is confirmed.
    assert_eq!((card.state("S1-21"), card.numbers("S1-21"), card.choice("S1-20")), (NotYet, (4, 4), NotYet));
    assert_eq!((story.on("2026-09-26").state("S1-21"), story.on("2026-09-26").choice("S1-20")), (Met, Waiting));
    assert_eq!((card.state("S1-05"), card.sentence("S1-05")), (Met, "现有 15 人，应为 10–15 人"));
    assert_eq!((card.state("S1-09"), card.numbers("S1-09")), (NotYet, (11, 15)));
    let card = story.verdict("阅读四", "陈思雨", Attended::Absent).on("2026-09-25");
    assert_eq!((card.state("S1-14"), card.numbers("S1-14")), (Impossible, (3, 4)));
}

#[test]
fn what_is_missing_is_told_the_most_urgent_first() {
    let story = october();
    let card = story.on("2026-11-04");
    assert_eq!((card.state("S1-12"), card.state("S1-16"), card.state("S1-10")), (Met, Met, Met));
    // Only the outreach for the school that is helped.
    assert_eq!((card.state("S1-19"), card.numbers("S1-19")), (Met, (1, 1)));
    assert_eq!(card.sentence("S1-07"), "15 名学科（专业）带头人中 10 人已主持；还差：朱琳、杨帆、沈洁、蒋文、韩雪梅");
    assert_eq!(card.numbers("S1-08"), (7, 15));
    // 308 of 365 days are 84 %. Done: S1-08 47 %, S1-13 50 %, S1-11 60 %, S1-07 67 %, S1-09 73 %.
    let risk: Vec<_> = card.card.criteria.iter().filter(|score| score.at_risk).map(|score| &score.criterion).collect();
    assert_eq!(risk, ["S1-13", "S1-08", "S1-08.2"]);
    assert_eq!(
        card.titles(),
        [
            "补 1 项带头人省级获奖",
            "8 位学科（专业）带头人还没主讲",
            "补 1 个研修活动案例",
            "精品资源还差 4 件",
            "5 位学科（专业）带头人还没主持",
            "4 位学科（专业）带头人还没达标：带头人带领学员",
            "年度特色项目等确认",
        ]
    );
    let urgency: Vec<u32> = card.todo.iter().map(|todo| todo.urgency).collect();
    assert_eq!(urgency, [184, 137, 134, 24, 17, 11, 0]);
    assert_eq!(card.todo[4].people.len(), 5);
}

#[test]
fn every_criterion_says_where_it_stands() {
    let card = october().on("2026-11-04");
    let told = card.card.criteria.iter().map(|score| {
        let part = &score.parts[0];
        let risk = if score.at_risk { "，有风险" } else { "" };
        format!(
            "{} {}/{} {} {}{risk}｜{}",
            score.criterion,
            part.done,
            part.of,
            part.unit,
            score.state.word(),
            score.sentence
        )
    });
    let expected = [
        "S1-12 5/5 次 已达标｜5/5 次",
        "S1-14 5/5 次 已达标｜5 次都达标",
        "S1-15 5/5 次 已达标｜5 次都达标",
        "S1-16 1/1 次 已达标｜1/1 次",
        "S1-13 1/2 个 进行中，有风险｜1/2 个，还差 1 个",
        "S1-04 15/10 人 已达标｜学科（专业）带头人：现有 15 人，不少于 10 人；骨干学员：现有 100 人，不少于 100 人",
        "S1-05 15/10 人 已达标｜现有 15 人，应为 10–15 人",
        "S1-06 5/5 人 已达标｜现有 5 人，不少于 5 人",
        "S1-07 10/15 人 进行中｜15 名学科（专业）带头人中 10 人已主持；还差：朱琳、杨帆、沈洁、蒋文、韩雪梅",
        "S1-08 7/15 人 进行中，有风险｜15 名学科（专业）带头人中 7 人已主讲；还差：何志强、朱琳、杨帆、沈洁、蒋文 等 8 人",
        "S1-08.2 0/1 项 进行中，有风险｜0/1 项，还差 1 项",
        "S1-09 11/15 人 进行中｜15 名学科（专业）带头人中 11 人已达标；还差：朱琳（0/10 人）、杨帆（0/10 人）、沈洁（0/10 人）、蒋文（0/10 人）",
        "S1-24 100/100 人 已达标｜现有 100 人，应为 100 人",
        "S1-11 6/10 件 进行中｜6/10 件，还差 4 件",
        "S1-10 1/1 个 已达标｜专题资源：1/1 个（满足一项即可）",
        "S1-17 1/1 所 已达标｜现有 1 所，不少于 1 所",
        "S1-18 3/1 人 已达标｜现有 3 人，不少于 1 人",
        "S1-19 1/1 次 已达标｜1/1 次",
        "S1-21 4/4 次 已达标｜系列直播：4/4 次；特色课程：1/1 门",
        "S1-22 0/4 个 进行中｜同步网络课程的评课和指导：0/4 个，还差 4 个；乡村教师评课活动：0/4 次，还差 4 次（满足一项即可）",
        "S1-23 0/1 项 进行中｜0/1 项，还差 1 项",
        "S1-20.2 0/1 项 进行中｜0/1 项，还差 1 项",
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_done_waits_for_those_who_confirm_it() {
    let card = november().on("2026-11-20");
    assert_eq!(card.all(Waiting), ["S1-13", "S1-08", "S1-11"]);
    assert_eq!(card.sentence("S1-11"), "已有 6 件，5 件等确认");
    assert_eq!((card.state("S1-07"), card.numbers("S1-07")), (Met, (15, 15)));
    assert_eq!((card.person("S1-08", 0, "韩雪梅"), card.person("S1-08", 0, "何志强")), ((0, 1, Waiting), (1, 1, Met)));
    assert_eq!((card.card.result.missing, card.card.result.lost), (4, false));
    assert_eq!(card.titles(), ["研修活动案例等确认", "带头人展示或讲座等确认", "精品资源等确认", "年度特色项目等确认"]);
}

#[test]
fn a_year_that_is_done_passes_and_stays_as_it_was() {
    let mut story = november();
    story.confirm("新人讲座").accept("案例二").select(4);
    story.facts.chosen[0].confirmed = Some(story.facts.chosen[0].day);
    let card = story.on("2026-12-31");
    assert_eq!((card.grade(), card.card.result.passes, card.card.result.missing), (Some("passed"), true, 0));
    assert_eq!((card.card.points, card.todo.len()), (10_000, 0));
    let [after, later] = ["2027-01-01", "2027-03-01"].map(|on| story.of_year(2026, on));
    assert_eq!((later.card.criteria, later.card.points), (after.card.criteria, 10_000));
    // The next year begins with nothing but its rosters; 2028 is the last of the cycle, 2029 the first of the next.
    let next = story.on("2027-01-05");
    assert_eq!((next.numbers("S1-12"), next.state("S1-05"), next.grade()), ((0, 5), Met, Some("failed")));
    let last = |year| story.of_year(year, "2029-01-01").card.final_year;
    assert_eq!([2026, 2027, 2028, 2029].map(last), [false, false, true, false]);
}

#[test]
fn a_choice_is_one_of_three_and_only_what_was_chosen() {
    let mut story = september();
    story.facts.chosen.clear();
    let card = story.on("2026-09-30");
    assert_eq!((card.state("S1-21"), card.choice("S1-20")), (Met, NotYet));
    assert_eq!(card.card.choices[0].sentence, "还没有选定，请从 4 项中选 1 项");
    story.day("2026-10-01").chooses("S1-20", "S1-22", true);
    (1..=3).for_each(|number| _ = story.day("2026-10-10").lesson_review(&format!("评课{number}")).rural_guests(1));
    // A rural teacher who leads the Studio is not one whom it is held for.
    _ = story.day("2026-10-11").lesson_review("没有乡村教师").present(&["马海燕"]).guests(5);
    assert_eq!(story.on("2026-10-11").choice("S1-20"), NotYet);
    _ = story.day("2026-10-12").lesson_review("评课4").rural_guests(1);
    assert_eq!(story.on("2026-10-12").choice("S1-20"), Met);
    assert_eq!(story.on("2026-12-31").choice("S1-20"), Met);
    story.facts.chosen[0].criterion = "S1-23".to_owned();
    // What it took on is met by a paper: that may come in until the year is frozen.
    let choice = |story: &Story, day: &str| story.of_year(2026, day).choice("S1-20");
    assert_eq!((choice(&story, "2026-12-31"), choice(&story, "2027-01-10")), (NotYet, NotYet));
    story.day("2027-01-11").freezes(2026);
    assert_eq!(choice(&story, "2027-01-11"), Impossible);
    // With nothing taken on nothing can be done any more.
    story.facts.frozen.clear();
    story.facts.chosen.clear();
    assert_eq!((choice(&story, "2026-12-31"), choice(&story, "2027-01-01")), (NotYet, Impossible));
}
