//! Rosters as Facts: every Membership that there ever was, with the Schools of the person.

use super::city;
use super::people::RuralSchools;
use crate::domain::participation::{History, MemberFact, Workplace};
use crate::domain::{AccountId, RegionId, RegionTree, SchoolId, StudioId};
use crate::store::row::{Columns as _, rows_in};
use crate::store::{StoreError, school, school_history};
use sqlx::AnyConnection;
use std::collections::{HashMap, HashSet};

pub(in crate::store) async fn of_studios(
    connection: &mut AnyConnection,
    (tree, rural): (&RegionTree, &RuralSchools),
    studios: &[StudioId],
) -> Result<HashMap<StudioId, Vec<MemberFact>>, StoreError> {
    let head = "select m.studio, m.account, m.role, m.from_day, m.to_day, m.new_teacher, m.backbone, a.name, a.school, s.region
        from membership m join account a on a.id = m.account left join school s on s.id = a.school
        where m.studio in";
    let rows = rows_in(connection, head, studios, "order by m.studio, m.from_day, m.id").await?;
    let moves = moves(connection, studios).await?;
    let mut places = Places { tree, rural, schools: schools(connection, &moves).await?, cities: HashMap::new() };
    let mut found: HashMap<StudioId, Vec<MemberFact>> = HashMap::new();
    for row in rows {
        let account: AccountId = row.id("account")?;
        let now: Option<SchoolId> = row.optional_id("school")?;
        if let (Some(school), Some(region)) = (now, row.optional_id("region")?) {
            places.schools.insert(school, region);
        }
        let schools = moves.get(&account).cloned().unwrap_or_else(|| History::always(now));
        let member = MemberFact {
            account,
            name: row.text("name")?,
            role: row.coded("role")?,
            from: row.day("from_day")?,
            to: row.optional_day("to_day")?,
            workplaces: places.of(&schools),
            new_teacher: row.flag("new_teacher")?,
            backbone: row.flag("backbone")?,
        };
        found.entry(row.id("studio")?).or_default().push(member);
    }
    Ok(found)
}

/// Of everybody who ever was in one of these Studios and has moved.
async fn moves(connection: &mut AnyConnection, studios: &[StudioId]) -> Result<school_history::Moves, StoreError> {
    let head =
        "select distinct m.account from membership m join school_move v on v.account = m.account where m.studio in";
    let rows = rows_in(connection, head, studios, "").await?;
    let accounts: HashSet<AccountId> = rows.iter().map(|row| row.id("account")).collect::<Result<_, _>>()?;
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    school_history::moves(connection, &accounts).await
}

/// The Regions of the Schools that these people came from or went to.
async fn schools(
    connection: &mut AnyConnection,
    moves: &school_history::Moves,
) -> Result<HashMap<SchoolId, RegionId>, StoreError> {
    let ids: HashSet<SchoolId> = moves.values().flat_map(|of| of.all().filter_map(|school| *school)).collect();
    let ids: Vec<SchoolId> = ids.into_iter().collect();
    let found = school::of_ids(connection, &ids).await?;
    Ok(found.into_iter().map(|(id, school)| (id, school.region)).collect())
}

/// What is known of Schools.
struct Places<'a> {
    tree: &'a RegionTree,
    rural: &'a RuralSchools,
    schools: HashMap<SchoolId, RegionId>,
    /// A Region's city is looked up once, not for each of its teachers.
    cities: HashMap<RegionId, Option<RegionId>>,
}

impl Places<'_> {
    fn of(&mut self, schools: &History<Option<SchoolId>>) -> History<Workplace> {
        for region in schools.all().filter_map(|school| self.schools.get(&(*school)?)) {
            self.cities.entry(*region).or_insert_with(|| city(self.tree, *region));
        }
        schools.refine(|school| {
            let Some(school) = *school else { return History::always(Workplace::default()) };
            let city = self.schools.get(&school).and_then(|region| self.cities.get(region).copied().flatten());
            let place = |rural| Workplace { school: Some(school), rural, city };
            self.rural.of(school).refine(|rural| History::always(place(*rural)))
        })
    }
}
