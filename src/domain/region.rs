//! Region: a province, city or county in a tree; also the station (工作站) that supervises the studios below it.

use super::RegionId;
use super::invalid::{Checks, Invalid};
use super::words::words;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

words! {
    pub enum RegionKind {
        Province = "province" / "省",
        City = "city" / "市",
        County = "county" / "县",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    pub id: RegionId,
    pub name: String,
    pub kind: RegionKind,
    pub parent: Option<RegionId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRegion {
    pub name: String,
    pub kind: RegionKind,
    pub parent: Option<RegionId>,
}

impl NewRegion {
    /// `parent` is the Region named in `self.parent`, when there is one.
    pub fn check(&self, parent: Option<&Region>) -> Result<(), Invalid> {
        // A county may hang under a province: direct-administered counties and districts of a municipality do.
        let fits = match (self.kind, parent.map(|p| p.kind)) {
            (RegionKind::Province, None) => true,
            (RegionKind::Province, Some(_)) | (_, None) => false,
            (kind, Some(above)) => above < kind,
        };
        let sentence = match self.kind {
            RegionKind::Province => "省没有上级区域，请留空。",
            RegionKind::City => "请选择所属的省。",
            RegionKind::County => "请选择所属的市或省。",
        };
        Checks::new().text(&self.name, "name", "区域名称", 40).that(fits, "parent", sentence).done()
    }
}

/// All Regions, for questions about who is above whom.
#[derive(Debug, Clone, Default)]
pub struct RegionTree {
    regions: HashMap<RegionId, Region>,
}

impl RegionTree {
    #[must_use]
    pub fn new(regions: impl IntoIterator<Item = Region>) -> Self {
        Self { regions: regions.into_iter().map(|region| (region.id, region)).collect() }
    }

    #[must_use]
    pub fn get(&self, id: RegionId) -> Option<&Region> {
        self.regions.get(&id)
    }

    /// From the top down to `id` itself; empty when there is no such Region.
    #[must_use]
    pub fn path(&self, id: RegionId) -> Vec<&Region> {
        let mut path = Vec::with_capacity(3);
        let mut at = self.regions.get(&id);
        while let Some(region) = at {
            // The kinds fall strictly, so a path never has more than three Regions; a longer one is a cycle.
            if path.len() == RegionKind::ALL.len() {
                break;
            }
            path.push(region);
            at = region.parent.and_then(|parent| self.regions.get(&parent));
        }
        path.reverse();
        path
    }

    /// `浙江省 / 杭州市 / 淳安县`
    #[must_use]
    pub fn path_name(&self, id: RegionId) -> String {
        self.path(id).iter().map(|region| region.name.as_str()).collect::<Vec<_>>().join(" / ")
    }

    /// Is `id` the Region `scope` or below it?
    #[must_use]
    pub fn covers(&self, scope: RegionId, id: RegionId) -> bool {
        self.path(id).iter().any(|region| region.id == scope)
    }

    /// `scope` and everything below it.
    #[must_use]
    pub fn within(&self, scope: RegionId) -> Vec<RegionId> {
        self.regions.keys().copied().filter(|id| self.covers(scope, *id)).collect()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.regions.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// In tree order: each Region is followed by what is below it, siblings by name.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Region> {
        let mut regions: Vec<(Vec<&str>, &Region)> = self
            .regions
            .values()
            .map(|region| (self.path(region.id).iter().map(|r| r.name.as_str()).collect(), region))
            .collect();
        regions.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
        regions.into_iter().map(|(_, region)| region).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(n: u8, kind: RegionKind, parent: Option<u8>) -> Region {
        let id = |n| RegionId::from_random([n; 10]);
        Region { id: id(n), name: format!("区域{n}"), kind, parent: parent.map(id) }
    }

    #[test]
    fn a_station_covers_its_own_tree_and_no_other() {
        let tree = RegionTree::new([
            region(1, RegionKind::Province, None),
            region(2, RegionKind::City, Some(1)),
            region(3, RegionKind::County, Some(2)),
            region(4, RegionKind::City, Some(1)),
        ]);
        let id = |n| RegionId::from_random([n; 10]);
        assert!(tree.covers(id(1), id(3)) && tree.covers(id(2), id(3)) && tree.covers(id(3), id(3)));
        assert!(!tree.covers(id(4), id(3)) && !tree.covers(id(3), id(2)));
        assert_eq!(tree.path_name(id(3)), "区域1 / 区域2 / 区域3");
    }

    #[test]
    fn a_cycle_in_the_tree_ends() {
        let tree = RegionTree::new([region(1, RegionKind::City, Some(2)), region(2, RegionKind::City, Some(1))]);
        assert_eq!(tree.path(RegionId::from_random([1; 10])).len(), 3);
    }

    #[test]
    fn a_region_hangs_only_under_a_higher_kind() {
        let new = |kind| NewRegion { name: "某地".into(), kind, parent: None };
        let province = region(1, RegionKind::Province, None);
        let county = region(2, RegionKind::County, None);
        assert!(new(RegionKind::Province).check(None).is_ok());
        assert!(new(RegionKind::Province).check(Some(&province)).is_err());
        assert!(new(RegionKind::City).check(None).is_err());
        assert!(new(RegionKind::County).check(Some(&province)).is_ok());
        assert!(new(RegionKind::City).check(Some(&county)).is_err());
    }
}
