//! Who sits down: the Account that is signed in, or name and school, found on the Studio's roster of that day.

use super::refusal::SeatRefusal;
use crate::domain::presence::Person;
use crate::domain::{Activity, Checks, Day};
use crate::http::auth::SignedIn;
use crate::http::error::ApiError;
use crate::http::shapes::SeatGuest;
use crate::http::state::AppState;
use crate::store;
use lectern_signaling::room::Sitter;

pub(in crate::http) fn signed_in(me: &SignedIn) -> Sitter {
    let school = me.profile.school.as_ref();
    Sitter {
        key: Person::Account(me.profile.account.id).key(),
        name: me.profile.account.name.clone(),
        school: school.map(|school| school.name.clone()),
        rural: school.is_some_and(|school| school.rural),
        signed_in: true,
    }
}

/// Exactly one person of the roster with this name and school is that person; nobody is a guest, where the Activity lets
/// guests in.
pub(in crate::http) async fn named(
    app: &AppState,
    activity: &Activity,
    day: Day,
    guest: SeatGuest,
) -> Result<Sitter, ApiError> {
    check(&guest)?;
    let (name, school) = (guest.name.trim(), guest.school.trim());
    let mut found = store::membership::roster_on(&app.store, activity.studio, day).await?;
    found.retain(|one| one.account.name == name && one.school.as_ref().is_some_and(|at| at.name == school));
    // Somebody may have two Memberships on one day.
    found.dedup_by_key(|one| one.account.id);
    let first = found.first().map(|one| one.account.id);
    if found.iter().any(|one| Some(one.account.id) != first) {
        return Err(SeatRefusal::SameName.into());
    }
    let person = match found.into_iter().next() {
        Some(member) => (Person::Account(member.account.id), member.school.is_some_and(|school| school.rural)),
        None if activity.guests_allowed => (Person::Guest { name: name.to_owned(), school: school.to_owned() }, false),
        None => return Err(SeatRefusal::NotOnList.into()),
    };
    let (person, rural) = person;
    Ok(Sitter { key: person.key(), name: name.to_owned(), school: Some(school.to_owned()), rural, signed_in: false })
}

fn check(guest: &SeatGuest) -> Result<(), ApiError> {
    // The ledger writes guests as `name@school`.
    let plain = |text: &str| !text.contains('@');
    Checks::new()
        .text(&guest.name, "name", "姓名", 30)
        .text(&guest.school, "school", "学校名称", 60)
        .that(plain(&guest.name), "name", "姓名里不能有 @。")
        .that(plain(&guest.school), "school", "学校名称里不能有 @。")
        .done()?;
    Ok(())
}
