//! What the applicant does: keeps a draft, sends it, withdraws it.

use super::super::row::Columns as _;
use super::super::{Noun, Store, StoreError, account, attachment, constraint, policy, random, recruitment, region};
use super::{applicant_of, find, hosts_under, open_membership, own, wishable, written};
use crate::domain::application::{Finding, Stop, findings, stops};
use crate::domain::{
    AccountId, Application, ApplicationDraft, ApplicationId, ApplicationRefusal, CaseRefusal, Invalid, MemberRole,
    Recruitment, RecruitmentId, RegionTree, School, StudioId, Time,
};
use sqlx::AnyConnection;

/// Keeps what is written so far.
pub async fn save(
    store: &Store,
    recruitment: RecruitmentId,
    by: AccountId,
    draft: ApplicationDraft,
    now: Time,
) -> Result<Application, StoreError> {
    draft.form.check_draft()?;
    let tree = region::tree(store).await?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let recruitment = recruitment::find(connection, recruitment).await?;
                let id = put(connection, &recruitment, by, &draft, &tree, now).await?;
                find(connection, id).await
            })
        })
        .await
}

/// Begins drafts for several people, all of them or none; nobody's own is written over.
pub async fn save_all(
    store: &Store,
    recruitment: RecruitmentId,
    drafts: Vec<(AccountId, ApplicationDraft)>,
    now: Time,
) -> Result<(), StoreError> {
    let tree = region::tree(store).await?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let recruitment = recruitment::find(connection, recruitment).await?;
                for (account, draft) in drafts {
                    if own(connection, recruitment.id, account).await?.is_some() {
                        return Err(StoreError::Conflict(constraint::named("application_taken")));
                    }
                    put(connection, &recruitment, account, &draft, &tree, now).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn put(
    connection: &mut AnyConnection,
    recruitment: &Recruitment,
    by: AccountId,
    draft: &ApplicationDraft,
    tree: &RegionTree,
    now: Time,
) -> Result<ApplicationId, StoreError> {
    let id = match own(connection, recruitment.id, by).await? {
        Some(before) => {
            let stops = stops_of(connection, recruitment, &before, tree).await?;
            before.may_write(recruitment, &stops)?;
            sqlx::query("update application set draft = $2, saved_at = $3 where id = $1")
                .bind(before.id.as_str())
                .bind(written(draft))
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
            before.id
        }
        None => {
            let id: ApplicationId = random::id()?;
            sqlx::query(
                "insert into application (id, recruitment, account, draft, saved_at) values ($1, $2, $3, $4, $5)",
            )
            .bind(id.as_str())
            .bind(recruitment.id.as_str())
            .bind(by.as_str())
            .bind(written(draft))
            .bind(now.micros())
            .execute(&mut *connection)
            .await?;
            id
        }
    };
    put_beside(connection, id, draft, by).await?;
    Ok(id)
}

/// Sends what is written, if it is whole and no condition stands in the way.
pub async fn send(store: &Store, id: ApplicationId, by: AccountId, now: Time) -> Result<Application, StoreError> {
    let tree = region::tree(store).await?;
    let shelf = policy::all(store);
    let today = now.day();
    store
        .write(move |connection| {
            Box::pin(async move {
                let application = find(connection, id).await?;
                if application.account.id != by {
                    return Err(StoreError::NotFound(Noun::Application));
                }
                let recruitment = recruitment::find(connection, application.recruitment).await?;
                let stops = stops_of(connection, &recruitment, &application, &tree).await?;
                application.may_send(&recruitment, &stops, today)?;
                let draft = &application.draft;
                let form = draft.form.check(recruitment.role, today);
                let choices = check_choices(connection, &recruitment, &draft.choices).await?;
                both(form, choices)?;
                let school = school_of(connection, by).await?;
                refuse_members(connection, &recruitment, draft, by, now).await?;
                // A Studio lies where its host teaches, and is looked after by the office that sought the host.
                if recruitment.role == MemberRole::Host && !tree.covers(recruitment.region, school.region) {
                    let told = "这次申报只面向本区域的学校，您的学校不在其中。";
                    return Err(ApplicationRefusal::Condition(told.to_owned()).into());
                }
                let rules = policy::shelved(&shelf, &recruitment.policy, today);
                let rules = rules.ok_or(StoreError::NotFound(Noun::Policy))?;
                let applicant = applicant_of(connection, &recruitment, &draft.choices, by, today).await?;
                let told = findings(&rules, recruitment.role, &applicant, &draft.form, today);
                if let Some(stands) = told.iter().find(|finding| finding.refuses()) {
                    let sentence = format!("“{}”。{}", stands.title, stands.sentence);
                    return Err(ApplicationRefusal::Condition(sentence).into());
                }
                insert(connection, &application, &school, &told, now).await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn withdraw(store: &Store, id: ApplicationId, by: AccountId, now: Time) -> Result<Application, StoreError> {
    let tree = region::tree(store).await?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let application = find(connection, id).await?;
                if application.account.id != by {
                    return Err(StoreError::NotFound(Noun::Application));
                }
                let recruitment = recruitment::find(connection, application.recruitment).await?;
                let stops = stops_of(connection, &recruitment, &application, &tree).await?;
                application.may_withdraw(&recruitment, &stops)?;
                let sending = application.last().map_or(0, |sending| sending.ordinal);
                sqlx::query(
                    "insert into application_withdrawn (application, sending, withdrawn_at) values ($1, $2, $3)",
                )
                .bind(id.as_str())
                .bind(i64::from(sending))
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

/// Who speaks about the last sending.
pub(super) async fn stops_of(
    connection: &mut AnyConnection,
    recruitment: &Recruitment,
    application: &Application,
    tree: &RegionTree,
) -> Result<Vec<Stop>, StoreError> {
    let Some(sending) = application.last() else { return Ok(Vec::new()) };
    let row = sqlx::query("select region from school where id = $1")
        .bind(sending.school.as_str())
        .fetch_one(connection)
        .await?;
    Ok(stops(recruitment, row.id("region")?, tree))
}

async fn put_beside(
    connection: &mut AnyConnection,
    application: ApplicationId,
    draft: &ApplicationDraft,
    by: AccountId,
) -> Result<(), StoreError> {
    for file in draft.form.items.iter().filter_map(|item| item.attachment) {
        // Others' files are not made readable by naming them.
        if attachment::find(connection, file).await?.author != by {
            return Err(CaseRefusal::ForeignAttachment.into());
        }
        sqlx::query(
            "insert into application_attachment (application, attachment) values ($1, $2) on conflict do nothing",
        )
        .bind(application.as_str())
        .bind(file.as_str())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn check_choices(
    connection: &mut AnyConnection,
    recruitment: &Recruitment,
    choices: &[StudioId],
) -> Result<Result<(), Invalid>, StoreError> {
    if recruitment.role == MemberRole::Host {
        return Ok(Ok(()));
    }
    let rows = wishable(connection, recruitment).await?;
    let known = rows.iter().map(|row| row.id("id")).collect::<Result<Vec<StudioId>, _>>()?;
    let most = usize::try_from(recruitment.most_choices).unwrap_or(1);
    let once = choices.iter().enumerate().all(|(at, one)| !choices[..at].contains(one));
    Ok(crate::domain::Checks::new()
        .that(!choices.is_empty(), "choices", "请至少选一个工作室。")
        .that(choices.len() <= most, "choices", format!("最多选 {most} 个工作室。"))
        .that(once, "choices", "同一个工作室只选一次。")
        .that(choices.iter().all(|one| known.contains(one)), "choices", "所选的工作室不在这次招募里，请重新选择。")
        .done())
}

/// All fields at once, so that nobody mends one and is told of the next.
fn both(one: Result<(), Invalid>, other: Result<(), Invalid>) -> Result<(), Invalid> {
    match (one, other) {
        (Err(mut one), Err(other)) => {
            one.fields.extend(other.fields);
            Err(one)
        }
        (one, other) => one.and(other),
    }
}

async fn school_of(connection: &mut AnyConnection, account: AccountId) -> Result<School, StoreError> {
    let profile = account::of_ids(connection, [account]).await?.remove(&account);
    let school = profile.and_then(|profile| profile.school);
    school.ok_or_else(|| Invalid::one("school", "您的账号没有填写学校，请联系工作站补上。").into())
}

async fn refuse_members(
    connection: &mut AnyConnection,
    recruitment: &Recruitment,
    draft: &ApplicationDraft,
    by: AccountId,
    now: Time,
) -> Result<(), StoreError> {
    if recruitment.role == MemberRole::Host && hosts_under(connection, &recruitment.policy, by, now.day()).await? {
        return Err(ApplicationRefusal::Member.into());
    }
    for studio in &draft.choices {
        if let Some(row) = open_membership(connection, *studio, by).await? {
            let role: MemberRole = row.coded("role")?;
            if role == recruitment.role || role == MemberRole::Host {
                return Err(ApplicationRefusal::Member.into());
            }
        }
    }
    Ok(())
}

async fn insert(
    connection: &mut AnyConnection,
    application: &Application,
    school: &School,
    told: &[Finding],
    now: Time,
) -> Result<(), StoreError> {
    let ordinal = i64::try_from(application.sendings.len()).unwrap_or(i64::MAX) + 1;
    sqlx::query(
        "insert into application_sent (application, ordinal, school, content, findings, sent_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(application.id.as_str())
    .bind(ordinal)
    .bind(school.id.as_str())
    .bind(written(&application.draft))
    .bind(written(&told))
    .bind(now.micros())
    .execute(&mut *connection)
    .await?;
    for (position, studio) in (1_i64..).zip(&application.draft.choices) {
        sqlx::query("insert into application_choice (application, sending, position, studio) values ($1, $2, $3, $4)")
            .bind(application.id.as_str())
            .bind(ordinal)
            .bind(position)
            .bind(studio.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
