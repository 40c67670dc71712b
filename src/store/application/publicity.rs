//! Publicity (公示): what is public, who objected, what the office answered, and the naming or the denial at the end.

use super::super::row::{Columns as _, number_of, rows_in, sql};
use super::super::{Noun, Page, Paged, Store, StoreError, attachment, policy, random, recruitment, region};
use super::admit::admit;
use super::review::first_day;
use super::{find, in_order};
use crate::domain::application::{
    ApplicationAnswer, ApplicationObjection, Denial, Naming, NewApplicationAnswer, NewApplicationObjection, Publicity,
    Sending, check_reason,
};
use crate::domain::participation::Span;
use crate::domain::{
    AccountId, Application, ApplicationId, ApplicationRefusal, AttachmentId, CaseRefusal, Day, DaysNote, MemberMarks,
    MemberRole, ObjectionId, PersonName, RecruitmentId, StudioId, Time,
};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, HashMap};

/// Of `application_publicised b`: neither withdrawn nor named nor denied, and no objection upheld.
pub(super) const STANDS: &str = "not exists (select 1 from application_withdrawn pw
            where pw.application = b.application and pw.sending = b.sending)
        and not exists (select 1 from application_named pn
            where pn.application = b.application and pn.sending = b.sending)
        and not exists (select 1 from application_denied pd
            where pd.application = b.application and pd.sending = b.sending)
        and not exists (select 1 from application_objection po join application_answer pa on pa.objection = po.id
            where po.application = b.application and po.sending = b.sending and pa.upheld = 1)";

/// What everybody may read and object to today, what ends first first.
pub async fn public(store: &Store, today: Day, page: Page) -> Result<Paged<Application>, StoreError> {
    let mut connection = store.read().await?;
    let holds = format!("b.from_day <= $1 and $1 <= b.to_day and {STANDS}");
    let total = sqlx::query(sql!("select count(*) as total from application_publicised b where {holds}"))
        .bind(number_of(today))
        .fetch_one(&mut *connection)
        .await?
        .number("total")?;
    let rows = sqlx::query(sql!(
        "select p.id from application_publicised b join application p on p.id = b.application where {holds}
         order by b.to_day, p.recruitment, p.id limit $2 offset $3"
    ))
    .bind(number_of(today))
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *connection)
    .await?;
    Ok(page.of(total, in_order(&mut connection, &rows).await?))
}

/// How many of a Recruitment wait to be named.
pub async fn publicised(
    store: &Store,
    recruitments: &[RecruitmentId],
) -> Result<HashMap<RecruitmentId, u32>, StoreError> {
    let head = format!(
        "select p.recruitment, count(*) as publicised from application_publicised b
             join application p on p.id = b.application where {STANDS} and p.recruitment in"
    );
    let rows = rows_in(&mut *store.read().await?, &head, recruitments, "group by p.recruitment").await?;
    rows.iter()
        .map(|row| Ok((row.id("recruitment")?, u32::try_from(row.number("publicised")?).unwrap_or(u32::MAX))))
        .collect()
}

/// The Applications that this person objected to, the latest first.
pub async fn objected_by(store: &Store, account: AccountId) -> Result<Vec<Application>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query(
        "select application as id, max(given_at) as last_at from application_objection where given_by = $1
         group by application order by last_at desc, application limit 200",
    )
    .bind(account.as_str())
    .fetch_all(&mut *connection)
    .await?;
    in_order(&mut connection, &rows).await
}

/// The Applications that an objection with this file is about.
pub async fn objected_with(store: &Store, file: AttachmentId) -> Result<Vec<Application>, StoreError> {
    let mut connection = store.read().await?;
    let rows = sqlx::query("select distinct application as id from application_objection where attachment = $1")
        .bind(file.as_str())
        .fetch_all(&mut *connection)
        .await?;
    in_order(&mut connection, &rows).await
}

/// The Application that an objection is about.
pub async fn of_objection(store: &Store, id: ObjectionId) -> Result<Application, StoreError> {
    let mut connection = store.read().await?;
    let (application, _) = about(&mut connection, id).await?;
    find(&mut connection, application).await
}

/// Somebody objects while it is public.
pub async fn object(
    store: &Store,
    id: ApplicationId,
    new: NewApplicationObjection,
    now: Time,
) -> Result<ObjectionId, StoreError> {
    check_reason(&new.reason)?;
    let objection: ObjectionId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let application = find(connection, id).await?;
                let (sending, publicity) = public_one(&application).ok_or(ApplicationRefusal::ObjectionTooLate)?;
                publicity.may_object(new.by, application.account.id, now.day())?;
                if let Some(file) = new.attachment
                    && attachment::find(connection, file).await?.author != new.by
                {
                    return Err(CaseRefusal::ForeignAttachment.into());
                }
                let so_far = i64::try_from(publicity.objections.len()).unwrap_or(i64::MAX);
                sqlx::query(
                    "insert into application_objection (id, application, sending, ordinal, reason, attachment,
                         given_by, given_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(objection.as_str())
                .bind(id.as_str())
                .bind(i64::from(sending.ordinal))
                .bind(so_far.saturating_add(1))
                .bind(new.reason.trim())
                .bind(new.attachment.as_ref().map(AttachmentId::as_str))
                .bind(new.by.as_str())
                .bind(now.micros())
                .execute(connection)
                .await?;
                Ok(objection)
            })
        })
        .await
}

/// The office's answer: upheld, the Application is refused.
pub async fn answer(
    store: &Store,
    id: ObjectionId,
    new: NewApplicationAnswer,
    now: Time,
) -> Result<Application, StoreError> {
    check_reason(&new.reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let (of, sending) = about(connection, id).await?;
                let application = find(connection, of).await?;
                let stands =
                    public_one(&application).filter(|(last, public)| last.ordinal == sending && public.stands());
                let open = |one: &ApplicationObjection| one.id == id && one.answer.is_none();
                if !stands.is_some_and(|(_, public)| public.objections.iter().any(open)) {
                    return Err(ApplicationRefusal::ObjectionAnswered.into());
                }
                sqlx::query(
                    "insert into application_answer (objection, upheld, reason, answered_by, answered_at)
                     values ($1, $2, $3, $4, $5)",
                )
                .bind(id.as_str())
                .bind(i64::from(new.upheld))
                .bind(new.reason.trim())
                .bind(new.by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, of).await
            })
        })
        .await
}

/// Names whoever was public long enough (正式命名): the Membership begins on that day, with the Studio of a host.
pub async fn name(
    store: &Store,
    id: ApplicationId,
    (seen, from): (u32, Day),
    by: AccountId,
    now: Time,
) -> Result<Application, StoreError> {
    let tree = region::tree(store).await?;
    let shelf = policy::all(store);
    store
        .write(move |connection| {
            Box::pin(async move {
                let application = find(connection, id).await?;
                let recruitment = recruitment::find(connection, application.recruitment).await?;
                let (sending, publicity) = public_one(&application).ok_or(ApplicationRefusal::NothingWaits)?;
                if sending.ordinal != seen {
                    return Err(ApplicationRefusal::Moved.into());
                }
                publicity.may_name(now.day())?;
                publicity.check_first(from)?;
                if recruitment.role == MemberRole::Host {
                    refuse_moved(connection, application.account.id, sending).await?;
                }
                let from = first_day(&recruitment, Some(from), now.day())?;
                let rules = policy::shelved(&shelf, &recruitment.policy, from);
                let note = DaysNote { by, reason: format!("申报录用：{}", recruitment.title), at: now };
                let day = (from, publicity.marks, &note);
                let membership = admit(connection, (&application, sending), &recruitment, rules, &tree, day).await?;
                sqlx::query(
                    "insert into application_named (application, sending, membership, named_by, named_at)
                     values ($1, $2, $3, $4, $5)",
                )
                .bind(id.as_str())
                .bind(i64::from(sending.ordinal))
                .bind(membership.as_str())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

/// A Studio is founded where the School is that said yes to it.
async fn refuse_moved(connection: &mut AnyConnection, account: AccountId, sending: &Sending) -> Result<(), StoreError> {
    let row =
        sqlx::query("select school from account where id = $1").bind(account.as_str()).fetch_one(connection).await?;
    if row.optional_id("school")? == Some(sending.school) {
        return Ok(());
    }
    let sentence =
        "这位老师已经不在申报时的学校，新工作室会设在原学校所在的地方。请不予命名，或者请本人撤回后重新申报。";
    Err(ApplicationRefusal::Roster(sentence.to_owned()).into())
}

/// Says that the office does not name them (不予命名): at any time while they wait for it, and whatever is open.
pub async fn deny(
    store: &Store,
    id: ApplicationId,
    (seen, reason): (u32, String),
    by: AccountId,
    now: Time,
) -> Result<Application, StoreError> {
    check_reason(&reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                let application = find(connection, id).await?;
                let (sending, publicity) = public_one(&application).ok_or(ApplicationRefusal::NothingWaits)?;
                if sending.ordinal != seen {
                    return Err(ApplicationRefusal::Moved.into());
                }
                publicity.may_deny()?;
                insert_denial(connection, (id, sending.ordinal), (by, &reason), now).await?;
                find(connection, id).await
            })
        })
        .await
}

pub(super) async fn insert_denial(
    connection: &mut AnyConnection,
    (application, sending): (ApplicationId, u32),
    (by, reason): (AccountId, &str),
    now: Time,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into application_denied (application, sending, reason, denied_by, denied_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(application.as_str())
    .bind(i64::from(sending))
    .bind(reason.trim())
    .bind(by.as_str())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// The last sending that was not withdrawn, once it has been public.
fn public_one(application: &Application) -> Option<(&Sending, &Publicity)> {
    let sending = application.last().filter(|sending| sending.withdrawn_at.is_none())?;
    sending.publicity.as_ref().map(|publicity| (sending, publicity))
}

async fn about(connection: &mut AnyConnection, id: ObjectionId) -> Result<(ApplicationId, u32), StoreError> {
    let row = sqlx::query("select application, sending from application_objection where id = $1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    let row = row.ok_or(StoreError::NotFound(Noun::Objection))?;
    Ok((row.id("application")?, u32::try_from(row.number("sending")?).unwrap_or(u32::MAX)))
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    (application, sending): (ApplicationId, u32),
    new: &Publicity,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into application_publicised (application, sending, studio, from_day, to_day, new_teacher, backbone)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(application.as_str())
    .bind(i64::from(sending))
    .bind(new.studio.as_ref().map(StudioId::as_str))
    .bind(number_of(new.span.from))
    .bind(number_of(new.span.to))
    .bind(i64::from(new.marks.new_teacher))
    .bind(i64::from(new.marks.backbone))
    .execute(connection)
    .await?;
    Ok(())
}

/// By Application and sending.
pub(super) async fn of_applications(
    connection: &mut AnyConnection,
    ids: &[ApplicationId],
) -> Result<BTreeMap<(ApplicationId, i64), Publicity>, StoreError> {
    let head = "select b.application, b.sending, b.studio, b.from_day, b.to_day, b.new_teacher, b.backbone,
            n.membership, n.named_by, n.named_at, a.name as namer_name,
            y.reason as denial, y.denied_by, y.denied_at, d.name as denier_name
        from application_publicised b
            left join application_named n on n.application = b.application and n.sending = b.sending
            left join account a on a.id = n.named_by
            left join application_denied y on y.application = b.application and y.sending = b.sending
            left join account d on d.id = y.denied_by
        where b.application in";
    let rows = rows_in(connection, head, ids, "").await?;
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut objections = objections(connection, ids).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let key = (row.id("application")?, row.number("sending")?);
        let naming = match row.optional_id("membership")? {
            Some(membership) => Some(Naming {
                membership,
                by: PersonName { id: row.id("named_by")?, name: row.text("namer_name")? },
                at: row.time("named_at")?,
            }),
            None => None,
        };
        let denial = match row.optional_id("denied_by")? {
            Some(id) => Some(Denial {
                reason: row.text("denial")?,
                by: PersonName { id, name: row.text("denier_name")? },
                at: row.time("denied_at")?,
            }),
            None => None,
        };
        let publicity = Publicity {
            span: Span { from: row.day("from_day")?, to: row.day("to_day")? },
            studio: row.optional_id("studio")?,
            marks: MemberMarks { new_teacher: row.flag("new_teacher")?, backbone: row.flag("backbone")? },
            objections: objections.remove(&key).unwrap_or_default(),
            naming,
            denial,
        };
        found.insert(key, publicity);
    }
    Ok(found)
}

async fn objections(
    connection: &mut AnyConnection,
    ids: &[ApplicationId],
) -> Result<BTreeMap<(ApplicationId, i64), Vec<ApplicationObjection>>, StoreError> {
    let head =
        "select o.id, o.application, o.sending, o.reason, o.attachment, o.given_by, o.given_at, g.name as giver_name,
            w.upheld, w.reason as answer_reason, w.answered_by, w.answered_at, b.name as answerer_name
        from application_objection o join account g on g.id = o.given_by
            left join application_answer w on w.objection = o.id
            left join account b on b.id = w.answered_by
        where o.application in";
    let mut found: BTreeMap<(ApplicationId, i64), Vec<ApplicationObjection>> = BTreeMap::new();
    for row in rows_in(connection, head, ids, "order by o.application, o.sending, o.ordinal").await? {
        let answer = match row.optional_id("answered_by")? {
            Some(id) => Some(ApplicationAnswer {
                upheld: row.flag("upheld")?,
                reason: row.text("answer_reason")?,
                by: PersonName { id, name: row.text("answerer_name")? },
                at: row.time("answered_at")?,
            }),
            None => None,
        };
        found.entry((row.id("application")?, row.number("sending")?)).or_default().push(ApplicationObjection {
            id: row.id("id")?,
            reason: row.text("reason")?,
            attachment: row.optional_id("attachment")?,
            by: PersonName { id: row.id("given_by")?, name: row.text("giver_name")? },
            at: row.time("given_at")?,
            answer,
        });
    }
    Ok(found)
}
