//! Reports: the lines of a Session, the names of its people and the roster of its day, brought together.

use super::attendance::{expected, timetable};
use super::row::{Columns as _, number_of, sql};
use super::session::SESSION;
use super::session_record::{self, Found};
use super::{Store, StoreError, account, activity, leave, policy, region, school_history, session, studio};
use crate::domain::attendance::{
    AttendanceParameters, AttendanceReport, Excuse, Known, KnownSchool, Occasion, ReportSource, Timetable, YearReport,
    report,
};
use crate::domain::presence::PresenceEvent;
use crate::domain::{AccountId, Activity, Day, MemberRole, RegionTree, School, Session, SessionId, Studio, StudioId};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, HashMap};

/// The report on one Session.
pub async fn of_session(store: &Store, id: SessionId) -> Result<AttendanceReport, StoreError> {
    let tree = region::tree(store).await?;
    let mut connection = store.read().await?;
    let session = session::find(&mut connection, id).await?;
    let subject = Subject::of(store, &mut connection, session).await?;
    subject.report(store, &mut connection, &tree).await
}

/// The report that these lines, the first of the Session, give with the names and the rosters of now; judged by these parameters
/// or by those in force for the Session.
pub async fn of_lines(
    store: &Store,
    id: SessionId,
    events: Vec<PresenceEvent>,
    parameters: Option<&AttendanceParameters>,
) -> Result<AttendanceReport, StoreError> {
    let tree = region::tree(store).await?;
    let mut connection = store.read().await?;
    let session = session::find(&mut connection, id).await?;
    let mut subject = Subject::of(store, &mut connection, session).await?;
    if let Some(parameters) = parameters {
        subject.parameters = parameters.clone();
    }
    let found = session_record::made(&subject, events).await?;
    subject.report_from(&mut connection, &tree, found).await
}

/// The reports on the Studio's Sessions of the year, those that are over, put together.
pub async fn of_year(store: &Store, studio: &Studio, year: i32) -> Result<YearReport, StoreError> {
    let tree = region::tree(store).await?;
    let sessions = sessions_of_year(&mut *store.read().await?, studio.id, year).await?;
    let mut reports = Vec::with_capacity(sessions.len());
    for session in sessions {
        // Each Session takes its turn at a reader, of which there are few.
        let mut connection = store.read().await?;
        let subject = Subject::of(store, &mut connection, session).await?;
        reports.push(subject.report(store, &mut connection, &tree).await?);
    }
    let parameters = match (reports.last(), days_of(year)) {
        (Some(last), _) => last.parameters.clone(),
        (None, days) => policy::parameters(store, studio, days.map_or(studio.cycle_start, |(_, next)| next.plus(-1))),
    };
    Ok(YearReport::of((studio.id, studio.name.clone()), year, &parameters, reports))
}

/// The Studio's Sessions of the year that are over, by their beginning.
async fn sessions_of_year(
    connection: &mut AnyConnection,
    studio: StudioId,
    year: i32,
) -> Result<Vec<Session>, StoreError> {
    let Some((from, to)) = days_of(year) else { return Ok(Vec::new()) };
    let rows = sqlx::query(sql!(
        "select {SESSION} from session s join activity a on a.id = s.activity
         where a.studio = $1 and s.started_at >= $2 and s.started_at < $3 and s.ended_at is not null
         order by s.started_at, s.id"
    ))
    .bind(studio.as_str())
    .bind(from.start().micros())
    .bind(to.start().micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(session::read).collect()
}

/// The first day of the year, and the first of the next.
pub(super) fn days_of(year: i32) -> Option<(Day, Day)> {
    let first = |year: i32| Day::parse(&format!("{year:04}-01-01")).ok();
    Some((first(year)?, first(year + 1)?))
}

/// A Session with all but its lines that its records and its report follow from.
pub(super) struct Subject {
    pub(super) session: Session,
    pub(super) activity: Activity,
    studio: Studio,
    pub(super) timetable: Timetable,
    /// Those of the Studio's Policy on the day of the Session.
    pub(super) parameters: AttendanceParameters,
    pub(super) expected: Vec<String>,
    pub(super) excuses: Vec<Excuse>,
}

impl Subject {
    pub(super) async fn of(
        store: &Store,
        connection: &mut AnyConnection,
        session: Session,
    ) -> Result<Self, StoreError> {
        let activity = activity::find(connection, session.activity).await?;
        let studio = studio::of_ids(connection, &[activity.studio]).await?.remove(&activity.studio);
        let studio = studio.ok_or(StoreError::NotFound(super::Noun::Studio))?;
        let expected = expected(connection, &activity, session.started_at.day()).await?;
        let timetable = timetable(&session, &activity);
        let excuses = leave::excuses(connection, activity.id).await?;
        let parameters = policy::parameters(store, &studio, session.started_at.day());
        Ok(Self { session, activity, studio, timetable, parameters, expected, excuses })
    }

    pub(super) async fn report(
        self,
        store: &Store,
        connection: &mut AnyConnection,
        tree: &RegionTree,
    ) -> Result<AttendanceReport, StoreError> {
        let found = session_record::of(store, connection, &self).await?;
        self.report_from(connection, tree, found).await
    }

    async fn report_from(
        self,
        connection: &mut AnyConnection,
        tree: &RegionTree,
        Found { events, records, head }: Found,
    ) -> Result<AttendanceReport, StoreError> {
        let roles = roles_on(connection, self.studio.id, self.session.started_at.day()).await?;
        let presenters = presenters(connection, &self.activity).await?;
        let accounts: Vec<AccountId> =
            records.iter().filter_map(|record| AccountId::parse(&record.person).ok()).collect();
        let mut profiles = account::of_ids(connection, accounts).await?;
        school_history::as_of(connection, &mut profiles, self.session.started_at.day()).await?;
        let people: BTreeMap<String, Known> = profiles
            .into_iter()
            .map(|(id, profile)| {
                let known = Known {
                    name: profile.account.name,
                    school: profile.school.map(|school| known_school(tree, school)),
                    role: roles.get(&id).copied(),
                    presenter: presenters.iter().any(|(presenter, _)| *presenter == id),
                    guest: false,
                };
                (id.to_string(), known)
            })
            .collect();
        let occasion = Occasion {
            session: self.session.id,
            activity: self.activity.id,
            title: self.activity.title,
            kind: self.activity.kind,
            mode: self.activity.mode,
            level: self.activity.level,
            studio: self.studio.id,
            studio_name: self.studio.name,
            presenters: presenters.into_iter().map(|(_, name)| name).collect(),
        };
        let (timetable, parameters) = (&self.timetable, &self.parameters);
        let source = ReportSource { occasion, people: &people, events: &events, timetable, parameters, records, head };
        Ok(report(source))
    }
}

/// What each member of the Studio was on that day; the highest role when there are several.
async fn roles_on(
    connection: &mut AnyConnection,
    studio: StudioId,
    day: Day,
) -> Result<HashMap<AccountId, MemberRole>, StoreError> {
    let rows = sqlx::query(
        "select account, role from membership
         where studio = $1 and from_day <= $2 and (to_day is null or to_day >= $2)",
    )
    .bind(studio.as_str())
    .bind(number_of(day))
    .fetch_all(connection)
    .await?;
    let mut roles: HashMap<AccountId, MemberRole> = HashMap::new();
    for row in rows {
        let (account, role): (AccountId, MemberRole) = (row.id("account")?, row.coded("role")?);
        let known = roles.entry(account).or_insert(role);
        // The roles are told by rank.
        *known = (*known).min(role);
    }
    Ok(roles)
}

async fn presenters(
    connection: &mut AnyConnection,
    activity: &Activity,
) -> Result<Vec<(AccountId, String)>, StoreError> {
    let rows = sqlx::query(
        "select a.id, a.name from presenter p join account a on a.id = p.account
         where p.activity = $1 order by p.position",
    )
    .bind(activity.id.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.id("id")?, row.text("name")?))).collect()
}

/// With its city and its county; the province is the same for nearly everybody.
pub(super) fn known_school(tree: &RegionTree, school: School) -> KnownSchool {
    let path = tree.path(school.region);
    let below = path.iter().skip(usize::from(path.len() > 1)).map(|region| region.name.as_str());
    let region = below.collect::<Vec<_>>().join(" / ");
    KnownSchool { name: school.name, rural: school.rural, region: (!region.is_empty()).then_some(region) }
}
