//! Activity cards: an Activity with all that a list shows of it; and the lists of the pages.

use super::activity::ACTIVITY;
use super::row::{Columns as _, number_of, sql};
use super::session::SESSION;
use super::{Page, Paged, Store, StoreError, activity, page, session, studio};
use crate::domain::attendance::has_come;
use crate::domain::presence::PresenceKind;
use crate::domain::{
    AccountId, Activity, ActivityId, ActivityRole, ActivityState, PersonName, Session, SessionId, Studio, StudioId,
    Time,
};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityCard {
    pub activity: Activity,
    pub studio: Studio,
    pub presenters: Vec<PersonName>,
    /// The latest Session, once there is one.
    pub session: Option<SessionCard>,
    /// What the one who looks is to this Activity; none for someone not signed in.
    pub my_role: Option<ActivityRole>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCard {
    pub session: Session,
    /// How many different people have come, so far or in all, online or to a seat that was not struck. Encoders, players and
    /// Classrooms are not people.
    pub people: u64,
}

/// Who looks, and when: for `my_role`, and for what "today" is.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub account: Option<AccountId>,
    pub now: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// On now, the longest running first.
    pub live: Vec<ActivityCard>,
    /// Still to come today, and what should have begun today but has not.
    pub today: Vec<ActivityCard>,
    /// After today.
    pub next: Vec<ActivityCard>,
    /// Ended, the newest first.
    pub recent: Vec<ActivityCard>,
}

/// As many as each list of the home page shows.
const HOME_ROWS: i64 = 20;
const ALWAYS: (i64, i64) = (i64::MIN, i64::MAX);

/// Which Activities; the default is all.
#[derive(Debug, Clone, Default)]
pub struct ActivityFilter {
    /// Part of the title.
    pub search: String,
    pub studio: Option<StudioId>,
    pub state: Option<ActivityState>,
}

pub async fn home(store: &Store, look: Look) -> Result<Home, StoreError> {
    let today = look.now.day();
    let (start, end) = (today.start().micros(), today.end().micros());
    let mut connection = store.read().await?;
    // One decoration for all four lists: they are told apart again by state and time.
    let mut activities = Vec::new();
    for (state, (from, to), order) in [
        (ActivityState::Live, ALWAYS, ""),
        (ActivityState::Planned, (start, end), ""),
        (ActivityState::Planned, (end, i64::MAX), ""),
        (ActivityState::Ended, ALWAYS, "desc"),
    ] {
        let rows = sqlx::query(sql!(
            "select {ACTIVITY} from activity a where a.state = $1 and a.planned_start >= $2 and a.planned_start < $3
             order by a.planned_start {order} limit $4"
        ))
        .bind(state.code())
        .bind(from)
        .bind(to)
        .bind(HOME_ROWS)
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            activities.push(activity::read(row)?);
        }
    }
    let mut home = Home { live: Vec::new(), today: Vec::new(), next: Vec::new(), recent: Vec::new() };
    for card in decorate(&mut connection, look, activities).await? {
        let list = match card.activity.state {
            ActivityState::Live => &mut home.live,
            ActivityState::Ended => &mut home.recent,
            _ if card.activity.planned_start < today.end() => &mut home.today,
            _ => &mut home.next,
        };
        list.push(card);
    }
    Ok(home)
}

/// Activities by their planned start, the latest first.
pub async fn list(
    store: &Store,
    look: Look,
    filter: &ActivityFilter,
    page: Page,
) -> Result<Paged<ActivityCard>, StoreError> {
    const FILTER: &str = "where ($1 = '' or lower(a.title) like $1 escape '\\')
        and ($2 = '' or a.studio = $2) and ($3 = '' or a.state = $3)";
    let pattern = page::pattern(&filter.search);
    let studio = filter.studio.as_ref().map_or("", StudioId::as_str);
    let state = filter.state.map_or("", ActivityState::code);
    let mut connection = store.read().await?;
    let rows = sqlx::query(sql!(
        "select {ACTIVITY} from activity a {FILTER} order by a.planned_start desc, a.id limit $4 offset $5"
    ))
    .bind(pattern.as_str())
    .bind(studio)
    .bind(state)
    .bind(page.limit())
    .bind(page.offset())
    .fetch_all(&mut *connection)
    .await?;
    let total = sqlx::query(sql!("select count(*) as total from activity a {FILTER}"))
        .bind(pattern.as_str())
        .bind(studio)
        .bind(state)
        .fetch_one(&mut *connection)
        .await?
        .number("total")?;
    let activities = rows.iter().map(activity::read).collect::<Result<_, _>>()?;
    Ok(page.of(total, decorate(&mut connection, look, activities).await?))
}

pub async fn of_activity(store: &Store, look: Look, id: ActivityId) -> Result<ActivityCard, StoreError> {
    let mut connection = store.read().await?;
    let one = activity::find(&mut connection, id).await?;
    let cards = decorate(&mut connection, look, vec![one]).await?;
    cards.into_iter().next().ok_or(StoreError::NotFound(super::Noun::Activity))
}

/// The card of the Session's Activity; its `session` is this one.
pub async fn of_session(store: &Store, look: Look, id: SessionId) -> Result<ActivityCard, StoreError> {
    let mut connection = store.read().await?;
    let session = session::find(&mut connection, id).await?;
    let one = activity::find(&mut connection, session.activity).await?;
    let people = people(&mut connection, &[id]).await?.get(&id).copied().unwrap_or(0);
    let cards = decorate(&mut connection, look, vec![one]).await?;
    let mut card = cards.into_iter().next().ok_or(StoreError::NotFound(super::Noun::Activity))?;
    card.session = Some(SessionCard { session, people });
    Ok(card)
}

/// Adds studio, presenters, Session and role: four queries, however many Activities there are.
pub(super) async fn decorate(
    connection: &mut AnyConnection,
    look: Look,
    activities: Vec<Activity>,
) -> Result<Vec<ActivityCard>, StoreError> {
    if activities.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<ActivityId> = activities.iter().map(|one| one.id).collect();
    let studios: Vec<StudioId> = activities.iter().map(|one| one.studio).collect::<HashSet<_>>().into_iter().collect();
    let studios = studio::of_ids(connection, &studios).await?;
    let mut presenters = presenters(connection, &ids).await?;
    let mut sessions = sessions(connection, &ids).await?;
    let hosting = match look.account {
        Some(account) => hosting(connection, account, look.now).await?,
        None => HashSet::new(),
    };
    activities
        .into_iter()
        .map(|activity| {
            let presenters = presenters.remove(&activity.id).unwrap_or_default();
            let my_role = look.account.map(|me| {
                if hosting.contains(&activity.studio) {
                    ActivityRole::Host
                } else if presenters.iter().any(|one| one.id == me) {
                    ActivityRole::Presenter
                } else {
                    ActivityRole::Viewer
                }
            });
            let studio = studios.get(&activity.studio).cloned().ok_or(StoreError::NotFound(super::Noun::Studio))?;
            Ok(ActivityCard { session: sessions.remove(&activity.id), studio, presenters, my_role, activity })
        })
        .collect()
}

/// Of one Activity, in their order.
pub async fn presenters_of(store: &Store, activity: ActivityId) -> Result<Vec<PersonName>, StoreError> {
    let mut found = presenters(&mut *store.read().await?, &[activity]).await?;
    Ok(found.remove(&activity).unwrap_or_default())
}

async fn presenters(
    connection: &mut AnyConnection,
    ids: &[ActivityId],
) -> Result<HashMap<ActivityId, Vec<PersonName>>, StoreError> {
    let places = page::placeholders(1, ids.len());
    let statement = sql!(
        "select p.activity, a.id, a.name from presenter p join account a on a.id = p.account
         where p.activity in ({places}) order by p.activity, p.position"
    );
    let query = ids.iter().fold(sqlx::query(statement), |query, id| query.bind(id.as_str()));
    let mut found: HashMap<ActivityId, Vec<PersonName>> = HashMap::new();
    for row in query.fetch_all(connection).await? {
        let person = PersonName { id: row.id("id")?, name: row.text("name")? };
        found.entry(row.id("activity")?).or_default().push(person);
    }
    Ok(found)
}

/// The latest Session of each.
async fn sessions(
    connection: &mut AnyConnection,
    ids: &[ActivityId],
) -> Result<HashMap<ActivityId, SessionCard>, StoreError> {
    let places = page::placeholders(1, ids.len());
    let statement = sql!("select {SESSION} from session s where s.activity in ({places}) order by s.started_at, s.id");
    let query = ids.iter().fold(sqlx::query(statement), |query, id| query.bind(id.as_str()));
    let mut latest: HashMap<ActivityId, Session> = HashMap::new();
    for row in query.fetch_all(&mut *connection).await? {
        let session = session::read(&row)?;
        latest.insert(session.activity, session);
    }
    let sessions: Vec<SessionId> = latest.values().map(|session| session.id).collect();
    let people = people(connection, &sessions).await?;
    let card = |session: Session| SessionCard { people: people.get(&session.id).copied().unwrap_or(0), session };
    Ok(latest.into_iter().map(|(activity, session)| (activity, card(session))).collect())
}

async fn people(connection: &mut AnyConnection, ids: &[SessionId]) -> Result<HashMap<SessionId, u64>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let places = page::placeholders(1, ids.len());
    let statement = sql!(
        "select session, count(distinct person) as people from presence_event
         where kind in ('joined', 'seated') and person not like 'classroom:%' and session in ({places}) group by session"
    );
    let query = ids.iter().fold(sqlx::query(statement), |query, id| query.bind(id.as_str()));
    let mut people = HashMap::new();
    for row in query.fetch_all(&mut *connection).await? {
        people.insert(row.id("session")?, u64::try_from(row.number("people")?).unwrap_or(0));
    }
    for session in only_struck(connection, ids).await? {
        people.entry(session).and_modify(|count| *count = count.saturating_sub(1));
    }
    Ok(people)
}

/// The Session of each person who was seated there only to be struck. Few are ever struck, and a cross join lets SQLite begin
/// with them instead of reading every checkpoint.
async fn only_struck(connection: &mut AnyConnection, ids: &[SessionId]) -> Result<Vec<SessionId>, StoreError> {
    let places = page::placeholders(1, ids.len());
    let statement = sql!(
        "select e.session, e.person, e.kind, e.detail
         from (select distinct u.session, u.person from presence_event u
             where u.session in ({places}) and u.kind <> 'checkpoint' and u.kind = 'unseated'
                 and u.detail like '%\"cause\":\"struck\"%') s
         cross join presence_event e
         where e.person = s.person and e.session = s.session and e.kind in ('joined', 'seated', 'unseated')
         order by e.session, e.person, e.sequence"
    );
    let query = ids.iter().fold(sqlx::query(statement), |query, id| query.bind(id.as_str()));
    let mut lives: BTreeMap<(SessionId, String), Vec<(PresenceKind, String)>> = BTreeMap::new();
    for row in query.fetch_all(connection).await? {
        let life = lives.entry((row.id("session")?, row.text("person")?)).or_default();
        life.push((row.coded("kind")?, row.text("detail")?));
    }
    let struck = |life: &[(PresenceKind, String)]| {
        let lines = life.iter().map(|(kind, detail)| (*kind, detail.as_str()));
        life.iter().any(|(kind, _)| *kind == PresenceKind::Seated) && !has_come(lines)
    };
    Ok(lives.into_iter().filter(|(_, life)| struck(life)).map(|((session, _), _)| session).collect())
}

/// The studios that this person hosts today.
async fn hosting(
    connection: &mut AnyConnection,
    account: AccountId,
    now: Time,
) -> Result<HashSet<StudioId>, StoreError> {
    let rows = sqlx::query(
        "select studio from membership
         where account = $1 and role = 'host' and from_day <= $2 and (to_day is null or to_day >= $2)",
    )
    .bind(account.as_str())
    .bind(number_of(now.day()))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| row.id("studio")).collect()
}
