//! Conditions by hand-worked cases, the way of an Application, and quotas.

mod publicity;

use super::form::years_between;
use super::*;
use crate::domain::participation::{History, Home, MemberFact, Workplace};
use crate::domain::policy::{Policy, built_in};
use crate::domain::{Level, MemberRole, RegionId, RegionKind, RegionTree, StudioKind, Tier};

fn policy(key: &str) -> &'static Policy {
    built_in().iter().find(|policy| policy.key == key).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn studio(n: u8) -> StudioId {
    StudioId::from_random([n; 10])
}

const TODAY: &str = "2026-11-22";

/// With so many papers for each slot.
fn form(born: &str, teaching_years: u32, papers: &[(&str, u32)]) -> ApplicationForm {
    let paper = |slot: &str| ApplicationItem {
        slot: slot.into(),
        title: "证明".into(),
        attachment: Some(AttachmentId::from_random([9; 10])),
    };
    let items = papers.iter().flat_map(|(slot, count)| (0..*count).map(|_| paper(slot))).collect();
    ApplicationForm { born: Some(day(born)), teaching_years: Some(teaching_years), items, ..ApplicationForm::default() }
}

/// Somebody who asks for Studios of the province.
fn applicant(rural: bool, lessons: &[Level]) -> Applicant {
    Applicant { tiers: vec![Tier::Province], rural, lessons: lessons.to_vec() }
}

/// The state of one condition.
fn state(key: &str, role: MemberRole, rural: bool, condition: &str, form: &ApplicationForm) -> Option<ConditionState> {
    let told = findings(policy(key), role, &applicant(rural, &[]), form, day(TODAY));
    told.into_iter().find(|one| one.condition == condition).map(|one| one.state)
}

#[test]
fn a_year_of_age_is_complete_on_the_birthday() {
    let age = |born: &str| years_between(day(born), day(TODAY));
    assert_eq!([age("1976-11-21"), age("1976-11-22"), age("1976-11-23")], [50, 50, 49]);
    assert_eq!(years_between(day("2004-02-29"), day("2026-02-28")), 21);
    assert_eq!(years_between(day("2004-02-29"), day("2026-03-01")), 22);
}

#[test]
fn ages_are_held_against_each_programme() {
    use ConditionState::{Met, Unmet};
    use MemberRole::{Core, Host, Trainee};
    // Born on this day, complete years of age on 2026-11-22, and what the condition says.
    #[rustfmt::skip]
    let cases = [
        ("county-1",     Core,    "S4-1-01",   "1977-11-22", Met),   // 49
        ("county-1",     Core,    "S4-1-01",   "1976-11-22", Met),   // 50: 不超过 50 岁
        ("county-1",     Core,    "S4-1-01",   "1975-11-23", Met),   // 50, 51 tomorrow
        ("county-1",     Core,    "S4-1-01",   "1975-11-22", Unmet), // 51 today
        ("district-2",   Core,    "S4-2-07",   "1986-11-22", Met),   // 40
        ("district-2",   Core,    "S4-2-07",   "1985-11-22", Unmet), // 41, may be waived
        ("district-2",   Core,    "S4-2-07.2", "1981-11-22", Met),   // 45
        ("district-2",   Core,    "S4-2-07.2", "1980-11-22", Unmet), // 46, nobody waives it
        ("hangjin-2024", Host,    "S2-13",     "1981-11-22", Met),   // 45
        ("hangjin-2024", Host,    "S2-13",     "1980-11-22", Unmet), // 46
        ("hangjin-2024", Core,    "S2-17",     "1986-11-22", Met),   // 40
        ("hangjin-2024", Core,    "S2-17",     "1985-11-22", Unmet), // 41
        ("city-5",       Host,    "S4-5-01",   "1971-11-22", Met),   // 55
        ("city-5",       Host,    "S4-5-01",   "1970-11-22", Unmet), // 56
        ("city-5",       Trainee, "S4-5-02.2", "1981-11-22", Met),   // 45
        ("city-5",       Trainee, "S4-5-02.2", "1980-11-22", Unmet), // 46
    ];
    for (key, role, condition, born, wanted) in cases {
        assert_eq!(state(key, role, false, condition, &form(born, 20, &[])), Some(wanted), "{key} {condition} {born}");
    }
}

#[test]
fn years_taught_are_held_against_each_programme() {
    use ConditionState::{Met, Unmet};
    use MemberRole::{Core, Trainee};
    #[rustfmt::skip]
    let cases = [
        ("district-2",   Core,    "S4-2-04", 4, Unmet),
        ("district-2",   Core,    "S4-2-04", 5, Met),
        ("hangjin-2024", Core,    "S2-16",   5, Unmet),
        ("hangjin-2024", Core,    "S2-16",   6, Met),
        ("city-5",       Trainee, "S4-5-02", 4, Unmet),
        ("city-5",       Trainee, "S4-5-02", 5, Met),
    ];
    for (key, role, condition, years, wanted) in cases {
        let found = state(key, role, false, condition, &form("1990-01-01", years, &[]));
        assert_eq!(found, Some(wanted), "{key} {condition} {years}");
    }
}

#[test]
fn a_rural_teacher_needs_a_title_or_an_honour_and_others_both() {
    use ConditionState::{Look, Met, Missing, Unmet};
    let of = |rural, condition, title: &str, honours: &str| {
        let form = form("1990-01-01", 10, &[]);
        let form = ApplicationForm { title: title.into(), honours: honours.into(), ..form };
        state("zhejiang-2019", MemberRole::Core, rural, condition, &form)
    };
    assert_eq!(of(true, "S1-29", "一级教师", ""), Some(Met));
    assert_eq!(of(true, "S1-29", "二级教师", "杭州市教坛新秀"), Some(Look));
    assert_eq!(of(true, "S1-29", "", ""), Some(Missing));
    // Each is asked only what is meant for them.
    assert_eq!((of(true, "S1-29.2", "", ""), of(false, "S1-29", "", "")), (None, None));
    assert_eq!(
        (of(false, "S1-29.2", "高级教师", ""), of(false, "S1-29.3", "高级教师", "")),
        (Some(Met), Some(Missing))
    );
    assert_eq!(of(false, "S1-29.2", "二级教师", "杭州市教坛新秀"), Some(Unmet));
    assert_eq!(of(false, "S1-29.3", "", "杭州市教坛新秀"), Some(Look));
}

#[test]
fn papers_wait_for_a_look_and_too_few_refuse() {
    use ConditionState::{Look, Unmet};
    use MemberRole::{Core, Host};
    let hangjin = |role, condition, slot, count| {
        state("hangjin-2024", role, false, condition, &form("1990-01-01", 10, &[(slot, count)]))
    };
    assert_eq!(hangjin(Host, "S2-15", "host_paper", 1), Some(Unmet));
    assert_eq!(hangjin(Host, "S2-15", "host_paper", 2), Some(Look));
    assert_eq!(hangjin(Core, "S2-19", "member_paper", 1), Some(Look));
}

#[test]
fn a_county_studio_asks_nothing_of_what_holds_for_the_province() {
    let asked = |tier| {
        let applicant = Applicant { tiers: vec![tier], ..Applicant::default() };
        let form = form("1990-01-01", 10, &[]);
        let told = findings(policy("zhejiang-2019"), MemberRole::Core, &applicant, &form, day(TODAY));
        told.iter().filter(|one| one.condition.starts_with("S1-29")).count()
    };
    assert_eq!((asked(Tier::Province), asked(Tier::County)), (2, 0));
}

#[test]
fn a_lesson_that_the_server_knows_needs_no_paper() {
    let looked = |lessons: &[Level], papers| {
        let form = form("1990-01-01", 10, &[(OPEN_LESSONS, papers)]);
        let told = findings(policy("district-2"), MemberRole::Core, &applicant(false, lessons), &form, day(TODAY));
        told.into_iter().find(|one| one.condition == "S4-2-05").unwrap().state
    };
    assert_eq!(looked(&[Level::County], 0), ConditionState::Met);
    assert_eq!(looked(&[Level::Province], 0), ConditionState::Met);
    assert_eq!(looked(&[Level::School], 0), ConditionState::Unmet);
    assert_eq!(looked(&[], 1), ConditionState::Look);
}

#[test]
fn only_what_nobody_may_waive_stands_in_the_way() {
    let told = |born| {
        findings(policy("district-2"), MemberRole::Core, &applicant(false, &[]), &form(born, 10, &[]), day(TODAY))
    };
    let ages = |born| -> Vec<(bool, String)> {
        let ages = told(born).into_iter().filter(|one| one.condition.starts_with("S4-2-07"));
        ages.map(|one| (one.refuses(), one.sentence)).collect()
    };
    let of_43 = ages("1983-11-22");
    assert_eq!([of_43[0].0, of_43[1].0], [false, false]);
    assert_eq!(of_43[0].1, "申报时 43 周岁，要求 40 周岁以下（含 40）。可以提交，由审核人决定能否放宽。");
    let of_46 = ages("1980-11-22");
    assert_eq!([of_46[0].0, of_46[1].0], [false, true]);
    assert_eq!(of_46[1].1, "申报时 46 周岁，要求 45 周岁以下（含 45）。");
}

#[test]
fn every_programme_s_conditions_are_answered() {
    for policy in built_in() {
        for role in MemberRole::ALL {
            for rural in [true, false] {
                let told = findings(policy, *role, &applicant(rural, &[]), &ApplicationForm::default(), day(TODAY));
                let asked = policy.conditions.iter().filter(|one| one.role == *role);
                let asked = asked.filter(|one| one.rural.is_none_or(|asked| asked == rural)).count();
                assert_eq!(told.len(), asked, "{} {}", policy.key, role.code());
                assert!(told.iter().all(|one| !one.sentence.is_empty()), "{}", policy.key);
            }
        }
    }
}

fn tree() -> (RegionTree, [RegionId; 3]) {
    let id = |n| RegionId::from_random([n; 10]);
    let region = |n, kind, parent: Option<u8>| crate::domain::Region {
        id: id(n),
        name: format!("区域{n}"),
        kind,
        parent: parent.map(id),
    };
    let regions = [
        region(1, RegionKind::Province, None),
        region(2, RegionKind::City, Some(1)),
        region(3, RegionKind::County, Some(2)),
    ];
    (RegionTree::new(regions), [id(1), id(2), id(3)])
}

fn recruitment(role: MemberRole, region: RegionId) -> Recruitment {
    let host = role == MemberRole::Host;
    Recruitment {
        id: RecruitmentId::from_random([1; 10]),
        policy: "zhejiang-2019".into(),
        role,
        studio: None,
        region,
        tier: host.then_some(Tier::Province),
        kind: host.then_some(StudioKind::Network),
        title: "招募".into(),
        content: String::new(),
        places: 10,
        most_choices: 2,
        school_consents: true,
        office_approves: true,
        opens: day("2026-11-01"),
        closes: day("2026-11-30"),
        opened_by: PersonName { id: AccountId::from_random([1; 10]), name: "宋雅琴".into() },
        opened_at: day("2026-11-01").start(),
        changes: Vec::new(),
    }
}

fn sending(choices: &[StudioId], said: &[(Step, Option<StudioId>, ReviewVerdict)]) -> Sending {
    let review = |&(step, studio, verdict): &(Step, Option<StudioId>, ReviewVerdict)| Review {
        step,
        studio,
        verdict,
        reason: String::new(),
        attachment: None,
        in_place: false,
        notice: None,
        membership: None,
        by: PersonName { id: AccountId::from_random([2; 10]), name: "周文澜".into() },
        at: day("2026-11-20").start(),
    };
    Sending {
        ordinal: 1,
        school: SchoolId::from_random([1; 10]),
        draft: ApplicationDraft { form: ApplicationForm::default(), choices: choices.to_vec() },
        findings: Vec::new(),
        sent_at: day("2026-11-10").start(),
        withdrawn_at: None,
        reviews: said.iter().map(review).collect(),
        publicity: None,
    }
}

#[test]
fn a_new_host_goes_from_the_school_through_each_office_upwards() {
    let (tree, [province, city, county]) = tree();
    let way = |region| -> Vec<(Step, Option<RegionId>)> {
        let stops = stops(&recruitment(MemberRole::Host, region), county, &tree);
        stops.into_iter().map(|stop| (stop.step, stop.region)).collect()
    };
    use Step::{Office, Recommendation, School};
    assert_eq!(
        way(province),
        [
            (School, Some(county)),
            (Recommendation, Some(county)),
            (Recommendation, Some(city)),
            (Office, Some(province))
        ]
    );
    assert_eq!(way(county), [(School, Some(county)), (Office, Some(county))]);
}

#[test]
fn the_second_wish_has_its_turn_when_the_first_host_declines() {
    let (tree, [province, _, county]) = tree();
    let recruitment = recruitment(MemberRole::Core, province);
    let stops = stops(&recruitment, county, &tree);
    use ReviewVerdict::{Granted, Refused, Returned};
    let (first, second) = (studio(1), studio(2));
    let stands = |said: &[_]| standing(&recruitment, &sending(&[first, second], said), &stops);
    let at = |said: &[_]| match stands(said) {
        Standing::Waiting(stop) => (stop.step, stop.studio),
        other => panic!("{other:?}"),
    };
    let (no, yes) = ((Step::Host, Some(first), Refused), (Step::Host, Some(second), Granted));
    assert_eq!(at(&[]), (Step::Host, Some(first)));
    assert_eq!(at(&[no]), (Step::Host, Some(second)));
    assert_eq!(at(&[no, yes]), (Step::School, None));
    let school = (Step::School, None, Granted);
    assert_eq!(at(&[no, yes, school]), (Step::Office, None));
    assert_eq!(stands(&[no, yes, school, (Step::Office, None, Granted)]), Standing::Accepted);
    assert_eq!(stands(&[no, yes, (Step::School, None, Refused)]), Standing::Refused);
    assert_eq!(stands(&[no, (Step::Host, Some(second), Refused)]), Standing::Refused);
    assert_eq!(stands(&[no, (Step::Host, Some(second), Returned)]), Standing::Returned);
    assert_eq!(chosen(&sending(&[first, second], &[no, yes]).reviews), Some(second));
}

#[test]
fn what_was_returned_may_be_sent_for_a_week_after_the_closing_day() {
    let (tree, [province, _, county]) = tree();
    let recruitment = recruitment(MemberRole::Core, province);
    let stops = stops(&recruitment, county, &tree);
    let returned = (Step::Host, Some(studio(1)), ReviewVerdict::Returned);
    let mut application = Application {
        id: ApplicationId::from_random([1; 10]),
        recruitment: recruitment.id,
        account: PersonName { id: AccountId::from_random([5; 10]), name: "陈晓梅".into() },
        draft: ApplicationDraft::default(),
        saved_at: day("2026-11-10").start(),
        sendings: vec![sending(&[studio(1)], &[returned])],
    };
    application.sendings[0].reviews[0].at = day("2026-11-29").start();
    let send = |on: &str| application.may_send(&recruitment, &stops, day(on));
    assert_eq!([send("2026-12-06"), send("2026-12-07")], [Ok(()), Err(ApplicationRefusal::Closed)]);
    application.sendings.clear();
    let send = |on: &str| application.may_send(&recruitment, &stops, day(on));
    assert_eq!(
        [send("2026-10-31"), send("2026-11-01"), send("2026-11-30"), send("2026-12-01")],
        [Err(ApplicationRefusal::NotOpen), Ok(()), Ok(()), Err(ApplicationRefusal::Closed)]
    );
}

/// `rural` of `all` teach at rural schools; the others at a school of the host's own city.
fn roster(all: u8, rural: u8) -> Vec<MemberFact> {
    (0..all).map(|n| person(n, n < rural)).collect()
}

fn person(n: u8, rural: bool) -> MemberFact {
    MemberFact {
        account: AccountId::from_random([n; 10]),
        name: format!("老师{n}"),
        role: MemberRole::Core,
        from: day("2026-01-01"),
        to: None,
        workplaces: History::always(Workplace {
            school: Some(SchoolId::from_random([if n == 0 { 0 } else { 1 }; 10])),
            rural,
            city: Some(RegionId::from_random([2; 10])),
        }),
        new_teacher: false,
        backbone: false,
    }
}

fn refused(key: &str, role: MemberRole, there: &[MemberFact], newcomer: &MemberFact) -> Option<String> {
    let (city, school) = (Some(RegionId::from_random([2; 10])), Some(SchoolId::from_random([1; 10])));
    Quota { policy: policy(key), role, day: day("2026-01-01"), home: Home { city, school }, there }.refuses(newcomer)
}

#[test]
fn the_sixteenth_core_member_is_refused() {
    let core = |all, rural| refused("zhejiang-2019", MemberRole::Core, &roster(all, rural), &person(99, true));
    assert_eq!(core(14, 6), None);
    assert_eq!(core(15, 6).unwrap(), "学科（专业）带头人已有 15 人，办法规定最多 15 人。");
}

#[test]
fn the_last_places_are_kept_for_rural_teachers() {
    let joins =
        |all, rural, newcomer| refused("zhejiang-2019", MemberRole::Core, &roster(all, rural), &person(99, newcomer));
    // Of 15 places 5 are for rural ones or other cities: ten others may come, the eleventh not.
    assert_eq!(joins(9, 0, false), None);
    assert_eq!(
        joins(10, 0, false).unwrap(),
        "剩下的 5 个名额要留给乡村学校或外市的学科（专业）带头人：办法规定至少 5 人，现有 0 人。"
    );
    assert_eq!(joins(10, 0, true), None);
    assert_eq!(joins(14, 4, true), None);
    assert!(joins(14, 4, false).is_some());
}

#[test]
fn quotas_follow_from_all_rules_of_a_programme() {
    use MemberRole::{Core, Trainee};
    #[rustfmt::skip]
    let cases = [
        ("zhejiang-2019", Core,    Some((10, 15))),
        ("zhejiang-2019", Trainee, Some((100, 100))),
        ("hangjin-2024",  Core,    Some((8, 8))),
        ("hangjin-2024",  Trainee, Some((0, 10))),
        ("changsha-2020", Core,    Some((8, 12))), // 10 名左右, a fifth more or less
        ("county-4",      Trainee, Some((10, 10))),
        ("district-2",    Core,    Some((5, 7))),
        ("city-3",        Core,    Some((6, 10))),
        ("city-5",        Trainee, Some((3, 5))), // 4 人左右
        ("county-1",      Core,    None),
    ];
    for (key, role, wanted) in cases {
        assert_eq!(bounds(policy(key), role), wanted, "{key} {}", role.code());
    }
}

#[test]
fn studios_are_told_apart_by_subject_and_counted_against_the_programme() {
    let sort = StudioSort::of;
    assert_eq!(
        [sort("校园长"), sort("园长"), sort("班主任"), sort("小学语文")],
        [StudioSort::Principal, StudioSort::Principal, StudioSort::HeadTeacher, StudioSort::Teacher]
    );
    let made = |n: u8, subject: &str| crate::domain::Studio {
        id: studio(n),
        name: String::new(),
        tier: Tier::County,
        kind: StudioKind::Studio,
        subject: subject.into(),
        region: RegionId::from_random([3; 10]),
        cycle_start: day("2026-01-01"),
        policy: Some("hangjin-2024".into()),
        introduction: String::new(),
        created_at: day("2026-01-01").start(),
        last_day: None,
    };
    let count = RegionCount { studios: vec![made(1, "校长"), made(2, "园长")], ..RegionCount::default() };
    let full = count.refuses(policy("hangjin-2024"), "校长").unwrap();
    assert_eq!(full, "名校（园）长工作室已有 2 个，办法规定 2 个。");
    assert_eq!(count.refuses(policy("hangjin-2024"), "小学语文"), None);
}

#[test]
fn a_promotion_names_a_higher_role_and_a_departure_none() {
    let ends = crate::domain::Membership {
        id: MembershipId::from_random([1; 10]),
        studio: studio(1),
        account: AccountId::from_random([1; 10]),
        role: MemberRole::Trainee,
        from: day("2026-03-01"),
        to: None,
    };
    let wrong = |kind, role, elsewhere: bool, on: &str| -> Vec<&str> {
        let new = NewTransfer {
            membership: ends.id,
            kind,
            day: day(on),
            role,
            studio: elsewhere.then(|| studio(2)),
            reason: "考核优秀".into(),
            attachment: None,
        };
        let checked = new.check(&ends, day(TODAY));
        checked.err().map_or_else(Vec::new, |invalid| invalid.fields.into_keys().collect())
    };
    use TransferKind::{Demoted, Departed, Promoted};
    assert_eq!(wrong(Promoted, Some(MemberRole::Core), false, TODAY), Vec::<&str>::new());
    assert_eq!(wrong(Promoted, Some(MemberRole::Follower), false, TODAY), ["role"]);
    assert_eq!(wrong(Promoted, Some(MemberRole::Trainee), false, TODAY), ["role"]);
    assert_eq!(wrong(Promoted, Some(MemberRole::Trainee), true, TODAY), Vec::<&str>::new());
    assert_eq!(wrong(Demoted, Some(MemberRole::Follower), false, TODAY), Vec::<&str>::new());
    assert_eq!(wrong(Departed, None, false, TODAY), Vec::<&str>::new());
    assert_eq!(wrong(Departed, Some(MemberRole::Core), false, TODAY), ["role"]);
    assert_eq!(wrong(Departed, None, false, "2026-03-01"), ["day"]);
}
