//! Publicity: from the last consent to the naming, and who may object to the end of the last day.

use super::*;
use crate::domain::participation::Span;

fn who(n: u8) -> PersonName {
    PersonName { id: AccountId::from_random([n; 10]), name: format!("老师{n}") }
}

/// Public from 20 November for a week.
fn public() -> Publicity {
    Publicity::begin(day("2026-11-20"), 7, Some(studio(1)), MemberMarks::default())
}

fn objection(n: u8, upheld: Option<bool>) -> ApplicationObjection {
    let at = day("2026-11-21").start();
    ApplicationObjection {
        id: crate::domain::ObjectionId::from_random([n; 10]),
        reason: "材料有出入".into(),
        attachment: None,
        by: who(n),
        at,
        answer: upheld.map(|upheld| ApplicationAnswer { upheld, reason: "已核实".into(), by: who(90), at }),
    }
}

fn with(objections: &[ApplicationObjection]) -> Publicity {
    Publicity { objections: objections.to_vec(), ..public() }
}

#[test]
fn seven_days_from_today_end_on_the_sixth_day_after() {
    assert_eq!(public().span, Span { from: day("2026-11-20"), to: day("2026-11-26") });
    assert_eq!(public().span.days(), 7);
}

#[test]
fn objections_are_taken_to_the_end_of_the_last_day_and_not_from_the_one_it_is_about() {
    let (applicant, other) = (who(5).id, who(6).id);
    let object = |by, on: &str| public().may_object(by, applicant, day(on));
    assert_eq!(object(other, "2026-11-20"), Ok(()));
    assert_eq!(object(other, "2026-11-26"), Ok(()));
    assert_eq!(object(other, "2026-11-27"), Err(ApplicationRefusal::ObjectionTooLate));
    assert_eq!(object(applicant, "2026-11-20"), Err(ApplicationRefusal::ObjectionToOneself));
    let again = |objections: &[ApplicationObjection]| with(objections).may_object(other, applicant, day("2026-11-22"));
    assert_eq!(again(&[objection(6, None)]), Err(ApplicationRefusal::ObjectionTaken));
    assert_eq!(again(&[objection(6, Some(false)), objection(7, None)]), Ok(()), "one that was answered, and another's");
    assert_eq!(again(&[objection(7, Some(true))]), Err(ApplicationRefusal::ObjectionTooLate), "it is refused");
}

#[test]
fn nobody_is_named_before_the_days_are_over_and_every_objection_is_answered() {
    let until = day("2026-11-26");
    let name = |public: &Publicity, on: &str| public.may_name(day(on));
    assert_eq!(name(&public(), "2026-11-26"), Err(ApplicationRefusal::StillPublicised { until }));
    assert_eq!(name(&public(), "2026-11-27"), Ok(()));
    let open = with(&[objection(6, Some(false)), objection(7, None), objection(8, None)]);
    assert_eq!(name(&open, "2026-12-30"), Err(ApplicationRefusal::ObjectionsOpen { open: 2 }));
    assert_eq!(name(&with(&[objection(6, Some(false))]), "2026-11-27"), Ok(()));
    assert_eq!(name(&with(&[objection(6, Some(true))]), "2026-11-27"), Err(ApplicationRefusal::NothingWaits));
    assert_eq!(public().check_first(day("2026-11-27")), Ok(()));
    assert!(public().check_first(until).unwrap_err().fields.contains_key("from"));
}

fn denied(public: Publicity) -> Publicity {
    let denial = Denial { reason: "已主持其他工作室".into(), by: who(90), at: day("2026-11-27").start() };
    Publicity { denial: Some(denial), ..public }
}

#[test]
fn the_office_denies_whoever_stands_whatever_is_open_and_nobody_afterwards() {
    assert_eq!(public().may_deny(), Ok(()));
    assert_eq!(with(&[objection(6, None)]).may_deny(), Ok(()));
    assert_eq!(with(&[objection(6, Some(true))]).may_deny(), Err(ApplicationRefusal::NothingWaits));
    let over = denied(with(&[objection(6, None)]));
    assert_eq!(over.may_deny(), Err(ApplicationRefusal::NothingWaits));
    assert_eq!(over.may_name(day("2026-12-30")), Err(ApplicationRefusal::NothingWaits));
    let object = over.may_object(who(7).id, who(5).id, day("2026-11-22"));
    assert_eq!(object, Err(ApplicationRefusal::ObjectionTooLate));
    assert_eq!(over.objections[0].state(over.stands()), ApplicationObjectionState::Lapsed);
    assert_eq!(over.upheld(), None, "no objection was upheld");
}

#[test]
fn what_everybody_consented_to_is_public_then_named_or_refused() {
    let (tree, [province, _, county]) = tree();
    let recruitment = recruitment(MemberRole::Core, province);
    let stops = stops(&recruitment, county, &tree);
    use ReviewVerdict::Granted;
    let said = [(Step::Host, Some(studio(1)), Granted), (Step::School, None, Granted), (Step::Office, None, Granted)];
    let state = |publicity: Option<Publicity>, withdrawn: bool| {
        let mut sending = sending(&[studio(1)], &said);
        sending.publicity = publicity;
        sending.withdrawn_at = withdrawn.then(|| day("2026-11-22").start());
        Application {
            id: ApplicationId::from_random([1; 10]),
            recruitment: recruitment.id,
            account: who(5),
            draft: ApplicationDraft::default(),
            saved_at: day("2026-11-10").start(),
            sendings: vec![sending],
        }
    };
    let naming = Naming { membership: MembershipId::from_random([3; 10]), by: who(90), at: day("2026-11-27").start() };
    let named = Publicity { naming: Some(naming), ..with(&[objection(6, Some(false))]) };
    for (publicity, expected, withdrawal) in [
        (None, ApplicationState::Accepted, Err(ApplicationRefusal::Settled)),
        (Some(public()), ApplicationState::Publicised, Ok(())),
        (Some(with(&[objection(6, None)])), ApplicationState::Publicised, Ok(())),
        (Some(with(&[objection(6, Some(true))])), ApplicationState::Refused, Err(ApplicationRefusal::Settled)),
        (Some(named), ApplicationState::Accepted, Err(ApplicationRefusal::Settled)),
        (Some(denied(public())), ApplicationState::Refused, Err(ApplicationRefusal::Settled)),
    ] {
        let application = state(publicity, false);
        assert_eq!(application.state(&recruitment, &stops), expected);
        assert_eq!(application.may_withdraw(&recruitment, &stops), withdrawal);
        let write = application.may_write(&recruitment, &stops);
        let refused = if expected == ApplicationState::Publicised {
            ApplicationRefusal::Sent
        } else {
            ApplicationRefusal::Settled
        };
        assert_eq!(write, Err(refused));
    }
    let gone = state(Some(public()), true);
    assert_eq!(gone.state(&recruitment, &stops), ApplicationState::Withdrawn);
    assert_eq!(gone.may_write(&recruitment, &stops), Ok(()));
}

#[test]
fn an_objection_that_nobody_needs_to_answer_any_more_has_lapsed() {
    use ApplicationObjectionState::{Dismissed, Lapsed, Open, Upheld};
    let state = |upheld, stands| objection(6, upheld).state(stands);
    assert_eq!([state(None, true), state(None, false)], [Open, Lapsed]);
    assert_eq!([state(Some(false), true), state(Some(true), false)], [Dismissed, Upheld]);
}

#[test]
fn the_school_s_consent_names_a_week_that_is_over() {
    let granted = (Step::School, ReviewVerdict::Granted);
    let told = |from: &str, to: &str| {
        let read = |text: &str| (!text.is_empty()).then(|| day(text));
        school_notice(Some(7), granted, (read(from), read(to)), day(TODAY))
    };
    let field = |from: &str, to: &str| told(from, to).unwrap_err().fields.into_keys().collect::<Vec<_>>();
    let week = Span { from: day("2026-11-15"), to: day("2026-11-21") };
    assert_eq!(told("2026-11-15", "2026-11-21"), Ok(Some(week)));
    assert_eq!(field("2026-11-16", "2026-11-22"), ["notice_to"], "its last day is today");
    assert_eq!(field("2026-11-16", "2026-11-21"), ["notice_to"], "six days");
    assert_eq!(field("2026-11-21", "2026-11-15"), ["notice_to"]);
    assert_eq!(field("2025-11-01", "2025-11-20"), ["notice_from"]);
    assert_eq!(field("", ""), ["notice_from", "notice_to"]);
    let days = (Some(week.from), Some(week.to));
    for step in [(Step::School, ReviewVerdict::Refused), (Step::Office, ReviewVerdict::Granted)] {
        assert_eq!(school_notice(Some(7), step, (None, None), day(TODAY)), Ok(None));
    }
    assert_eq!(school_notice(None, granted, days, day(TODAY)), Ok(None), "the programme does not ask for it");
}
