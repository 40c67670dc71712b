//! Cases as pages show them: leaves and appeals with the person, the Activity and the record, and who may decide them.

use super::attendance::{self, record_of};
use super::card::{self, ActivityCard, Look};
use super::row::{Columns as _, number_of};
use super::{Store, StoreError, account, activity, appeal, attachment, leave, membership, region, session};
use crate::domain::attendance::AttendanceRecord;
use crate::domain::case::{CaseState, Decider, may_decide_for};
use crate::domain::{
    Account, AccountId, AccountRole, Activity, Appeal, Attachment, AttachmentId, Day, Leave, MemberRole, PersonName,
    RegionId, RegionTree, School, Session, Studio, StudioId, Time,
};
use sqlx::AnyConnection;
use std::collections::HashSet;

/// Cases of one person in one answer: years of them.
const MOST_OF_ONE: i64 = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Case {
    Leave(Leave),
    Appeal(Appeal),
}

/// A case with all that is shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseCard {
    pub case: Case,
    pub person: PersonName,
    pub school: Option<School>,
    pub attachment: Option<Attachment>,
    /// Of an appeal, its `session` is the one appealed.
    pub activity: ActivityCard,
    /// Is it about a host of this Studio?
    pub concerns_host: bool,
    /// Of an appeal that is open: what the person's record says.
    pub record: Option<AttendanceRecord>,
}

impl Case {
    #[must_use]
    pub fn account(&self) -> AccountId {
        match self {
            Self::Leave(leave) => leave.account,
            Self::Appeal(appeal) => appeal.account,
        }
    }

    #[must_use]
    pub fn state(&self) -> CaseState {
        match self {
            Self::Leave(leave) => leave.state(),
            Self::Appeal(appeal) => appeal.state(),
        }
    }

    #[must_use]
    pub fn asked_at(&self) -> Time {
        match self {
            Self::Leave(leave) => leave.asked_at,
            Self::Appeal(appeal) => appeal.asked_at,
        }
    }

    fn attachment(&self) -> Option<AttachmentId> {
        match self {
            Self::Leave(leave) => leave.attachment,
            Self::Appeal(appeal) => appeal.attachment,
        }
    }
}

/// Which Studios somebody keeps, and as what.
pub struct Keeping {
    account: AccountId,
    hosted: HashSet<StudioId>,
    supervised: Supervised,
}

enum Supervised {
    Nothing,
    Region(RegionId, RegionTree),
    Everything,
}

impl Keeping {
    pub async fn of(store: &Store, account: &Account, today: Day) -> Result<Self, StoreError> {
        let memberships = membership::of_account(store, account.id, today).await?;
        let hosted = memberships.into_iter().filter(|one| one.membership.role == MemberRole::Host);
        let supervised = match (account.role, account.scope) {
            (AccountRole::Admin, _) => Supervised::Everything,
            (AccountRole::Office, Some(scope)) => Supervised::Region(scope, region::tree(store).await?),
            _ => Supervised::Nothing,
        };
        Ok(Self { account: account.id, hosted: hosted.map(|one| one.membership.studio).collect(), supervised })
    }

    #[must_use]
    pub fn nothing(&self) -> bool {
        self.hosted.is_empty() && matches!(self.supervised, Supervised::Nothing)
    }

    /// Those that this person keeps; none stands for all there are.
    async fn studios(&self, connection: &mut AnyConnection) -> Result<Option<Vec<StudioId>>, StoreError> {
        let mut kept = self.hosted.clone();
        match &self.supervised {
            Supervised::Nothing => {}
            Supervised::Everything => return Ok(None),
            Supervised::Region(scope, tree) => {
                for row in sqlx::query("select id, region from studio").fetch_all(connection).await? {
                    if tree.covers(*scope, row.id("region")?) {
                        kept.insert(row.id("id")?);
                    }
                }
            }
        }
        Ok(Some(kept.into_iter().collect()))
    }

    #[must_use]
    pub fn decider(&self, studio: &Studio) -> Option<Decider> {
        let over = match &self.supervised {
            Supervised::Nothing => false,
            Supervised::Region(scope, tree) => tree.covers(*scope, studio.region),
            Supervised::Everything => true,
        };
        let hosts = self.hosted.contains(&studio.id);
        if over { Some(Decider::Office) } else { hosts.then_some(Decider::Host) }
    }

    /// May this person decide the case, as far as persons go?
    #[must_use]
    pub fn may_decide(&self, card: &CaseCard) -> bool {
        let own = card.case.account() == self.account;
        self.decider(&card.activity.studio).is_some_and(|decider| may_decide_for(decider, own, card.concerns_host))
    }
}

/// What waits for this keeper, the oldest first.
pub async fn waiting(store: &Store, keeping: &Keeping, look: Look) -> Result<Vec<CaseCard>, StoreError> {
    if keeping.nothing() {
        return Ok(Vec::new());
    }
    let mut connection = store.read().await?;
    let studios = keeping.studios(&mut connection).await?;
    if studios.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let leaves = leave::open(&mut connection, studios.as_deref()).await?.into_iter().map(Case::Leave);
    let appeals = appeal::open(&mut connection, studios.as_deref()).await?.into_iter().map(Case::Appeal);
    let mut cases: Vec<Case> = leaves.chain(appeals).collect();
    cases.sort_by_key(Case::asked_at);
    let mut cards = shown(store, &mut connection, cases, look).await?;
    cards.retain(|card| keeping.may_decide(card));
    Ok(cards)
}

/// How many cases of this Activity wait for this keeper.
pub async fn waiting_of(
    store: &Store,
    keeping: &Keeping,
    activity: &Activity,
    studio: &Studio,
    now: Time,
) -> Result<u32, StoreError> {
    let Some(decider) = keeping.decider(studio) else { return Ok(0) };
    let mut connection = store.read().await?;
    let leaves = leave::all_of(&mut connection, activity.id).await?;
    let open = leaves.into_iter().filter(|leave| leave.state() == CaseState::Open).map(|leave| leave.account);
    let appeals = appeal::open_of(&mut connection, activity.id).await?;
    let accounts: Vec<AccountId> = open.chain(appeals.into_iter().map(|appeal| appeal.account)).collect();
    let days = [now.day(), activity.planned_start.day()];
    let mut waiting = 0;
    for account in accounts {
        let concerns_host = hosts(&mut connection, studio.id, account, days).await?;
        waiting += u32::from(may_decide_for(decider, account == keeping.account, concerns_host));
    }
    Ok(waiting)
}

/// What this person asked for, the newest first.
pub async fn of_account(store: &Store, account: AccountId, look: Look) -> Result<Vec<CaseCard>, StoreError> {
    let mut connection = store.read().await?;
    let leaves = leave::of_account(&mut connection, account, MOST_OF_ONE).await?.into_iter().map(Case::Leave);
    let appeals = appeal::of_account(&mut connection, account, MOST_OF_ONE).await?.into_iter().map(Case::Appeal);
    let mut cases: Vec<Case> = leaves.chain(appeals).collect();
    cases.sort_by_key(|case| std::cmp::Reverse(case.asked_at()));
    shown(store, &mut connection, cases, look).await
}

/// These cases, as they are shown.
pub async fn cards(store: &Store, cases: Vec<Case>, look: Look) -> Result<Vec<CaseCard>, StoreError> {
    shown(store, &mut *store.read().await?, cases, look).await
}

async fn shown(
    store: &Store,
    connection: &mut AnyConnection,
    cases: Vec<Case>,
    look: Look,
) -> Result<Vec<CaseCard>, StoreError> {
    let mut cards = Vec::with_capacity(cases.len());
    for (case, activity) in with_activities(connection, look, cases).await? {
        cards.extend(card_of(store, connection, case, activity, look.now).await?);
    }
    Ok(cards)
}

async fn with_activities(
    connection: &mut AnyConnection,
    look: Look,
    cases: Vec<Case>,
) -> Result<Vec<(Case, ActivityCard)>, StoreError> {
    let mut activities: Vec<Activity> = Vec::with_capacity(cases.len());
    let mut sessions: Vec<Option<Session>> = Vec::with_capacity(cases.len());
    for case in &cases {
        let (activity, session) = match case {
            Case::Leave(leave) => (leave.activity, None),
            Case::Appeal(appeal) => {
                let session = session::find(connection, appeal.session).await?;
                (session.activity, Some(session))
            }
        };
        activities.push(activity::find(connection, activity).await?);
        sessions.push(session);
    }
    let mut cards = card::decorate(connection, look, activities).await?;
    for (card, session) in cards.iter_mut().zip(sessions) {
        if let Some(session) = session {
            let people = card.session.take().filter(|one| one.session.id == session.id).map_or(0, |one| one.people);
            card.session = Some(card::SessionCard { session, people });
        }
    }
    Ok(cases.into_iter().zip(cards).collect())
}

async fn card_of(
    store: &Store,
    connection: &mut AnyConnection,
    case: Case,
    activity: ActivityCard,
    now: Time,
) -> Result<Option<CaseCard>, StoreError> {
    let account = case.account();
    let Some(profile) = account::find(connection, account).await? else { return Ok(None) };
    let attachment = match case.attachment() {
        Some(id) => Some(attachment::find(connection, id).await?),
        None => None,
    };
    let record = match (&case, &activity.session) {
        (Case::Appeal(appeal), Some(found)) if appeal.decision.is_none() => {
            record_of(store, connection, found.session.clone(), account, i64::MAX).await?
        }
        _ => None,
    };
    let days = [now.day(), activity.activity.planned_start.day()];
    let concerns_host = hosts(connection, activity.studio.id, account, days).await?;
    let person = PersonName { id: account, name: profile.account.name };
    Ok(Some(CaseCard { case, person, school: profile.school, attachment, activity, concerns_host, record }))
}

/// Is the person a host of the Studio on any of these days?
pub(super) async fn hosts(
    connection: &mut AnyConnection,
    studio: StudioId,
    account: AccountId,
    [one, other]: [Day; 2],
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "select count(*) as times from membership
         where studio = $1 and account = $2 and role = 'host'
             and ((from_day <= $3 and (to_day is null or to_day >= $3))
                 or (from_day <= $4 and (to_day is null or to_day >= $4)))",
    )
    .bind(studio.as_str())
    .bind(account.as_str())
    .bind(number_of(one))
    .bind(number_of(other))
    .fetch_one(connection)
    .await?;
    Ok(row.number("times")? > 0)
}

/// Is one of these Accounts a host of the Studio, on the Activity's day or now?
pub async fn any_host(
    store: &Store,
    activity: &Activity,
    accounts: &[AccountId],
    now: Time,
) -> Result<bool, StoreError> {
    let mut connection = store.read().await?;
    let days = [now.day(), activity.planned_start.day()];
    for &account in accounts {
        if hosts(&mut connection, activity.studio, account, days).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Was the person meant to be there, on the Activity's day?
pub async fn expected(store: &Store, activity: &Activity, account: AccountId) -> Result<bool, StoreError> {
    let mut connection = store.read().await?;
    let keys = attendance::expected(&mut connection, activity, activity.planned_start.day()).await?;
    Ok(keys.contains(&account.to_string()))
}

/// Has the person left a line in the Session?
pub async fn came(store: &Store, session: &Session, account: AccountId) -> Result<bool, StoreError> {
    super::correction::came(&mut *store.read().await?, session.id, &[account.to_string()]).await
}
