//! Whether a Policy can be meant: every rule names what exists, can be kept, and quotes its document word for word.

mod criteria;
mod results;
mod sources;

use super::Policy;
use super::place::Place;
use std::collections::BTreeSet;

/// What is wrong, and where in the file.
pub(super) type Finding = (Place, String);

/// `document`: the text that is quoted; none when nobody has it.
pub(super) fn findings(policy: &Policy, document: Option<&str>) -> Vec<Finding> {
    let mut findings = Findings { policy, found: Vec::new() };
    head(&mut findings);
    criteria::criteria(&mut findings);
    criteria::choices(&mut findings);
    results::grades(&mut findings);
    results::conditions(&mut findings);
    results::publicity(&mut findings);
    results::others(&mut findings);
    sources::sources(&mut findings, document);
    findings.found
}

struct Findings<'a> {
    policy: &'a Policy,
    found: Vec<Finding>,
}

impl<'a> Findings<'a> {
    fn that(&mut self, good: bool, place: &Place, reason: impl FnOnce() -> String) {
        if !good {
            self.found.push((place.clone(), reason()));
        }
    }

    /// Each of these names stands once.
    fn unique(&mut self, what: &str, names: impl Iterator<Item = (Place, &'a str)>) {
        let mut seen = BTreeSet::new();
        for (place, name) in names {
            self.that(!name.trim().is_empty(), &place, || format!("{what}不能空着。"));
            self.that(seen.insert(name), &place, || format!("{what}“{name}”已经有了。"));
        }
    }

    fn population(&mut self, key: &str, place: &Place) {
        let policy = self.policy;
        self.that(policy.populations.contains_key(key), place, || {
            format!("没有人群“{key}”，[populations] 里有 {}。", list(policy.populations.keys()))
        });
    }

    fn slot(&mut self, key: &str, place: &Place) {
        let policy = self.policy;
        self.that(policy.slots.contains_key(key), place, || {
            format!("没有佐证项“{key}”，[slots] 里有 {}。", list(policy.slots.keys()))
        });
    }

    fn section(&mut self, id: &str, place: &Place) {
        let policy = self.policy;
        self.that(policy.sections.iter().any(|section| section.id == id), place, || {
            format!("没有部分“{id}”，[[section]] 里有 {}。", list(policy.sections.iter().map(|section| &section.id)))
        });
    }
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() { "空".to_owned() } else { names.join("、") }
}

fn head(findings: &mut Findings<'_>) {
    let (policy, top) = (findings.policy, Place::top());
    let key = policy.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    findings.that(key && !policy.key.is_empty() && policy.key.len() <= 40, &top.at("key"), || {
        "代号只用小写字母、数字和横线，最多 40 个。".to_owned()
    });
    findings.that(policy.version >= 1, &top.at("version"), || "版本从 1 开始。".to_owned());
    for (key, text) in [("title", &policy.title), ("issuer", &policy.issuer)] {
        findings.that(!text.trim().is_empty(), &top.at(key), || format!("{key} 不能空着。"));
    }
    findings.that(policy.effective_to.is_none_or(|to| policy.effective_from <= to), &top.at("effective_to"), || {
        "最后一天不能早于第一天。".to_owned()
    });
    let years = top.at("cycle").at("years");
    findings.that((1..=10).contains(&policy.cycle.years), &years, || "周期应在 1 到 10 年之间。".to_owned());
    let last = top.at("cycle").at("final_assessment");
    let titled = policy.cycle.final_assessment.as_ref().is_none_or(|one| !one.title.trim().is_empty());
    findings.that(titled, &last, || "终结性考核的名称（title）不能空着。".to_owned());
    findings.that((1..=240).contains(&policy.class_hour_minutes), &top.at("class_hour_minutes"), || {
        "一课时应在 1 到 240 分钟之间。".to_owned()
    });
    findings.that(policy.about_percent <= 50, &top.at("about_percent"), || "左右最多到 50%。".to_owned());
    if let Err(invalid) = policy.attendance.check() {
        for (field, sentence) in invalid.fields {
            findings.found.push((top.at("attendance").at(field), sentence));
        }
    }
    for (key, population) in &policy.populations {
        let place = top.at("populations").at(key);
        let roles: BTreeSet<_> = population.roles.iter().collect();
        findings.that(!roles.is_empty(), &place, || format!("人群“{key}”没有写明角色。"));
        findings.that(roles.len() == population.roles.len(), &place, || format!("人群“{key}”的角色写重了。"));
    }
    findings.unique(
        "部分的代号",
        policy.sections.iter().enumerate().map(|(n, one)| (top.at("section").at(n).at("id"), one.id.as_str())),
    );
    for (n, section) in policy.sections.iter().enumerate() {
        let used = policy.criteria.iter().any(|criterion| criterion.section == section.id);
        findings.that(used, &top.at("section").at(n), || format!("部分“{}”里没有指标。", section.id));
    }
}
