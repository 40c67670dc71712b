//! Whether every rule has its source, word for word in the line that it names.

use super::super::Source;
use super::{Findings, Place};

pub(super) fn sources(findings: &mut Findings<'_>, document: Option<&str>) {
    let policy = findings.policy;
    let placed = placed(findings);
    findings.unique("出处", placed.iter().map(|(place, source)| (place.at("id"), source.id.as_str())));
    let Some(document) = document else {
        findings.that(false, &Place::top().at("document"), || format!("找不到文件“{}”。", policy.document));
        return;
    };
    let lines: Vec<&str> = document.lines().collect();
    for (place, source) in placed {
        quote(findings, &lines, (&source.quote, source.line), &place);
        findings.that(!source.part.trim().is_empty(), &place.at("part"), || "没有写在文件的哪一部分。".to_owned());
    }
    for (n, veto) in policy.vetoes.iter().enumerate() {
        quote(findings, &lines, (&veto.quote, veto.line), &Place::top().at("veto").at(n));
    }
}

fn quote(findings: &mut Findings<'_>, lines: &[&str], (quote, number): (&str, u32), place: &Place) {
    let stands = |line: &&str| line.contains(quote);
    let index = (number as usize).checked_sub(1);
    if quote.trim().is_empty() {
        findings.that(false, &place.at("quote"), || "没有引文。".to_owned());
    } else if !index.and_then(|index| lines.get(index)).is_some_and(stands) {
        match lines.iter().position(stands) {
            Some(index) => findings
                .that(false, &place.at("line"), || format!("引文在文件的第 {} 行，不在第 {number} 行。", index + 1)),
            None => findings.that(false, &place.at("quote"), || "文件里没有这句话，引文要一字不差。".to_owned()),
        }
    }
}

/// Every source and where it stands. A rule without one is a finding; what this file had to decide itself (grades, a cycle) has none.
fn placed<'a>(findings: &mut Findings<'a>) -> Vec<(Place, &'a Source)> {
    let (policy, top) = (findings.policy, Place::top());
    let mut all: Vec<(Place, bool, &[Source])> = vec![(top.at("cycle"), false, &policy.cycle.sources)];
    all.extend(
        policy.cycle.final_assessment.iter().map(|one| (top.at("cycle").at("final_assessment"), true, &*one.sources)),
    );
    let entry = |kind: &str, n: usize| Place::top().at(kind).at(n);
    all.extend(policy.criteria.iter().enumerate().map(|(n, one)| (entry("criterion", n), true, &*one.sources)));
    all.extend(policy.choices.iter().enumerate().map(|(n, one)| (entry("choice", n), true, &*one.sources)));
    all.extend(policy.grades.iter().enumerate().map(|(n, one)| (entry("grade", n), false, &*one.sources)));
    all.extend(policy.ranking.iter().map(|one| (top.at("ranking"), true, &*one.sources)));
    all.extend(policy.credits.iter().map(|one| (top.at("credits"), true, &*one.sources)));
    all.extend(policy.money.iter().enumerate().map(|(n, one)| (entry("money", n), true, &*one.sources)));
    all.extend(policy.deadlines.iter().enumerate().map(|(n, one)| (entry("deadline", n), true, &*one.sources)));
    all.extend(policy.conditions.iter().enumerate().map(|(n, one)| (entry("condition", n), true, &*one.sources)));
    all.extend(policy.publicity.iter().enumerate().map(|(n, one)| (entry("publicity", n), true, &*one.sources)));
    all.extend(policy.capacities.iter().enumerate().map(|(n, one)| (entry("capacity", n), true, &*one.sources)));
    all.extend(policy.statements.iter().enumerate().map(|(n, one)| (entry("statement", n), true, &*one.sources)));
    let mut placed = Vec::new();
    for (place, needed, sources) in all {
        findings.that(!(needed && sources.is_empty()), &place, || "没有写出处（sources）。".to_owned());
        placed.extend(sources.iter().enumerate().map(|(n, one)| (place.at("sources").at(n), one)));
    }
    placed
}
