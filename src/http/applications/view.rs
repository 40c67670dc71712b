//! Applications as they are told.

use super::super::shapes::{
    ApplicantView, ApplicationFields, ApplicationItemForm, ApplicationRow, ApplicationView, FindingView, Named,
    PublicityView, ReviewView, SpanView, StopView, WordView,
};
use super::super::state::AppState;
use super::super::{attachments, schools};
use super::desk::{Case, Desk, Studios, Task};
use super::publicity::objection_view;
use crate::domain::application::{ApplicationItem, Finding, Standing, Step, Stop, marks_asked, role_title};
use crate::domain::policy::PublicityBy;
use crate::domain::{
    ApplicationForm, ApplicationState, ConditionState, MemberMark, MemberRole, PersonName, Recruitment, Review,
    StudioId, Time,
};
use crate::http::error::ApiError;
use crate::store;

pub(in crate::http) fn row(app: &AppState, desk: &Desk, case: &Case, studios: &Studios) -> ApplicationRow {
    let today = app.clock.now().day();
    let sending = case.application.last();
    let findings = sending.map_or(&[][..], |sending| &sending.findings);
    let count = |state| u32::try_from(findings.iter().filter(|one| one.state == state).count()).unwrap_or(u32::MAX);
    let named = |id: &StudioId| studios.get(id).map(|studio| Named::new(id, &studio.name));
    let waits_for = match case.standing() {
        Some(Standing::Waiting(stop)) => Some(stop_view(desk, case, studios, stop)),
        _ => None,
    };
    ApplicationRow {
        id: case.application.id,
        recruitment: Named::new(case.recruitment.id, &case.recruitment.title),
        role_title: called(app, &case.recruitment),
        applicant: ApplicantView {
            name: case.application.account.name.clone(),
            school: case.school.as_ref().map(schools::name),
            region: case.school.as_ref().map_or_else(String::new, |school| desk.tree.path_name(school.region)),
        },
        state: case.state(),
        choices: case.choices().iter().filter_map(named).collect(),
        taken_by: case.taken_by().as_ref().and_then(named),
        sent_at: sending.map(|sending| sending.sent_at),
        waits_for,
        to_look: count(ConditionState::Look),
        unmet: count(ConditionState::Unmet),
        may_decide: desk.may_decide(case, studios),
        publicity: case.publicity().map(|public| PublicityView {
            from: public.span.from,
            to: public.span.to,
            over: public.is_over(today),
            open: public.open(),
        }),
        may_name: desk.task(case, studios, today) == Some(Task::Name),
        may_answer: desk.task(case, studios, today) == Some(Task::Answer),
    }
}

pub(in crate::http) fn word(reason: &str, by: &PersonName, at: Time) -> WordView {
    WordView { reason: reason.to_owned(), by: by.name.clone(), at }
}

pub(in crate::http) async fn whole(
    app: &AppState,
    desk: &Desk,
    case: &Case,
    studios: &Studios,
) -> Result<ApplicationView, ApiError> {
    let application = &case.application;
    let sending = application.last();
    let draft = sending.map_or(&application.draft, |sending| &sending.draft);
    let reviews = sending.map_or(&[][..], |sending| &sending.reviews);
    let told = |review: &Review| review_view(desk, case, studios, review);
    let earlier = application.sendings.iter().rev().skip(1).flat_map(|sending| &sending.reviews);
    let ahead = ahead(case, reviews);
    let mut files: Vec<_> = draft.form.items.iter().filter_map(|item| item.attachment).collect();
    files.extend(reviews.iter().filter_map(|review| review.attachment));
    let own = application.account.id == desk.me;
    let state = case.state();
    let public = case.publicity();
    let mut objections = Vec::new();
    let settles = desk.settles(case, studios);
    if settles {
        for one in case.objections() {
            objections.push(objection_view(app, case, one.id, Some(desk)).await?);
        }
    }
    let asked = |by, step: bool| {
        let policy = store::policy::in_force(&app.store, &case.recruitment.policy, app.clock.now().day())?;
        policy.publicity_days(by, case.recruitment.role).filter(|_| step)
    };
    let at_school = ahead.first().is_some_and(|stop| stop.step == Step::School);
    Ok(ApplicationView {
        row: row(app, desk, case, studios),
        fields: fields(&draft.form),
        attachments: attachments::views(app, &files).await?,
        findings: sending.map_or(&[][..], |sending| &sending.findings).iter().map(finding).collect(),
        reviews: reviews.iter().map(told).collect(),
        earlier: earlier.map(told).collect(),
        last_step: ahead.len() == 1,
        marks_asked: if ahead.len() == 1 { marks(app, &case.recruitment) } else { Vec::new() },
        may_withdraw: own && matches!(state, ApplicationState::Waiting | ApplicationState::Publicised),
        publicity_days: asked(PublicityBy::Office, ahead.len() == 1),
        notice_days: asked(PublicityBy::School, at_school),
        objections,
        upheld: public.and_then(|public| public.upheld()).map(|one| word(&one.reason, &one.by, one.at)),
        naming: public.and_then(|public| public.naming.as_ref()).map(|one| word("", &one.by, one.at)),
        denial: public.and_then(|public| public.denial.as_ref()).map(|one| word(&one.reason, &one.by, one.at)),
        may_deny: settles && public.is_some_and(|public| public.may_deny().is_ok()),
        ahead: ahead.into_iter().map(|stop| stop_view(desk, case, studios, stop)).collect(),
        sending: sending.map_or(0, |sending| sending.ordinal),
        seen: u32::try_from(reviews.len()).unwrap_or(u32::MAX),
    })
}

/// Who speaks from here on, if everybody consents.
fn ahead(case: &Case, reviews: &[Review]) -> Vec<Stop> {
    let Some(Standing::Waiting(stop)) = case.standing() else { return Vec::new() };
    if stop.step == Step::Host {
        return std::iter::once(stop).chain(case.stops.iter().copied()).collect();
    }
    let by_hosts = reviews.iter().filter(|review| review.step == Step::Host).count();
    case.stops.iter().copied().skip(reviews.len() - by_hosts).collect()
}

fn stop_view(desk: &Desk, case: &Case, studios: &Studios, stop: Stop) -> StopView {
    let office = || case.taken_by().and_then(|id| studios.get(&id)).map(|studio| studio.region);
    let region = |id| desk.tree.get(id).map(|region| region.name.clone());
    let who = match stop.step {
        Step::Host => stop.studio.and_then(|id| studios.get(&id)).map(|studio| studio.name.clone()),
        Step::School => case.school.as_ref().map(|school| school.name.clone()),
        Step::Recommendation | Step::Office => stop.region.or_else(office).and_then(region),
    };
    StopView { step: stop.step, who: who.unwrap_or_default() }
}

fn review_view(desk: &Desk, case: &Case, studios: &Studios, review: &Review) -> ReviewView {
    let stop = Stop { step: review.step, studio: review.studio, region: None };
    ReviewView {
        step: review.step,
        who: stop_view(desk, case, studios, stop).who,
        verdict: review.verdict,
        reason: review.reason.clone(),
        attachment: review.attachment,
        in_place: review.in_place,
        notice: review.notice.map(|span| SpanView { from: span.from, to: span.to }),
        by: review.by.name.clone(),
        at: review.at,
    }
}

pub(in crate::http) fn finding(one: &Finding) -> FindingView {
    FindingView {
        condition: one.condition.clone(),
        title: one.title.clone(),
        state: one.state,
        waivable: one.waivable,
        sentence: one.sentence.clone(),
    }
}

/// What the programme calls those whom a Recruitment seeks.
pub(in crate::http) fn called(app: &AppState, recruitment: &Recruitment) -> String {
    let policy = store::policy::in_force(&app.store, &recruitment.policy, recruitment.opens);
    policy.map_or_else(
        || MemberRole::word(recruitment.role).to_owned(),
        |policy| role_title(&policy, recruitment.role).to_owned(),
    )
}

/// Hosts are marked as nothing.
fn marks(app: &AppState, recruitment: &Recruitment) -> Vec<MemberMark> {
    let policy = store::policy::in_force(&app.store, &recruitment.policy, app.clock.now().day());
    let policy = policy.filter(|_| recruitment.role != MemberRole::Host);
    policy.as_deref().map(marks_asked).unwrap_or_default()
}

pub(in crate::http) fn fields(form: &ApplicationForm) -> ApplicationFields {
    let form = form.clone();
    let item =
        |one: ApplicationItem| ApplicationItemForm { slot: one.slot, title: one.title, attachment: one.attachment };
    ApplicationFields {
        sex: form.sex,
        born: form.born,
        phone: form.phone,
        education: form.education,
        stage: form.stage,
        subject: form.subject,
        title: form.title,
        post: form.post,
        teaching_years: form.teaching_years,
        honours: form.honours,
        summary: form.summary,
        plan: form.plan,
        studio_name: form.studio_name,
        items: form.items.into_iter().map(item).collect(),
    }
}

pub(in crate::http) fn form(fields: ApplicationFields) -> ApplicationForm {
    let item =
        |one: ApplicationItemForm| ApplicationItem { slot: one.slot, title: one.title, attachment: one.attachment };
    ApplicationForm {
        sex: fields.sex,
        born: fields.born,
        phone: fields.phone,
        education: fields.education,
        stage: fields.stage,
        subject: fields.subject,
        title: fields.title,
        post: fields.post,
        teaching_years: fields.teaching_years,
        honours: fields.honours,
        summary: fields.summary,
        plan: fields.plan,
        studio_name: fields.studio_name,
        items: fields.items.into_iter().map(item).collect(),
    }
}
