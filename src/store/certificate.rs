//! Certificates: reports that were given out with a number, and what was revoked of them. Insert-only.

use super::report_issue::{self, NewIssue, Subject};
use super::row::{Columns as _, rows_in, sql};
use super::year_end::{self, Row, Word, YearEnd};
use super::{Noun, Store, StoreError, fact, random};
use crate::domain::policy::Policy;
use crate::domain::year_end::{
    CertificateKind, CertificateNumber, CertificateText, NUMBER, YearEndRefusal, check_reason,
};
use crate::domain::{AccountId, Day, IssueId, MemberRole, PersonName, StudioId, Time, YearEndId};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub id: IssueId,
    pub kind: CertificateKind,
    pub year_end: YearEndId,
    pub studio: StudioId,
    pub studio_name: String,
    /// Whose credits they are.
    pub account: Option<PersonName>,
    pub number: CertificateNumber,
    pub region_name: String,
    pub title: String,
    /// As printed.
    pub figures: Vec<(String, String)>,
    pub given: Word,
    pub revoked: Option<Word>,
}

impl Certificate {
    /// As printed, with the Region that it is counted in.
    #[must_use]
    pub fn number_word(&self) -> String {
        let printed = self.figures.iter().find(|(label, _)| label == NUMBER);
        printed.map_or_else(|| format!("{}{}", self.region_name, self.number), |(_, number)| number.clone())
    }
}

const CERTIFICATE: &str = "select c.issue, c.kind, c.year_end, c.studio, e.name as studio_name, c.account,
        p.name as person_name, c.region, r.name as region_name, c.year, c.number, i.title, i.figures, i.made_at,
        m.name as made_by_name, v.reason, v.revoked_at, b.name as revoked_by_name
    from certificate c join report_issue i on i.id = c.issue join account m on m.id = i.made_by
        join year_end_entry e on e.year_end = c.year_end and e.studio = c.studio
        join region r on r.id = c.region left join account p on p.id = c.account
        left join certificate_revoked v on v.certificate = c.issue left join account b on b.id = v.revoked_by";

/// One that is still to be numbered.
struct Due {
    studio: StudioId,
    account: Option<AccountId>,
    text: CertificateText,
}

/// Gives all that the final result calls for and that nobody holds: one for each Studio that passed, and the credits of its
/// people where the Policy gives any. What an office revoked is not given again by this ([`renew`]), unless the result was corrected
/// since. How many there were.
pub async fn give(store: &Store, id: YearEndId, by: AccountId, now: Time) -> Result<usize, StoreError> {
    let year_end = year_end::get(store, id).await?;
    year_end.course().is_final()?;
    let due = due(store, &year_end, now.day()).await?;
    give_all(store, year_end, due, Again::AfterCorrection, (by, now)).await
}

/// Gives one again in the place of one that was revoked, as the result stands.
pub async fn renew(store: &Store, id: IssueId, by: AccountId, now: Time) -> Result<usize, StoreError> {
    let before = get(store, id).await?;
    let year_end = year_end::get(store, before.year_end).await?;
    year_end.course().is_final()?;
    let account = before.account.as_ref().map(|person| person.id);
    let mut due = due(store, &year_end, now.day()).await?;
    due.retain(|one| (one.studio, one.text.kind, one.account) == (before.studio, before.kind, account));
    give_all(store, year_end, due, Again::Always, (by, now)).await
}

/// When what was revoked is given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    AfterCorrection,
    Always,
}

/// Studios before people, each by name.
async fn due(store: &Store, year_end: &YearEnd, today: Day) -> Result<Vec<Due>, StoreError> {
    let rules = year_end.rules(store)?;
    let mut due = Vec::new();
    for row in year_end::rows(store, year_end).await?.into_iter().filter(Row::passes) {
        let text = text(year_end, &rules, &row, today);
        let studio = row.settled.studio;
        for (account, text) in credits(store, year_end, &rules, (&row, &text)).await? {
            due.push(Due { studio, account: Some(account), text });
        }
        due.push(Due { studio, account: None, text });
    }
    due.sort_by(|a, b| {
        (a.text.kind, &a.text.studio, &a.text.person).cmp(&(b.text.kind, &b.text.studio, &b.text.person))
    });
    Ok(due)
}

async fn give_all(
    store: &Store,
    year_end: YearEnd,
    due: Vec<Due>,
    again: Again,
    (by, now): (AccountId, Time),
) -> Result<usize, StoreError> {
    let mut ids = Vec::with_capacity(due.len());
    for _ in 0..due.len() {
        ids.push(random::id::<IssueId>()?);
    }
    store
        .write(move |connection| {
            Box::pin(async move {
                let mut given = 0;
                for (issue, due) in ids.into_iter().zip(due) {
                    // Asked here, where nobody else writes: of two who give at once the second finds nothing to give.
                    if !is_held(connection, &year_end, &due, again).await? {
                        write(connection, issue, due, &year_end, by, now).await?;
                        given += 1;
                    }
                }
                if given == 0 { Err(YearEndRefusal::NothingToCertify.into()) } else { Ok(given) }
            })
        })
        .await
}

/// Is there one of its kind that was not revoked, or that an office has revoked and nobody corrected since?
async fn is_held(
    connection: &mut AnyConnection,
    year_end: &YearEnd,
    due: &Due,
    again: Again,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "select count(*) as held from certificate c left join certificate_revoked v on v.certificate = c.issue
         where c.year_end = $1 and c.studio = $2 and c.kind = $3 and coalesce(c.account, '') = $4
             and (v.certificate is null or ($5 = 0 and not exists (
                 select 1 from year_end_correction k
                 where k.year_end = c.year_end and k.studio = c.studio and k.corrected_at >= v.revoked_at)))",
    )
    .bind(year_end.id.as_str())
    .bind(due.studio.as_str())
    .bind(due.text.kind.code())
    .bind(due.account.as_ref().map_or("", AccountId::as_str))
    .bind(i64::from(again == Again::Always))
    .fetch_one(connection)
    .await?;
    Ok(row.number("held")? > 0)
}

fn text(year_end: &YearEnd, rules: &Policy, row: &Row, today: Day) -> CertificateText {
    let grade = rules.grades.iter().find(|rule| row.grade() == Some(&rule.id));
    CertificateText {
        kind: CertificateKind::Grade,
        number: String::new(),
        studio: row.entry.name.clone(),
        hosts: row.entry.hosts.clone(),
        person: None,
        credits: None,
        policy: rules.title.clone(),
        span_word: rules.span_word(year_end.covered()),
        assessment: rules.assessment_word(year_end.covered()),
        grade: grade.map_or_else(|| "合格".to_owned(), |rule| rule.title.clone()),
        follows: row.follows(year_end, rules),
        office: year_end.region_name.clone(),
        given_on: today,
    }
}

/// Who was on the roster when the year ended, as it was frozen. Credits are given for years.
async fn credits(
    store: &Store,
    year_end: &YearEnd,
    rules: &Policy,
    (row, text): (&Row, &CertificateText),
) -> Result<Vec<(AccountId, CertificateText)>, StoreError> {
    let rule = rules.credits_of(row.entry.frozen.tier).filter(|_| year_end.scope.is_year());
    let Some(rule) = rule else { return Ok(Vec::new()) };
    let roles = rules.populations.get(&rule.population).map(|one| one.roles.as_slice()).unwrap_or_default();
    let mut people = year_end::roster(store, year_end, rules, row.settled.studio).await?;
    people.retain(|_, (_, role)| roles.contains(role));
    let text = |(account, (name, role)): (AccountId, (String, MemberRole))| {
        let person = Some((name, role.word().to_owned()));
        let credits = Some(rule.amount);
        (account, CertificateText { kind: CertificateKind::Credits, person, credits, ..text.clone() })
    };
    Ok(people.into_iter().map(text).collect())
}

async fn write(
    connection: &mut AnyConnection,
    issue: IssueId,
    due: Due,
    year_end: &YearEnd,
    by: AccountId,
    now: Time,
) -> Result<(), StoreError> {
    let Due { studio, account, mut text } = due;
    let (region, year) = (year_end.region, now.day().year());
    let last = sqlx::query("select coalesce(max(number), 0) as last from certificate where region = $1 and year = $2")
        .bind(region.as_str())
        .bind(i64::from(year))
        .fetch_one(&mut *connection)
        .await?;
    let number = last.number("last")? + 1;
    let told = CertificateNumber { region, year, number: u32::try_from(number).unwrap_or(u32::MAX) };
    text.number = format!("{}{told}", told_apart(connection, year_end).await?);
    let (title, figures) = (text.title(), text.figures());
    let new = NewIssue {
        subject: Subject::Certificate(year_end.id, studio),
        digest: digest(&title, &figures),
        title,
        parameters: None,
        figures,
        heads: Vec::new(),
        made_at: now,
        made_by: by,
    };
    report_issue::insert(connection, issue, &new).await?;
    sqlx::query(
        "insert into certificate (issue, kind, year_end, studio, account, ordinal, region, year, number)
         select $1, $2, $3, $4, $5, coalesce(max(ordinal), 0) + 1, $6, $7, $8 from certificate
         where year_end = $3 and studio = $4 and kind = $2 and coalesce(account, '') = $9",
    )
    .bind(issue.as_str())
    .bind(text.kind.code())
    .bind(year_end.id.as_str())
    .bind(studio.as_str())
    .bind(account.as_ref().map(AccountId::as_str))
    .bind(region.as_str())
    .bind(i64::from(year))
    .bind(number)
    .bind(account.as_ref().map_or("", AccountId::as_str))
    .execute(connection)
    .await?;
    Ok(())
}

/// The name of the Region; where another has the same, after that of the one it lies in.
async fn told_apart(connection: &mut AnyConnection, year_end: &YearEnd) -> Result<String, StoreError> {
    let row = sqlx::query(
        "select coalesce(max(p.name), '') as above, (select count(*) from region o where o.name = r.name) as namesakes
         from region r left join region p on p.id = r.parent where r.id = $1 group by r.id, r.name",
    )
    .bind(year_end.region.as_str())
    .fetch_one(connection)
    .await?;
    let above = if row.number("namesakes")? > 1 { row.text("above")? } else { String::new() };
    Ok(format!("{above}{}", year_end.region_name))
}

/// Of all that is printed.
#[must_use]
pub fn digest(title: &str, figures: &[(String, String)]) -> String {
    fact::fingerprint(&(title, figures))
}

pub async fn revoke(
    store: &Store,
    id: IssueId,
    reason: String,
    by: AccountId,
    now: Time,
) -> Result<Certificate, StoreError> {
    check_reason(&reason)?;
    store
        .write(move |connection| {
            Box::pin(async move {
                if find(connection, id).await?.revoked.is_some() {
                    return Err(YearEndRefusal::Revoked.into());
                }
                write_revoked(connection, id, (&reason, by, now)).await?;
                find(connection, id).await
            })
        })
        .await
}

/// All of this kind that hold, of this Studio in this YearEnd.
pub(super) async fn revoke_of(
    connection: &mut AnyConnection,
    (year_end, studio, kind): (YearEndId, StudioId, CertificateKind),
    said: (&str, AccountId, Time),
) -> Result<(), StoreError> {
    for one in of(connection, year_end).await? {
        if one.studio == studio && one.kind == kind && one.revoked.is_none() {
            write_revoked(connection, one.id, said).await?;
        }
    }
    Ok(())
}

async fn write_revoked(
    connection: &mut AnyConnection,
    id: IssueId,
    (reason, by, now): (&str, AccountId, Time),
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into certificate_revoked (certificate, reason, revoked_by, revoked_at) values ($1, $2, $3, $4)",
    )
    .bind(id.as_str())
    .bind(reason.trim())
    .bind(by.as_str())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn get(store: &Store, id: IssueId) -> Result<Certificate, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// By number.
pub async fn of_year_end(store: &Store, id: YearEndId) -> Result<Vec<Certificate>, StoreError> {
    of(&mut *store.read().await?, id).await
}

/// A person's own, the latest first.
pub async fn of_account(store: &Store, account: AccountId) -> Result<Vec<Certificate>, StoreError> {
    let rows = sqlx::query(sql!("{CERTIFICATE} where c.account = $1 order by i.made_at desc, c.number"))
        .bind(account.as_str())
        .fetch_all(&mut *store.read().await?)
        .await?;
    rows.iter().map(read).collect()
}

async fn of(connection: &mut AnyConnection, id: YearEndId) -> Result<Vec<Certificate>, StoreError> {
    let head = format!("{CERTIFICATE} where c.year_end in");
    rows_in(connection, &head, &[id], "order by c.year, c.number").await?.iter().map(read).collect()
}

async fn find(connection: &mut AnyConnection, id: IssueId) -> Result<Certificate, StoreError> {
    let row =
        sqlx::query(sql!("{CERTIFICATE} where c.issue = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Certificate))?)
}

fn read(row: &AnyRow) -> Result<Certificate, StoreError> {
    let account = match row.optional_id::<AccountId>("account")? {
        Some(id) => Some(PersonName { id, name: row.text("person_name")? }),
        None => None,
    };
    let revoked = match row.optional_time("revoked_at")? {
        Some(at) => Some(Word { reason: row.text("reason")?, by_name: row.text("revoked_by_name")?, at }),
        None => None,
    };
    let figures = serde_json::from_str(&row.text("figures")?);
    Ok(Certificate {
        id: row.id("issue")?,
        kind: row.coded("kind")?,
        year_end: row.id("year_end")?,
        studio: row.id("studio")?,
        studio_name: row.text("studio_name")?,
        account,
        number: CertificateNumber {
            region: row.id("region")?,
            year: i32::try_from(row.number("year")?).map_err(|_| StoreError::Unreadable { column: "year" })?,
            number: u32::try_from(row.number("number")?).map_err(|_| StoreError::Unreadable { column: "number" })?,
        },
        region_name: row.text("region_name")?,
        title: row.text("title")?,
        figures: figures.map_err(|_| StoreError::Unreadable { column: "figures" })?,
        given: Word { reason: String::new(), by_name: row.text("made_by_name")?, at: row.time("made_at")? },
        revoked,
    })
}
