//! What holds for any Studio under any of the programmes.

use super::story::{Story, many};
use crate::domain::participation::{Attended, Facts};
use crate::domain::policy::{Measure, built_in};
use crate::domain::scorecard::{ScoreState, Scorecard, Share, score, shares, todo};
use crate::domain::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// One thing that happens to a Studio; numbers choose among its people, kinds and slots.
#[derive(Debug, Clone)]
enum Happening {
    Activity {
        kind: usize,
        level: usize,
        confirmed: bool,
        mode: usize,
        series: Option<u8>,
        taking: [usize; 3],
        people: Vec<(usize, usize)>,
    },
    Evidence {
        slot: usize,
        person: Option<usize>,
        state: u8,
    },
    Joins {
        person: usize,
        role: usize,
    },
    Leaves {
        person: usize,
    },
    Guides {
        mentor: usize,
        mentee: usize,
    },
    Resource {
        selected: bool,
    },
    Helps,
    Chooses {
        confirmed: bool,
        at: usize,
    },
}

/// How many people there are; the first fourteen are on the roster from the beginning.
const PEOPLE: usize = 24;

fn happening() -> impl Strategy<Value = Happening> {
    let person = || 0..PEOPLE;
    let activity = (
        0..ActivityKind::ALL.len(),
        0..Level::ALL.len(),
        any::<bool>(),
        0..Mode::ALL.len(),
        prop::option::of(0_u8..2),
        [person(), person(), person()],
        prop::collection::vec((person(), 0_usize..4), 0..30),
    );
    prop_oneof![
        6 => activity.prop_map(|(kind, level, confirmed, mode, series, taking, people)| {
            Happening::Activity { kind, level, confirmed, mode, series, taking, people }
        }),
        3 => (0_usize..40, prop::option::of(person()), 0_u8..3)
            .prop_map(|(slot, person, state)| Happening::Evidence { slot, person, state }),
        1 => (person(), 0..MemberRole::ALL.len()).prop_map(|(person, role)| Happening::Joins { person, role }),
        1 => person().prop_map(|person| Happening::Leaves { person }),
        1 => (person(), person()).prop_map(|(mentor, mentee)| Happening::Guides { mentor, mentee }),
        1 => any::<bool>().prop_map(|selected| Happening::Resource { selected }),
        1 => Just(Happening::Helps),
        1 => (any::<bool>(), 0_usize..4).prop_map(|(confirmed, at)| Happening::Chooses { confirmed, at }),
    ]
}

/// Two years of happenings, each some days after the one before.
fn happenings() -> impl Strategy<Value = Vec<(i32, Happening)>> {
    prop::collection::vec((0_i32..40, happening()), 0..40)
}

fn told(policy: usize, happenings: &[(i32, Happening)]) -> Story {
    let policy = built_in()[policy].clone();
    let mut at = Day::parse("2025-09-01").unwrap();
    let mut story = Story::of(policy, at);
    let names = many("人", PEOPLE);
    story.host(&names[0]).core(&names[1..10]).trainees(&names[10..14]).rural(&["人2", "人3"]);
    for (days, happening) in happenings {
        at = at.plus(*days);
        happens(&mut story, at, happening, &names);
    }
    story
}

fn happens(story: &mut Story, at: Day, happening: &Happening, names: &[String]) {
    let text = at.to_string();
    match happening {
        Happening::Activity { kind, level, confirmed, mode, series, taking, people } => {
            let playing = story.day(&text).activity(ActivityKind::ALL[*kind], "活动");
            let mut playing =
                playing.by(&[&names[taking[0]]]).hosted_by(&[&names[taking[1]]]).reviewed_by(&[&names[taking[2]]]);
            let level = Level::ALL[*level];
            playing = if *confirmed { playing.level(level) } else { playing.claims(level) };
            playing = playing.change(|activity| activity.mode = Mode::ALL[*mode]);
            if let Some(series) = series {
                playing = playing.series(&series.to_string());
            }
            for (person, verdict) in people {
                let name = [&names[*person]];
                playing = match verdict {
                    0 | 1 => playing.present(&name),
                    2 => playing.unknown(&name),
                    _ => playing.absent(&name),
                };
            }
        }
        Happening::Evidence { slot, person, state } => {
            let slots: Vec<String> = story.policy.slots.keys().cloned().collect();
            let Some(slot) = slots.get(slot % slots.len().max(1)) else { return };
            let paper = story.day(&text).evidence(slot, "材料");
            let paper = match person {
                Some(person) => paper.of(&names[*person]),
                None => paper,
            };
            match state {
                0 => _ = paper.accepted(),
                1 => _ = paper.refused(),
                _ => {}
            }
        }
        Happening::Joins { person, role } => story.day(&text).joins(&names[*person], MemberRole::ALL[*role]),
        Happening::Leaves { person } => story.day(&text).leaves(&names[*person]),
        Happening::Guides { mentor, mentee } => story.day(&text).guides(&names[*mentor], &names[*mentee]),
        Happening::Resource { selected } => story.day(&text).resource("资源", *selected),
        Happening::Helps => story.day(&text).helps("青山小学"),
        Happening::Chooses { confirmed, at } => {
            let Some(choice) = story.policy.choices.first().cloned() else { return };
            story.day(&text).chooses(&choice.id, &choice.of[at % choice.of.len()], *confirmed);
        }
    }
}

/// The same Facts in another order.
fn shuffled(facts: &Facts, by: usize) -> Facts {
    fn turn<T>(list: &mut [T], by: usize) {
        list.reverse();
        let by = by % list.len().max(1);
        list.rotate_left(by);
    }
    let mut facts = facts.clone();
    facts.activities.iter_mut().for_each(|activity| turn(&mut activity.people, by));
    turn(&mut facts.activities, by);
    turn(&mut facts.members, by);
    turn(&mut facts.evidence, by);
    turn(&mut facts.mentors, by);
    turn(&mut facts.helped, by);
    turn(&mut facts.resources, by);
    turn(&mut facts.chosen, by);
    facts
}

/// The days of everything that was decided.
fn decided(facts: &mut Facts, mut change: impl FnMut(&mut Day) -> bool) {
    facts.activities.iter_mut().for_each(|one| one.levels.retain_mut(|one| change(&mut one.day)));
    facts.evidence.iter_mut().for_each(|one| one.decisions.retain_mut(|one| change(&mut one.day)));
    facts.resources.iter_mut().for_each(|one| one.decisions.retain_mut(|one| change(&mut one.day)));
    for one in &mut facts.chosen {
        one.confirmed = one.confirmed.and_then(|mut day| change(&mut day).then_some(day));
    }
}

/// Every number of the parts that count what was done.
fn counts(story: &Story, card: &Scorecard) -> Vec<u32> {
    let both = story.policy.criteria.iter().zip(&card.criteria);
    let parts = both.flat_map(|(criterion, score)| criterion.parts.iter().zip(&score.parts));
    let done = parts.filter(|(part, _)| !matches!(part.measure, Measure::Members { .. } | Measure::Mentees { .. }));
    done.flat_map(|(_, score)| score.subjects.iter().map(|subject| subject.measured)).collect()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(143), failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config(160))]

    #[test]
    fn the_order_of_facts_does_not_matter(policy in 0_usize..8, happenings in happenings(), by in 0_usize..9, on in 0_i32..800) {
        let story = told(policy, &happenings);
        let on = Day::parse("2025-09-01").unwrap().plus(on);
        for year in [2025, 2026] {
            let card = score(&story.policy, &story.facts, year, on);
            prop_assert_eq!(&card, &score(&story.policy, &story.facts, year, on));
            let other = shuffled(&story.facts, by);
            prop_assert_eq!(&card, &score(&story.policy, &other, year, on));
            prop_assert_eq!(todo(&story.policy, &card, &story.facts), todo(&story.policy, &card, &other));
        }
    }

    #[test]
    fn what_is_decided_later_changes_no_earlier_day(policy in 0_usize..8, happenings in happenings(), late in 0_i32..90, on in 0_i32..800) {
        let mut story = told(policy, &happenings);
        let on = Day::parse("2025-09-01").unwrap().plus(on);
        decided(&mut story.facts, |day| { *day = day.plus(late); true });
        let mut known = story.facts.clone();
        decided(&mut known, |day| *day <= on);
        for year in [2025, 2026] {
            prop_assert_eq!(score(&story.policy, &story.facts, year, on), score(&story.policy, &known, year, on));
        }
    }

    #[test]
    fn one_more_attendance_lowers_no_count(policy in 0_usize..8, happenings in happenings(), at in 0_usize..40, person in 0..PEOPLE) {
        let mut story = told(policy, &happenings);
        let on = Day::parse("2026-12-31").unwrap();
        let before: Vec<Scorecard> = [2025, 2026].map(|year| score(&story.policy, &story.facts, year, on)).to_vec();
        let account = story.account(&format!("人{}", person + 1)).to_string();
        let count = story.facts.activities.len();
        prop_assume!(0 < count);
        let people = &mut story.facts.activities[at % count].people;
        people.retain(|one| one.person != account);
        people.push(participation::PersonFact { person: account, attended: Attended::Present, minutes: 90, rural: true });
        for (year, before) in [2025, 2026].into_iter().zip(before) {
            let after = score(&story.policy, &story.facts, year, on);
            for (old, new) in counts(&story, &before).into_iter().zip(counts(&story, &after)) {
                prop_assert!(old <= new, "{old} became {new}");
            }
        }
    }

    #[test]
    fn points_are_the_sum_of_their_shares(policy in 0_usize..8, happenings in happenings(), on in 0_i32..800, year in 2024..2028) {
        let story = told(policy, &happenings);
        let card = score(&story.policy, &story.facts, year, Day::parse("2025-09-01").unwrap().plus(on));
        let all = shares(&story.policy, story.facts.studio.cycle_start, &card);
        let sum = |number: fn(&Share) -> u32| all.iter().map(number).sum::<u32>();
        // Each is rounded down by less than a hundredth.
        let (points, of, count) = (sum(|one| one.points), sum(|one| one.of), u32::try_from(all.len()).unwrap());
        prop_assert!(points <= card.points && card.points <= points + count, "{points} of {}", card.points);
        prop_assert!(all.is_empty() || (of <= 10_000 && 10_000 <= of + count), "{of}");
        prop_assert!(all.iter().all(|one| one.points <= one.of && one.done <= 10_000 && (one.done < 10_000 || one.points == one.of)));
        for score in card.criteria.iter().filter(|score| score.required) {
            prop_assert!(all.iter().any(|one| one.id == score.criterion), "{}", score.criterion);
        }
    }

    #[test]
    fn a_result_agrees_with_its_parts(policy in 0_usize..8, happenings in happenings(), on in 0_i32..800) {
        let story = told(policy, &happenings);
        let on = Day::parse("2025-09-01").unwrap().plus(on);
        let card = score(&story.policy, &story.facts, 2026, on);
        let open = |state| matches!(state, ScoreState::NotYet | ScoreState::Waiting);
        let required: Vec<_> = card.criteria.iter().filter(|score| score.required).collect();
        let missing = required.iter().filter(|score| score.state != ScoreState::Met).count()
            + card.choices.iter().filter(|choice| choice.state != ScoreState::Met).count();
        prop_assert_eq!(card.result.missing as usize, missing);
        prop_assert!(card.points <= 10_000);
        prop_assert!(card.result.passes == (missing == 0));
        let todo = todo(&story.policy, &card, &story.facts);
        for score in required.iter().filter(|score| open(score.state)) {
            prop_assert!(todo.iter().any(|todo| todo.criterion == score.criterion), "{}", score.criterion);
        }
        prop_assert!(todo.is_sorted_by(|one, next| next.urgency <= one.urgency));
        for score in &card.criteria {
            prop_assert!(!score.sentence.is_empty());
            prop_assert!(!score.at_risk || score.state == ScoreState::NotYet);
        }
    }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn an_empty_studio_has_a_card_on_any_day(start in any::<i32>(), on in any::<i32>(), year in any::<i32>(), near in any::<bool>()) {
        // Near: within some years of today; else anything that a number can be.
        let within = |number: i32, from: i32, to: i32| if near { from + number.rem_euclid(to - from) } else { number };
        let (start, on) = (within(start, 18_000, 22_000), within(on, 18_000, 24_000));
        let year = within(year, 2018, 2035);
        for policy in built_in() {
            let story = Story::of(policy.clone(), Day::from_number(start));
            let card = score(policy, &story.facts, year, Day::from_number(on));
            prop_assert!(card.result.passes.eq(&false) || card.result.missing == 0);
            prop_assert!(todo(policy, &card, &story.facts).iter().all(|todo| !todo.title.is_empty()));
        }
    }
}
