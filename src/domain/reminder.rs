//! Reminder (待办): what somebody has to do or to decide, and by when. It follows from what stands; nothing of it is kept.

use super::application::MENDING_DAYS;
use super::case::APPEAL_DAYS;
use super::scorecard::{Score, ScoreState, Scorecard, Span};
use super::words::words;
use super::year_end::Course;
use super::{Day, Time};
use std::collections::BTreeMap;

/// A closing day is told of two weeks ahead: papers with a stamp take that long.
const CLOSING_DAYS: i32 = 14;
/// The end of what an office has opened itself, a week ahead.
const OFFICE_DAYS: i32 = 7;
/// A Criterion is told of in the last sixth of its period: five days of a month, two months of a year. A week at least.
const PERIOD_PARTS: u32 = 6;
const LEAST_PERIOD_DAYS: u32 = 7;

/// Of what has no page for all of its kind: so many are told one by one. Further ones follow when these are decided.
const ONE_BY_ONE: usize = 30;

words! {
    pub enum ReminderKind {
        SendApplication = "send_application" / "申报快截止",
        MendApplication = "mend_application" / "申报要修改",
        RecruitmentCloses = "recruitment_closes" / "招募快截止",
        ReviewApplications = "review_applications" / "申报等审核",
        AnswerApplicationObjections = "answer_application_objections" / "对公示的异议等答复",
        NameApplicants = "name_applicants" / "公示期满等命名",
        DecideTransfers = "decide_transfers" / "变动等决定",
        DecideCases = "decide_cases" / "请假和申诉等审批",
        DecideEvidence = "decide_evidence" / "佐证等审核",
        DecideLevels = "decide_levels" / "活动级别等确认",
        DecideChoices = "decide_choices" / "特色项目等确认",
        DecideResources = "decide_resources" / "资源等发布",
        DecideSelections = "decide_selections" / "精品等评选",
        DecideNotices = "decide_notices" / "通知等审批",
        MendNotice = "mend_notice" / "通知被退回",
        MayAppeal = "may_appeal" / "考勤可以申诉",
        MayObject = "may_object" / "公示期可提异议",
        AnswerObjections = "answer_objections" / "异议等答复",
        PublicationEnds = "publication_ends" / "公示快结束",
        SettleYear = "settle_year" / "公示已结束",
        CriterionDue = "criterion_due" / "指标快到期",
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    pub kind: ReminderKind,
    /// What it is about.
    pub title: String,
    /// Whose it is: a Studio, a person; empty where the title says it.
    pub who: String,
    /// How many of them.
    pub count: u32,
    /// The last day on which it can be done.
    pub until: Option<Day>,
    /// Since when it waits.
    pub since: Option<Day>,
    /// The id of what is to be opened; none of several.
    pub about: Option<String>,
}

/// What stands for one person, as its rows tell it.
#[derive(Debug, Clone, Default)]
pub struct Open {
    /// Own Applications that were not sent, or were withdrawn.
    pub drafts: Vec<Closing>,
    /// Own Applications that a reviewer returned.
    pub returned: Vec<Returned>,
    /// Recruitments that this person keeps.
    pub recruitments: Vec<Closing>,
    /// What waits for this person's word.
    pub waiting: Vec<Waiting>,
    /// YearEnds that this person's office settles.
    pub settling: Vec<Settling>,
    /// Publications with a Studio that this person hosts.
    pub published: Vec<Published>,
    /// Of the Studios that this person hosts.
    pub cards: Vec<Card>,
    /// Own records that say absent or unknown, and that nobody has appealed.
    pub records: Vec<Missed>,
}

#[derive(Debug, Clone)]
pub struct Closing {
    pub about: String,
    pub title: String,
    pub opens: Day,
    pub closes: Day,
}

#[derive(Debug, Clone)]
pub struct Returned {
    pub about: String,
    pub title: String,
    pub returned: Day,
    pub closes: Day,
}

#[derive(Debug, Clone)]
pub struct Waiting {
    pub kind: ReminderKind,
    pub about: String,
    pub title: String,
    pub who: String,
    pub since: Day,
}

#[derive(Debug, Clone)]
pub struct Settling {
    pub about: String,
    pub title: String,
    pub course: Course,
}

#[derive(Debug, Clone)]
pub struct Published {
    pub about: String,
    pub title: String,
    pub studio: String,
    pub course: Course,
    /// An objection of the Studio waits for its answer.
    pub objected: bool,
}

#[derive(Debug, Clone)]
pub struct Card {
    pub about: String,
    pub studio: String,
    /// Of the criteria, by id.
    pub titles: BTreeMap<String, String>,
    pub card: Scorecard,
}

#[derive(Debug, Clone)]
pub struct Missed {
    pub about: String,
    pub title: String,
    pub studio: String,
    pub ended: Time,
}

/// Those with a last day first, by that day; then what waits, the oldest first.
#[must_use]
pub fn reminders(open: &Open, now: Time) -> Vec<Reminder> {
    let today = now.day();
    let mut all: Vec<Reminder> = Vec::new();
    all.extend(open.drafts.iter().filter_map(|one| closing(ReminderKind::SendApplication, one, today, CLOSING_DAYS)));
    all.extend(open.returned.iter().filter_map(|one| returned(one, today)));
    let keeps = |one| closing(ReminderKind::RecruitmentCloses, one, today, OFFICE_DAYS);
    all.extend(open.recruitments.iter().filter_map(keeps));
    all.extend(open.settling.iter().filter_map(|one| settling(one, today)));
    all.extend(open.published.iter().filter_map(|one| published(one, today)));
    all.extend(open.cards.iter().flat_map(|one| due(one, today)));
    all.extend(open.records.iter().filter_map(|one| missed(one, now)));
    all.extend(waiting(&open.waiting));
    all.sort_by_key(|one| (one.until.is_none(), one.until, one.since, one.kind));
    all
}

fn single(kind: ReminderKind, title: &str, who: &str, about: &str) -> Reminder {
    let (title, who) = (title.to_owned(), who.to_owned());
    Reminder { kind, title, who, count: 1, until: None, since: None, about: Some(about.to_owned()) }
}

fn closing(kind: ReminderKind, one: &Closing, today: Day, lead: i32) -> Option<Reminder> {
    let told = one.opens <= today && today <= one.closes && one.closes <= today.plus(lead);
    told.then(|| Reminder { until: Some(one.closes), ..single(kind, &one.title, "", &one.about) })
}

/// It may be mended until the closing day, and for some days after it was returned, too.
fn returned(one: &Returned, today: Day) -> Option<Reminder> {
    let until = one.closes.max(one.returned.plus(MENDING_DAYS));
    let reminder = single(ReminderKind::MendApplication, &one.title, "", &one.about);
    (today <= until).then_some(Reminder { until: Some(until), since: Some(one.returned), ..reminder })
}

fn settling(one: &Settling, today: Day) -> Option<Reminder> {
    let span = one.course.published?;
    let told = |kind, until| Reminder { until, ..single(kind, &one.title, "", &one.about) };
    if one.course.may_answer().is_err() {
        return None;
    }
    if one.course.open > 0 {
        return Some(Reminder { count: one.course.open, ..told(ReminderKind::AnswerObjections, Some(span.to)) });
    }
    if one.course.may_settle(today).is_ok() {
        return Some(Reminder { since: Some(span.to), ..told(ReminderKind::SettleYear, None) });
    }
    (span.to <= today.plus(OFFICE_DAYS)).then(|| told(ReminderKind::PublicationEnds, Some(span.to)))
}

fn published(one: &Published, today: Day) -> Option<Reminder> {
    let span = one.course.published.filter(|_| one.course.may_object(today).is_ok() && !one.objected)?;
    let reminder = single(ReminderKind::MayObject, &one.title, &one.studio, &one.about);
    Some(Reminder { until: Some(span.to), ..reminder })
}

/// What the year needs, is not done, and can't be done any more after a day that is near.
fn due(one: &Card, today: Day) -> Vec<Reminder> {
    let criteria = one.card.criteria.iter().filter(|score| score.required && score.state == ScoreState::NotYet);
    let told = criteria.filter_map(|score| {
        let until = ends_soon(score, today)?;
        let title = one.titles.get(&score.criterion).map_or(score.criterion.as_str(), String::as_str);
        let title = format!("{title}：{}", score.sentence);
        Some(Reminder { until: Some(until), ..single(ReminderKind::CriterionDue, &title, &one.studio, &one.about) })
    });
    told.collect()
}

fn ends_soon(score: &Score, today: Day) -> Option<Day> {
    let subjects = score.parts.iter().filter(|part| part.state == ScoreState::NotYet).flat_map(|part| &part.subjects);
    let open = subjects.filter(|subject| subject.state == ScoreState::NotYet && subject.span.has(today));
    open.map(|subject| subject.span).filter(|span| is_near(*span, today)).map(|span| span.to).min()
}

fn is_near(span: Span, today: Day) -> bool {
    let left = Span { from: today, to: span.to }.days();
    left <= (span.days() / PERIOD_PARTS).max(LEAST_PERIOD_DAYS)
}

fn missed(one: &Missed, now: Time) -> Option<Reminder> {
    let last = one.ended + std::time::Duration::from_secs(APPEAL_DAYS * 86_400);
    let reminder = single(ReminderKind::MayAppeal, &one.title, &one.studio, &one.about);
    (now <= last).then(|| Reminder { until: Some(last.day()), ..reminder })
}

/// One for each kind: where many wait, the page of their kind is the place to look. Without such a page each is told with its own.
fn waiting(all: &[Waiting]) -> Vec<Reminder> {
    let mut kinds: BTreeMap<ReminderKind, Vec<&Waiting>> = BTreeMap::new();
    for one in all {
        kinds.entry(one.kind).or_default().push(one);
    }
    for found in kinds.values_mut() {
        found.sort_by_key(|one| one.since);
    }
    let alone = [
        ReminderKind::DecideLevels,
        ReminderKind::DecideChoices,
        ReminderKind::DecideResources,
        ReminderKind::DecideSelections,
    ];
    let alone: Vec<Vec<&Waiting>> = alone
        .into_iter()
        .filter_map(|kind| kinds.remove(&kind))
        .flat_map(|found| found.into_iter().take(ONE_BY_ONE).map(|one| vec![one]))
        .collect();
    let told = kinds.into_values().chain(alone).filter_map(|found| {
        let first = found.first()?;
        let about = (found.len() == 1).then(|| first.about.clone());
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let reminder = single(first.kind, &first.title, &first.who, &first.about);
        Some(Reminder { count, since: Some(first.since), about, ..reminder })
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StudioId;
    use crate::domain::policy::{AssessmentScope, Comparison};
    use crate::domain::scorecard::{GradeResult, PartScore, SubjectScore};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn told(open: &Open, on: &str) -> Vec<(ReminderKind, Option<String>)> {
        let found = reminders(open, day(on).start());
        found.into_iter().map(|one| (one.kind, one.until.map(|until| until.to_string()))).collect()
    }

    fn at(kind: ReminderKind, until: &str) -> Vec<(ReminderKind, Option<String>)> {
        vec![(kind, Some(until.to_owned()))]
    }

    #[test]
    fn a_draft_is_told_of_in_the_last_two_weeks_and_not_after_the_last_day() {
        let draft =
            Closing { about: "r".into(), title: "招募".into(), opens: day("2026-03-01"), closes: day("2026-03-31") };
        let open = Open { drafts: vec![draft], ..Open::default() };
        assert_eq!(told(&open, "2026-03-16"), []);
        assert_eq!(told(&open, "2026-03-17"), at(ReminderKind::SendApplication, "2026-03-31"));
        assert_eq!(told(&open, "2026-03-31"), at(ReminderKind::SendApplication, "2026-03-31"));
        assert_eq!(told(&open, "2026-04-01"), []);
    }

    #[test]
    fn a_returned_application_may_be_mended_for_a_week_also_after_the_closing_day() {
        let returned =
            |on| Returned { about: "a".into(), title: "招募".into(), returned: day(on), closes: day("2026-03-31") };
        let open = |on| Open { returned: vec![returned(on)], ..Open::default() };
        assert_eq!(told(&open("2026-03-10"), "2026-03-12"), at(ReminderKind::MendApplication, "2026-03-31"));
        assert_eq!(told(&open("2026-03-30"), "2026-04-06"), at(ReminderKind::MendApplication, "2026-04-06"));
        assert_eq!(told(&open("2026-03-30"), "2026-04-07"), []);
    }

    #[test]
    fn a_publication_is_answered_ends_and_is_settled() {
        let course = |open| Course {
            published: Some(Span { from: day("2027-01-05"), to: day("2027-01-20") }),
            open,
            settled: false,
            withdrawn: false,
        };
        let open = |course| Open {
            settling: vec![Settling { about: "y".into(), title: "2026 年度".into(), course }],
            ..Open::default()
        };
        assert_eq!(told(&open(course(0)), "2027-01-12"), []);
        assert_eq!(told(&open(course(0)), "2027-01-13"), at(ReminderKind::PublicationEnds, "2027-01-20"));
        assert_eq!(told(&open(course(2)), "2027-01-06"), at(ReminderKind::AnswerObjections, "2027-01-20"));
        assert_eq!(told(&open(course(1)), "2027-01-25"), at(ReminderKind::AnswerObjections, "2027-01-20"));
        assert_eq!(told(&open(course(0)), "2027-01-21"), [(ReminderKind::SettleYear, None)]);
        assert_eq!(told(&open(Course { settled: true, ..course(0) }), "2027-01-21"), []);
        let host = |objected| Open {
            published: vec![Published {
                about: "y".into(),
                title: "2026 年度".into(),
                studio: "王老师名师工作室".into(),
                course: course(0),
                objected,
            }],
            ..Open::default()
        };
        assert_eq!(told(&host(false), "2027-01-20"), at(ReminderKind::MayObject, "2027-01-20"));
        assert_eq!(told(&host(true), "2027-01-20"), []);
        assert_eq!(told(&host(false), "2027-01-21"), []);
    }

    fn card(span: Span, state: ScoreState) -> Card {
        let subject =
            SubjectScore { account: None, name: None, span, measured: 0, of: 1, waiting: 0, state, evidence: vec![] };
        let part =
            PartScore {
                state, done: 0, of: 1, unit: "次".into(), is: Comparison::AtLeast(1), subjects: vec![subject]
            };
        let score = Score {
            criterion: "monthly".into(),
            state,
            at_risk: false,
            required: true,
            parts: vec![part],
            sentence: "0/1 次".into(),
        };
        let result = GradeResult { grade: None, passes: false, missing: 1, lost: false, vetoes: vec![] };
        Card {
            about: "s".into(),
            studio: "王老师名师工作室".into(),
            titles: BTreeMap::from([("monthly".to_owned(), "每月研修".to_owned())]),
            card: Scorecard {
                studio: StudioId::from_random([1; 10]),
                policy: "county-1".into(),
                version: 1,
                scope: AssessmentScope::Year,
                year: 2026,
                span,
                on: span.from,
                final_year: false,
                result,
                points: 0,
                criteria: vec![score],
                choices: vec![],
                years: vec![],
            },
        }
    }

    #[test]
    fn a_criterion_is_told_of_in_the_last_sixth_of_its_period() {
        let open = |from, to, state| Open {
            cards: vec![card(Span { from: day(from), to: day(to) }, state)],
            ..Open::default()
        };
        let monthly = open("2026-03-01", "2026-03-31", ScoreState::NotYet);
        assert_eq!(told(&monthly, "2026-03-24"), []);
        assert_eq!(told(&monthly, "2026-03-25"), at(ReminderKind::CriterionDue, "2026-03-31"));
        assert_eq!(told(&monthly, "2026-04-01"), [], "it is over");
        let yearly = open("2026-01-01", "2026-12-31", ScoreState::NotYet);
        assert_eq!(told(&yearly, "2026-11-01"), []);
        assert_eq!(told(&yearly, "2026-11-02"), at(ReminderKind::CriterionDue, "2026-12-31"));
        assert_eq!(told(&open("2026-03-01", "2026-03-31", ScoreState::Met), "2026-03-31"), []);
        let sentence = &reminders(&monthly, day("2026-03-31").start())[0].title;
        assert_eq!(sentence, "每月研修：0/1 次");
    }

    #[test]
    fn what_waits_is_counted_by_kind_and_told_by_its_oldest() {
        let waiting = |kind, about: &str, since| Waiting {
            kind,
            about: about.into(),
            title: format!("案例{about}"),
            who: "王老师名师工作室".into(),
            since: day(since),
        };
        let evidence = ReminderKind::DecideEvidence;
        let open = Open {
            waiting: vec![
                waiting(evidence, "2", "2026-03-04"),
                waiting(ReminderKind::DecideNotices, "n", "2026-03-02"),
                waiting(evidence, "1", "2026-03-03"),
            ],
            ..Open::default()
        };
        let found = reminders(&open, day("2026-03-05").start());
        assert_eq!(found.iter().map(|one| one.kind).collect::<Vec<_>>(), [ReminderKind::DecideNotices, evidence]);
        assert_eq!((found[1].count, found[1].title.as_str(), &found[1].about), (2, "案例1", &None));
        assert_eq!(found[0].about.as_deref(), Some("n"));
    }

    #[test]
    fn what_has_no_page_of_its_kind_is_told_one_by_one_and_thirty_at_once() {
        let level = |number: i32| Waiting {
            kind: ReminderKind::DecideLevels,
            about: number.to_string(),
            title: "公开课".into(),
            who: "王老师名师工作室".into(),
            since: day("2026-03-01").plus(number),
        };
        let open = Open { waiting: (0..31).rev().map(level).collect(), ..Open::default() };
        let found = reminders(&open, day("2026-05-01").start());
        let told: Vec<_> = found.iter().map(|one| (one.count, one.about.clone().unwrap())).collect();
        assert_eq!(told, (0..30).map(|number| (1, number.to_string())).collect::<Vec<_>>());
    }

    #[test]
    fn a_record_may_be_appealed_for_thirty_days() {
        let ended = Time::parse("2026-03-02T03:00:00Z").unwrap();
        let missed = Missed { about: "a".into(), title: "公开课".into(), studio: "王老师".into(), ended };
        let open = Open { records: vec![missed], ..Open::default() };
        let last = ended + std::time::Duration::from_secs(30 * 86_400);
        assert_eq!(reminders(&open, last)[0].until, Some(day("2026-04-01")));
        assert_eq!(reminders(&open, last + std::time::Duration::from_secs(1)), []);
    }
}
