//! Memberships: who is in which Studio, as what, from when to when.

use super::row::{Columns as _, number_of, rows_in, sql, works};
use super::{Noun, Store, StoreError, application, constraint, random, region, studio};
use crate::domain::case::Decider;
use crate::domain::{
    AccountId, Day, DaysNote, MemberMarks, MemberRole, Membership, MembershipDays, MembershipId, NewMembership,
    PersonName, School, StudioId, Time,
};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::HashMap;

/// A Membership with the person and their school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub membership: Membership,
    pub account: PersonName,
    pub title: String,
    pub school: Option<School>,
    pub marks: MemberMarks,
}

/// A Membership with the Studio's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    pub membership: Membership,
    pub studio_name: String,
}

const MEMBERSHIP: &str = "m.id, m.studio, m.account, m.role, m.from_day, m.to_day";

/// By rank in the studio, then by when they came.
const ORDER: &str = "case m.role when 'host' then 0 when 'core' then 1 when 'trainee' then 2 when 'adviser' then 3
    else 4 end, m.from_day, m.id";

/// All Memberships of the Studio, past ones too: hosts first, then by day.
pub async fn of_studio(store: &Store, studio: StudioId) -> Result<Vec<Member>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {MEMBERSHIP}, m.new_teacher, m.backbone, a.name, a.title, a.school, s.name as school_name, s.region as school_region,
             s.rural as school_rural
         from membership m join account a on a.id = m.account left join school s on s.id = a.school
         where m.studio = $1 order by {ORDER}"
    ))
    .bind(studio.as_str())
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read_member).collect()
}

/// The names of those who host these Studios on `day`, or hosted them on their last day.
pub async fn hosts_of(
    store: &Store,
    studios: &[StudioId],
    day: Day,
) -> Result<HashMap<StudioId, Vec<String>>, StoreError> {
    let day = number_of(day);
    let head =
        "select m.studio, a.name, m.from_day, m.to_day, s.last_day from membership m join account a on a.id = m.account
            join studio s on s.id = m.studio where m.role = 'host' and m.studio in";
    let mut found: HashMap<StudioId, Vec<String>> = HashMap::new();
    for row in rows_in(&mut *store.read().await?, head, studios, "order by m.studio, m.from_day, m.id").await? {
        let day = row.optional_number("last_day")?.map_or(day, |last| last.min(day));
        if row.number("from_day")? <= day && row.optional_number("to_day")?.is_none_or(|to| day <= to) {
            found.entry(row.id("studio")?).or_default().push(row.text("name")?);
        }
    }
    Ok(found)
}

/// Who was in the Studio on `day`.
pub async fn roster_on(store: &Store, studio: StudioId, day: Day) -> Result<Vec<Member>, StoreError> {
    let mut members = of_studio(store, studio).await?;
    members.retain(|member| member.membership.on(day));
    Ok(members)
}

/// The Memberships of a person that count on `day`, in Studios that work on it.
pub async fn of_account(store: &Store, account: AccountId, day: Day) -> Result<Vec<Belonging>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {MEMBERSHIP}, s.name as studio_name
         from membership m join studio s on s.id = m.studio
         where m.account = $1 and m.from_day <= $2 and (m.to_day is null or m.to_day >= $2) and {} order by {ORDER}",
        works!("$2")
    ))
    .bind(account.as_str())
    .bind(number_of(day))
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(|row| Ok(Belonging { membership: read(row)?, studio_name: row.text("studio_name")? })).collect()
}

/// What a person is in on that day, or was in on the last day of a Studio that is closed: they still read what its members read.
pub async fn last_of_account(store: &Store, account: AccountId, day: Day) -> Result<Vec<Membership>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {MEMBERSHIP} from membership m join studio s on s.id = m.studio
         where m.account = $1 and m.from_day <= case when s.last_day < $2 then s.last_day else $2 end
             and (m.to_day is null or m.to_day >= case when s.last_day < $2 then s.last_day else $2 end) order by {ORDER}"
    ))
    .bind(account.as_str())
    .bind(number_of(day))
    .fetch_all(&mut *store.read().await?)
    .await?;
    rows.iter().map(read).collect()
}

/// All Memberships of a person, past ones too.
pub async fn all_of_account(store: &Store, account: AccountId) -> Result<Vec<Membership>, StoreError> {
    let rows =
        sqlx::query(sql!("select {MEMBERSHIP} from membership m where m.account = $1 order by m.from_day, m.id"))
            .bind(account.as_str())
            .fetch_all(&mut *store.read().await?)
            .await?;
    rows.iter().map(read).collect()
}

/// What the person is in the Studio on `day`; the highest role when there are several.
pub async fn role_on(
    store: &Store,
    studio: StudioId,
    account: AccountId,
    day: Day,
) -> Result<Option<MemberRole>, StoreError> {
    let roles = of_account(store, account, day).await?;
    Ok(roles.into_iter().find(|one| one.membership.studio == studio).map(|one| one.membership.role))
}

/// A Membership begins, within the quotas of the Studio's Policy.
pub async fn create(
    store: &Store,
    new: NewMembership,
    marks: MemberMarks,
    (keeper, note): (Decider, DaysNote),
) -> Result<Membership, StoreError> {
    new.days().check(None, keeper, &note)?;
    let id: MembershipId = random::id()?;
    let (store_of, tree) = (store.clone(), region::tree(store).await?);
    store
        .write(move |connection| {
            Box::pin(async move {
                let NewMembership { studio, account, role, from, to } = new;
                let membership = Membership { id, studio, account, role, from, to };
                let now = (&tree, note.at.day());
                application::within_own_quota(connection, &store_of, &membership, marks, now).await?;
                begin(connection, &membership, &note).await?;
                write_marks(connection, id, marks).await?;
                Ok(membership)
            })
        })
        .await
}

/// Within the caller's transaction, with the trace of who did it.
pub(super) async fn begin(connection: &mut AnyConnection, new: &Membership, note: &DaysNote) -> Result<(), StoreError> {
    studio::must_work(connection, new.studio, new.to).await?;
    insert(connection, new).await?;
    trace(connection, new.id, (None, new.days()), note).await
}

async fn insert(connection: &mut AnyConnection, new: &Membership) -> Result<(), StoreError> {
    sqlx::query("insert into membership (id, studio, account, role, from_day, to_day) values ($1, $2, $3, $4, $5, $6)")
        .bind(new.id.as_str())
        .bind(new.studio.as_str())
        .bind(new.account.as_str())
        .bind(new.role.code())
        .bind(number_of(new.from))
        .bind(new.to.map(number_of))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn get(store: &Store, id: MembershipId) -> Result<Membership, StoreError> {
    find(&mut *store.read().await?, id).await
}

pub(super) async fn find(connection: &mut AnyConnection, id: MembershipId) -> Result<Membership, StoreError> {
    let row = sqlx::query(sql!("select {MEMBERSHIP} from membership m where m.id = $1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Membership))?)
}

/// Ends what still goes on; somebody else may have ended it meanwhile.
pub(super) async fn end(
    connection: &mut AnyConnection,
    id: MembershipId,
    last: Day,
    note: &DaysNote,
) -> Result<(), StoreError> {
    let before = find(connection, id).await?.days();
    if before.to.is_some_and(|to| to < last) {
        return Err(StoreError::Conflict(constraint::named("membership_open_taken")));
    }
    set_days(connection, id, (before, MembershipDays { to: Some(last), ..before }), note).await
}

/// What is to become of a Membership; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MembershipChange {
    pub from: Option<Day>,
    pub to: Option<Option<Day>>,
    pub new_teacher: Option<bool>,
    pub backbone: Option<bool>,
}

/// All of it or nothing. Where days change, who changed them and why is kept; a Membership that is to last longer has to be
/// within the quotas of the Studio's Policy.
pub async fn change(
    store: &Store,
    id: MembershipId,
    change: MembershipChange,
    (keeper, note): (Decider, DaysNote),
) -> Result<(), StoreError> {
    let (store_of, tree) = (store.clone(), region::tree(store).await?);
    store
        .write(move |connection| {
            Box::pin(async move {
                let row = sqlx::query(sql!(
                    "select {MEMBERSHIP}, m.new_teacher, m.backbone from membership m where m.id = $1"
                ))
                .bind(id.as_str())
                .fetch_optional(&mut *connection)
                .await?
                .ok_or(StoreError::NotFound(Noun::Membership))?;
                let membership = read(&row)?;
                let before = membership.days();
                let after =
                    MembershipDays { from: change.from.unwrap_or(before.from), to: change.to.unwrap_or(before.to) };
                after.check(Some(before), keeper, &note)?;
                let marks = read_marks(&row)?;
                let marks = MemberMarks {
                    new_teacher: change.new_teacher.unwrap_or(marks.new_teacher),
                    backbone: change.backbone.unwrap_or(marks.backbone),
                };
                if after.reaches_beyond(before) {
                    studio::must_work(connection, membership.studio, after.to).await?;
                    let longer = Membership { from: after.from, to: after.to, ..membership };
                    let now = (&tree, note.at.day());
                    application::within_own_quota(connection, &store_of, &longer, marks, now).await?;
                }
                if after != before {
                    set_days(connection, id, (before, after), &note).await?;
                }
                write_marks(connection, id, marks).await
            })
        })
        .await
}

/// Within the caller's transaction, with the trace of who did it.
async fn set_days(
    connection: &mut AnyConnection,
    id: MembershipId,
    (before, after): (MembershipDays, MembershipDays),
    note: &DaysNote,
) -> Result<(), StoreError> {
    sqlx::query("update membership set from_day = $2, to_day = $3 where id = $1")
        .bind(id.as_str())
        .bind(number_of(after.from))
        .bind(after.to.map(number_of))
        .execute(&mut *connection)
        .await?;
    trace(connection, id, (Some(before), after), note).await
}

/// Ends what lasts longer than the Studio works; what would have begun later is over with its first day. Each with the number of the
/// word that says so.
pub(super) async fn end_with_studio(
    connection: &mut AnyConnection,
    studio: StudioId,
    last_day: Day,
    note: &DaysNote,
) -> Result<Vec<(MembershipId, i64)>, StoreError> {
    let rows = sqlx::query(sql!(
        "select {MEMBERSHIP} from membership m where m.studio = $1 and (m.to_day is null or m.to_day > $2) order by m.id"
    ))
    .bind(studio.as_str())
    .bind(number_of(last_day))
    .fetch_all(&mut *connection)
    .await?;
    let mut ended = Vec::with_capacity(rows.len());
    for row in &rows {
        let membership = read(row)?;
        let before = membership.days();
        let after = MembershipDays { to: Some(last_day.max(before.from)), ..before };
        if after != before {
            set_days(connection, membership.id, (before, after), note).await?;
            ended.push((membership.id, last_change(connection, membership.id).await?));
        }
    }
    Ok(ended)
}

/// Gives a Membership the days that it had before this word, unless somebody has changed them since.
pub(super) async fn take_back(
    connection: &mut AnyConnection,
    (id, change): (MembershipId, i64),
    note: &DaysNote,
) -> Result<(), StoreError> {
    if last_change(connection, id).await? != change {
        return Ok(());
    }
    let row =
        sqlx::query("select before_from, before_to from membership_changed where membership = $1 and ordinal = $2")
            .bind(id.as_str())
            .bind(change)
            .fetch_one(&mut *connection)
            .await?;
    let before = MembershipDays { from: row.day("before_from")?, to: row.optional_day("before_to")? };
    let now = find(connection, id).await?.days();
    set_days(connection, id, (now, before), note).await
}

async fn last_change(connection: &mut AnyConnection, id: MembershipId) -> Result<i64, StoreError> {
    sqlx::query("select coalesce(max(ordinal), 0) as last from membership_changed where membership = $1")
        .bind(id.as_str())
        .fetch_one(connection)
        .await?
        .number("last")
}

/// What the person of this Membership is marked as.
pub(super) async fn marks_of(connection: &mut AnyConnection, id: MembershipId) -> Result<MemberMarks, StoreError> {
    let row = sqlx::query("select new_teacher, backbone from membership where id = $1")
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    read_marks(&row.ok_or(StoreError::NotFound(Noun::Membership))?)
}

pub(super) async fn write_marks(
    connection: &mut AnyConnection,
    id: MembershipId,
    marks: MemberMarks,
) -> Result<(), StoreError> {
    sqlx::query("update membership set new_teacher = $2, backbone = $3 where id = $1")
        .bind(id.as_str())
        .bind(i64::from(marks.new_teacher))
        .bind(i64::from(marks.backbone))
        .execute(connection)
        .await?;
    Ok(())
}

/// What somebody was marked as in one Membership, they are in the one that follows it.
pub(super) async fn carry_marks(
    connection: &mut AnyConnection,
    from: MembershipId,
    to: MembershipId,
) -> Result<(), StoreError> {
    sqlx::query(
        "update membership set new_teacher = (select o.new_teacher from membership o where o.id = $2),
             backbone = (select o.backbone from membership o where o.id = $2)
         where id = $1",
    )
    .bind(to.as_str())
    .bind(from.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

async fn trace(
    connection: &mut AnyConnection,
    id: MembershipId,
    (before, after): (Option<MembershipDays>, MembershipDays),
    note: &DaysNote,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into membership_changed (membership, ordinal, before_from, before_to, after_from, after_to, reason,
             changed_by, changed_at)
         select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6, $7, $8 from membership_changed where membership = $1",
    )
    .bind(id.as_str())
    .bind(before.map(|before| number_of(before.from)))
    .bind(before.and_then(|before| before.to).map(number_of))
    .bind(number_of(after.from))
    .bind(after.to.map(number_of))
    .bind(note.reason.trim())
    .bind(note.by.as_str())
    .bind(note.at.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// A word about the days of a Membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaysChanged {
    pub account: PersonName,
    pub role: MemberRole,
    /// None where the Membership was begun.
    pub before: Option<MembershipDays>,
    pub after: MembershipDays,
    pub reason: String,
    pub by_name: String,
    pub at: Time,
}

/// What was said after `since` that changed who was in the Studio on `day`, in that order.
pub async fn changes_touching(
    store: &Store,
    studio: StudioId,
    day: Day,
    since: Time,
) -> Result<Vec<DaysChanged>, StoreError> {
    let rows = sqlx::query(
        "select a.id, a.name, m.role, c.before_from, c.before_to, c.after_from, c.after_to, c.reason, b.name as by_name,
             c.changed_at
         from membership_changed c join membership m on m.id = c.membership join account a on a.id = m.account
             join account b on b.id = c.changed_by
         where m.studio = $1 and c.changed_at > $2 order by c.changed_at, c.membership, c.ordinal",
    )
    .bind(studio.as_str())
    .bind(since.micros())
    .fetch_all(&mut *store.read().await?)
    .await?;
    let mut found: Vec<DaysChanged> = rows.iter().map(read_change).collect::<Result<_, _>>()?;
    found.retain(|one| one.before.is_some_and(|before| before.on(day)) != one.after.on(day));
    Ok(found)
}

fn read_change(row: &AnyRow) -> Result<DaysChanged, StoreError> {
    let before = match row.optional_day("before_from")? {
        Some(from) => Some(MembershipDays { from, to: row.optional_day("before_to")? }),
        None => None,
    };
    Ok(DaysChanged {
        account: PersonName { id: row.id("id")?, name: row.text("name")? },
        role: row.coded("role")?,
        before,
        after: MembershipDays { from: row.day("after_from")?, to: row.optional_day("after_to")? },
        reason: row.text("reason")?,
        by_name: row.text("by_name")?,
        at: row.time("changed_at")?,
    })
}

fn read_marks(row: &AnyRow) -> Result<MemberMarks, StoreError> {
    Ok(MemberMarks { new_teacher: row.flag("new_teacher")?, backbone: row.flag("backbone")? })
}

fn read(row: &AnyRow) -> Result<Membership, StoreError> {
    Ok(Membership {
        id: row.id("id")?,
        studio: row.id("studio")?,
        account: row.id("account")?,
        role: row.coded("role")?,
        from: row.day("from_day")?,
        to: row.optional_day("to_day")?,
    })
}

fn read_member(row: &AnyRow) -> Result<Member, StoreError> {
    let membership = read(row)?;
    let school = match row.optional_id("school")? {
        Some(id) => Some(School {
            id,
            name: row.text("school_name")?,
            region: row.id("school_region")?,
            rural: row.flag("school_rural")?,
        }),
        None => None,
    };
    let account = PersonName { id: membership.account, name: row.text("name")? };
    let marks = read_marks(row)?;
    Ok(Member { membership, account, title: row.text("title")?, school, marks })
}
