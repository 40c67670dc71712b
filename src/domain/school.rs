//! School: where teachers work, in a Region, rural or not.

use super::invalid::{Checks, Invalid};
use super::{RegionId, SchoolId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct School {
    pub id: SchoolId,
    pub name: String,
    pub region: RegionId,
    pub rural: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSchool {
    pub name: String,
    pub region: RegionId,
    pub rural: bool,
}

impl NewSchool {
    pub fn check(&self) -> Result<(), Invalid> {
        Checks::new().text(&self.name, "name", "学校名称", 60).done()
    }
}
