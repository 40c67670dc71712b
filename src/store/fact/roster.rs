//! Rosters as Facts: every Membership that there ever was, with the School of the person.

use super::city;
use crate::domain::participation::MemberFact;
use crate::domain::{RegionId, RegionTree, SchoolId, StudioId};
use crate::store::StoreError;
use crate::store::row::{Columns as _, rows_in};
use sqlx::AnyConnection;
use std::collections::HashMap;

pub(in crate::store) async fn of_studios(
    connection: &mut AnyConnection,
    tree: &RegionTree,
    studios: &[StudioId],
) -> Result<HashMap<StudioId, Vec<MemberFact>>, StoreError> {
    let head = "select m.studio, m.account, m.role, m.from_day, m.to_day, m.new_teacher, m.backbone, a.name, a.school,
            s.rural, s.region
        from membership m join account a on a.id = m.account left join school s on s.id = a.school
        where m.studio in";
    // A Region's city is looked up once, not for each of its teachers.
    let mut cities: HashMap<RegionId, Option<RegionId>> = HashMap::new();
    let mut found: HashMap<StudioId, Vec<MemberFact>> = HashMap::new();
    for row in rows_in(connection, head, studios, "order by m.studio, m.from_day, m.id").await? {
        let region: Option<RegionId> = row.optional_id("region")?;
        let school: Option<SchoolId> = row.optional_id("school")?;
        let member = MemberFact {
            account: row.id("account")?,
            name: row.text("name")?,
            role: row.coded("role")?,
            from: row.day("from_day")?,
            to: row.optional_day("to_day")?,
            school,
            rural: row.optional_number("rural")? == Some(1),
            city: region.and_then(|region| *cities.entry(region).or_insert_with(|| city(tree, region))),
            new_teacher: row.flag("new_teacher")?,
            backbone: row.flag("backbone")?,
        };
        found.entry(row.id("studio")?).or_default().push(member);
    }
    Ok(found)
}
