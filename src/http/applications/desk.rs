//! Who may speak about an Application: what the asker is, looked up once, and held against where each stands.

use super::super::auth::SignedIn;
use super::super::error::{ApiError, Need};
use super::super::state::AppState;
use crate::domain::application::{ApplicationObjection, Publicity, Standing, Step, Stop, chosen, standing, stops};
use crate::domain::{
    AccountId, AccountRole, Application, ApplicationState, Day, MemberRole, ObjectionId, Recruitment, RecruitmentId,
    RegionId, RegionTree, Review, ReviewVerdict, School, SchoolId, Studio, StudioId,
};
use crate::store;
use std::collections::{HashMap, HashSet};

/// The asker.
pub(in crate::http) struct Desk {
    pub(in crate::http) me: AccountId,
    pub(in crate::http) admin: bool,
    pub(in crate::http) scope: Option<RegionId>,
    pub(in crate::http) tree: RegionTree,
    /// The Studios that the asker hosts today, and all that they are in.
    pub(in crate::http) hosted: HashSet<StudioId>,
    inside: HashSet<StudioId>,
}

/// An Application with all that deciding about it needs.
pub(in crate::http) struct Case {
    pub(in crate::http) application: Application,
    pub(in crate::http) recruitment: Recruitment,
    pub(in crate::http) stops: Vec<Stop>,
    pub(in crate::http) school: Option<School>,
    /// The Studio whose host is asked has none today: its office speaks in the host's place.
    pub(in crate::http) hostless: bool,
}

/// What somebody has to do about an Application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Task {
    Review,
    /// An objection waits for its answer.
    Answer,
    Name,
}

/// Studios by id.
pub(in crate::http) type Studios = HashMap<StudioId, Studio>;

impl Desk {
    pub(in crate::http) async fn of(app: &AppState, me: &SignedIn) -> Result<Self, ApiError> {
        let account = &me.profile.account;
        let today = app.clock.now().day();
        let memberships = store::membership::of_account(&app.store, account.id, today).await?;
        let hosts = memberships.iter().filter(|one| one.membership.role == MemberRole::Host);
        Ok(Self {
            me: account.id,
            admin: me.is_admin(),
            scope: account.scope.filter(|_| account.role == AccountRole::Office),
            tree: store::region::tree(&app.store).await?,
            hosted: hosts.map(|one| one.membership.studio).collect(),
            inside: memberships.iter().map(|one| one.membership.studio).collect(),
        })
    }

    /// Is the Region within what the asker's office supervises?
    pub(in crate::http) fn supervises(&self, region: RegionId) -> bool {
        self.admin || self.scope.is_some_and(|scope| self.tree.covers(scope, region))
    }

    pub(in crate::http) fn is_office(&self) -> bool {
        self.admin || self.scope.is_some()
    }

    /// Is there anything that the asker keeps?
    pub(in crate::http) fn keeps_any(&self) -> bool {
        self.is_office() || !self.hosted.is_empty()
    }

    /// As an office does that is not of the Studio.
    pub(in crate::http) fn decides_about(&self, studio: &Studio) -> bool {
        self.supervises(studio.region) && !self.inside.contains(&studio.id)
    }

    pub(in crate::http) fn keeps(&self, recruitment: &Recruitment) -> bool {
        self.supervises(recruitment.region) || recruitment.studio.is_some_and(|studio| self.hosted.contains(&studio))
    }

    /// May the asker speak next? Nobody about themselves.
    pub(in crate::http) fn may_decide(&self, case: &Case, studios: &Studios) -> bool {
        let Some(Standing::Waiting(stop)) = case.standing() else { return false };
        if case.application.account.id == self.me {
            return false;
        }
        match (stop.step, stop.studio, stop.region) {
            (Step::Host, Some(studio), _) => {
                let in_place = || studios.get(&studio).is_some_and(|studio| self.decides_about(studio));
                self.admin || self.hosted.contains(&studio) || (case.hostless && in_place())
            }
            (_, _, Some(region)) => self.supervises(region),
            _ => case.taken_by().and_then(|id| studios.get(&id)).is_some_and(|studio| self.decides_about(studio)),
        }
    }

    /// Does the asker answer objections and name for this Application, as the office that decided? Nobody for themselves.
    pub(in crate::http) fn settles(&self, case: &Case, studios: &Studios) -> bool {
        if case.application.account.id == self.me {
            return false;
        }
        match case.recruitment.role {
            MemberRole::Host => self.supervises(case.recruitment.region),
            _ => case.taken_by().and_then(|id| studios.get(&id)).is_some_and(|studio| self.decides_about(studio)),
        }
    }

    /// What waits for the asker today.
    pub(in crate::http) fn task(&self, case: &Case, studios: &Studios, today: Day) -> Option<Task> {
        if self.may_decide(case, studios) {
            return Some(Task::Review);
        }
        let public = case.publicity().filter(|public| public.stands() && self.settles(case, studios))?;
        if public.may_name(today).is_ok() {
            return Some(Task::Name);
        }
        let open = |one: &ApplicationObjection| one.answer.is_none() && one.by.id != self.me;
        public.objections.iter().any(open).then_some(Task::Answer)
    }

    /// Does the asker, who may speak, do so in the place of a host whom the Studio lacks?
    pub(in crate::http) fn speaks_in_place(&self, case: &Case) -> bool {
        case.hostless && case.asked_host().is_some_and(|studio| !self.hosted.contains(&studio))
    }

    /// May the asker read it? The applicant, the hosts whose turn it was or is, and the offices that speak about it.
    pub(in crate::http) fn may_read(&self, case: &Case, studios: &Studios) -> bool {
        if case.application.account.id == self.me {
            return true;
        }
        let Some(sending) = case.application.last() else { return false };
        let wished = |id: &StudioId| {
            self.hosted.contains(id) || studios.get(id).is_some_and(|studio| self.supervises(studio.region))
        };
        self.keeps(&case.recruitment)
            || case.school.as_ref().is_some_and(|school| self.supervises(school.region))
            || sending.draft.choices.iter().take(case.turns()).any(wished)
    }
}

impl Case {
    /// How many of the wished Studios have been asked; those after them hear nothing of it yet.
    fn turns(&self) -> usize {
        let reviews = self.application.last().map_or(&[][..], |sending| &sending.reviews);
        let declined = |review: &&Review| review.step == Step::Host && review.verdict == ReviewVerdict::Refused;
        reviews.iter().filter(declined).count() + 1
    }

    /// Of the last sending, while it was not withdrawn.
    pub(in crate::http) fn standing(&self) -> Option<Standing> {
        let sending = self.application.last().filter(|sending| sending.withdrawn_at.is_none())?;
        Some(standing(&self.recruitment, sending, &self.stops))
    }

    /// The Studio whose host speaks next.
    fn asked_host(&self) -> Option<StudioId> {
        match self.standing() {
            Some(Standing::Waiting(Stop { step: Step::Host, studio, .. })) => studio,
            _ => None,
        }
    }

    pub(in crate::http) fn state(&self) -> ApplicationState {
        self.application.state(&self.recruitment, &self.stops)
    }

    /// Of the last sending, while it was not withdrawn.
    pub(in crate::http) fn publicity(&self) -> Option<&Publicity> {
        self.application.last().filter(|sending| sending.withdrawn_at.is_none())?.publicity.as_ref()
    }

    /// All that were ever made, the latest sending last.
    pub(in crate::http) fn objections(&self) -> impl Iterator<Item = &ApplicationObjection> {
        let public = self.application.sendings.iter().filter_map(|sending| sending.publicity.as_ref());
        public.flat_map(|public| &public.objections)
    }

    /// Is this objection to what waits to be named?
    pub(in crate::http) fn is_about_now(&self, objection: ObjectionId) -> bool {
        let public = self.publicity().filter(|public| public.stands());
        public.is_some_and(|public| public.objections.iter().any(|one| one.id == objection))
    }

    pub(in crate::http) fn taken_by(&self) -> Option<StudioId> {
        self.application.last().and_then(|sending| chosen(&sending.reviews))
    }

    /// The Studios that were wished for, of what was sent last.
    pub(in crate::http) fn choices(&self) -> &[StudioId] {
        self.application.last().map_or(&self.application.draft.choices, |sending| &sending.draft.choices)
    }
}

/// Applications with what they refer to.
pub(in crate::http) async fn cases(
    app: &AppState,
    tree: &RegionTree,
    applications: Vec<Application>,
) -> Result<(Vec<Case>, Studios), ApiError> {
    let mut ids: Vec<RecruitmentId> = applications.iter().map(|one| one.recruitment).collect();
    ids.sort_unstable();
    ids.dedup();
    let recruitments = store::recruitment::by_ids(&app.store, &ids).await?;
    let mut ids: Vec<SchoolId> = applications.iter().filter_map(|one| one.last().map(|sent| sent.school)).collect();
    ids.sort_unstable();
    ids.dedup();
    let schools = store::school::by_ids(&app.store, &ids).await?;
    let mut found = Vec::with_capacity(applications.len());
    for application in applications {
        let Some(recruitment) = recruitments.get(&application.recruitment).cloned() else { continue };
        let school = application.last().and_then(|sent| schools.get(&sent.school)).cloned();
        let stops = school.as_ref().map_or_else(Vec::new, |school| stops(&recruitment, school.region, tree));
        found.push(Case { application, recruitment, stops, school, hostless: false });
    }
    let asked: Vec<StudioId> = found.iter().filter_map(Case::asked_host).collect();
    let hosts = store::membership::hosts_of(&app.store, &asked, app.clock.now().day()).await?;
    for case in &mut found {
        case.hostless = case.asked_host().is_some_and(|studio| !hosts.contains_key(&studio));
    }
    let mut ids: Vec<StudioId> = found.iter().flat_map(|case| case.choices().to_vec()).collect();
    ids.extend(found.iter().filter_map(|case| case.recruitment.studio));
    ids.sort_unstable();
    ids.dedup();
    let studios = store::studio::by_ids(&app.store, &ids).await?;
    Ok((found, studios))
}

/// One of them, for somebody who may read it.
pub(in crate::http) async fn case_for(
    app: &AppState,
    desk: &Desk,
    application: Application,
) -> Result<(Case, Studios), ApiError> {
    let (mut found, studios) = cases(app, &desk.tree, vec![application]).await?;
    let case = found.pop().ok_or(ApiError::Missing(store::Noun::Application))?;
    if desk.may_read(&case, &studios) { Ok((case, studios)) } else { Err(ApiError::Forbidden(Need::Reviewer)) }
}
