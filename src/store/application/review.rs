//! What reviewers do: one word each, in their order; the last consent begins the Membership in the same transaction, or the
//! publicity where the Policy asks for one.

use super::super::row::number_of;
use super::super::{Noun, Store, StoreError, attachment, policy, recruitment, region};
use super::admit::admit;
use super::pass_over::pass_over;
use super::reserve::reserve;
use super::write::stops_of;
use super::{find, publicity};
use crate::domain::application::{Publicity, Standing, chosen, school_notice, standing};
use crate::domain::case::Decider;
use crate::domain::membership::check_day;
use crate::domain::policy::PublicityBy;
use crate::domain::{
    AccountId, Application, ApplicationId, ApplicationRefusal, AttachmentId, Day, DaysNote, Invalid, MembershipId,
    NewReview, PersonName, Recruitment, Review, ReviewVerdict, Step, StudioId, Time,
};
use sqlx::AnyConnection;

pub async fn review(store: &Store, id: ApplicationId, new: NewReview, now: Time) -> Result<Application, StoreError> {
    new.check()?;
    let tree = region::tree(store).await?;
    let shelf = policy::all(store);
    store
        .write(move |connection| {
            Box::pin(async move {
                let application = find(connection, id).await?;
                let recruitment = recruitment::find(connection, application.recruitment).await?;
                let sending = application.last().filter(|sending| sending.withdrawn_at.is_none());
                let mut sending = sending.ok_or(ApplicationRefusal::NothingWaits)?.clone();
                let so_far = u32::try_from(sending.reviews.len()).unwrap_or(u32::MAX);
                if new.seen != (sending.ordinal, so_far) {
                    return Err(ApplicationRefusal::Moved.into());
                }
                let stops = stops_of(connection, &recruitment, &application, &tree).await?;
                let Standing::Waiting(stop) = standing(&recruitment, &sending, &stops) else {
                    return Err(ApplicationRefusal::NothingWaits.into());
                };
                check_paper(connection, &application, stop.step, &new).await?;
                let today = now.day();
                let asked = |by| {
                    let rules = policy::shelved(&shelf, &recruitment.policy, today)?;
                    rules.publicity_days(by, recruitment.role)
                };
                let notice = school_notice(asked(PublicityBy::School), (stop.step, new.verdict), new.notice, today)?;
                sending.reviews.push(Review {
                    step: stop.step,
                    studio: stop.studio,
                    verdict: new.verdict,
                    reason: new.reason.trim().to_owned(),
                    attachment: new.attachment,
                    in_place: new.in_place,
                    notice,
                    membership: None,
                    by: PersonName { id: new.by, name: String::new() },
                    at: now,
                });
                let last = standing(&recruitment, &sending, &stops) == Standing::Accepted;
                let public = asked(PublicityBy::Office)
                    .filter(|_| last)
                    .map(|days| Publicity::begin(today, days, chosen(&sending.reviews), new.marks));
                let begun = match &public {
                    Some(public) => {
                        let rules = policy::shelved(&shelf, &recruitment.policy, today);
                        let rules = rules.ok_or(StoreError::NotFound(Noun::Policy))?;
                        reserve(connection, (&application, &sending), &recruitment, (&rules, &tree), public, now)
                            .await?;
                        None
                    }
                    None if last => {
                        let from = first_day(&recruitment, new.from, today)?;
                        let keeper =
                            if stop.step == Step::Host && !new.in_place { Decider::Host } else { Decider::Office };
                        check_day(from, keeper, today, "from")?;
                        let rules = policy::shelved(&shelf, &recruitment.policy, from);
                        let note =
                            DaysNote { by: new.by, reason: format!("申报录用：{}", recruitment.title), at: now };
                        let day = (from, new.marks, &note);
                        Some(admit(connection, (&application, &sending), &recruitment, rules, &tree, day).await?)
                    }
                    None => None,
                };
                if let Some(review) = sending.reviews.last() {
                    insert(connection, id, (sending.ordinal, so_far + 1), review, begun).await?;
                }
                if let Some(public) = &public {
                    publicity::insert(connection, (id, sending.ordinal), public).await?;
                }
                pass_over(connection, id, &tree, now).await?;
                find(connection, id).await
            })
        })
        .await
}

/// The School's consent is a stamped paper: the applicant's, or one that the office has.
async fn check_paper(
    connection: &mut AnyConnection,
    application: &Application,
    step: Step,
    new: &NewReview,
) -> Result<(), StoreError> {
    let Some(paper) = new.attachment else {
        let needed = step == Step::School && new.verdict == ReviewVerdict::Granted;
        return if needed { Err(ApplicationRefusal::NoSchoolPaper.into()) } else { Ok(()) };
    };
    let author = attachment::find(connection, paper).await?.author;
    let beside = application
        .last()
        .is_some_and(|sending| sending.draft.form.items.iter().any(|item| item.attachment == Some(paper)));
    if author != new.by && !beside {
        return Err(ApplicationRefusal::ForeignPaper.into());
    }
    sqlx::query("insert into application_attachment (application, attachment) values ($1, $2) on conflict do nothing")
        .bind(application.id.as_str())
        .bind(paper.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) fn first_day(recruitment: &Recruitment, from: Option<Day>, today: Day) -> Result<Day, Invalid> {
    let from = from.unwrap_or(today);
    if from < recruitment.opens || today.plus(366) < from {
        return Err(Invalid::one("from", "加入日期不能早于招募开始的日子，最晚在一年以内。"));
    }
    Ok(from)
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    id: ApplicationId,
    (sending, ordinal): (u32, u32),
    review: &Review,
    begun: Option<MembershipId>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into application_reviewed (application, sending, ordinal, step, studio, verdict, reason, attachment,
             membership, reviewed_by, reviewed_at, in_place, notice_from, notice_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(id.as_str())
    .bind(i64::from(sending))
    .bind(i64::from(ordinal))
    .bind(review.step.code())
    .bind(review.studio.as_ref().map(StudioId::as_str))
    .bind(review.verdict.code())
    .bind(review.reason.as_str())
    .bind(review.attachment.as_ref().map(AttachmentId::as_str))
    .bind(begun.as_ref().map(MembershipId::as_str))
    .bind(AccountId::as_str(&review.by.id))
    .bind(review.at.micros())
    .bind(i64::from(review.in_place))
    .bind(review.notice.map(|span| number_of(span.from)))
    .bind(review.notice.map(|span| number_of(span.to)))
    .execute(connection)
    .await?;
    Ok(())
}
