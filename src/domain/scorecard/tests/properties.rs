//! What holds for any Studio under any of the programmes.

use super::story::{Story, many};
use crate::domain::participation::{Attended, Decided, Facts};
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
    /// Found so many days after it happened.
    Veto {
        at: usize,
        later: i32,
    },
    Graded {
        at: usize,
    },
    /// One more word about something that was handed in, or about the level of something that was held.
    Decides {
        at: usize,
        what: Option<u32>,
    },
    Rules {
        at: usize,
        level: Option<usize>,
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
        1 => (0_usize..4, 0_i32..60).prop_map(|(at, later)| Happening::Veto { at, later }),
        1 => (0_usize..4).prop_map(|at| Happening::Graded { at }),
        1 => (0_usize..40, prop::option::of(0_u32..3)).prop_map(|(at, what)| Happening::Decides { at, what }),
        1 => (0_usize..40, prop::option::of(0..Level::ALL.len()))
            .prop_map(|(at, level)| Happening::Rules { at, level }),
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
        Happening::Veto { at: which, later } => {
            let Some(veto) = among(&story.policy.vetoes, *which).map(|veto| veto.id.clone()) else { return };
            story.day(&text).veto(&veto, "查实");
            story.facts.vetoes.last_mut().unwrap().found = at.plus(*later);
        }
        Happening::Graded { at } => {
            let Some(grade) = among(&story.policy.grades, *at).map(|grade| grade.id.clone()) else { return };
            story.day(&text).graded(&grade);
        }
        Happening::Decides { at: which, what } => {
            let count = story.facts.evidence.len().max(1);
            let Some(one) = story.facts.evidence.get_mut(which % count) else { return };
            one.decisions.push(Decided { day: at, what: *what });
        }
        Happening::Rules { at: which, level } => {
            let count = story.facts.activities.len().max(1);
            let Some(one) = story.facts.activities.get_mut(which % count) else { return };
            one.levels.push(Decided { day: at, what: level.map(|level| Level::ALL[level]) });
        }
    }
}

fn among<T>(list: &[T], at: usize) -> Option<&T> {
    list.get(at % list.len().max(1))
}

/// The same Facts with every list in another order, by a seed.
fn shuffled(facts: &Facts, seed: u64) -> Facts {
    let (mut facts, mut order) = (facts.clone(), Order(seed));
    for activity in &mut facts.activities {
        order.shuffle(&mut activity.people);
        order.shuffle(&mut activity.sessions);
        order.shuffle(&mut activity.presenters);
        order.shuffle(&mut activity.hosts);
        order.shuffle(&mut activity.reviewers);
        order.shuffle_words(&mut activity.levels);
    }
    facts.evidence.iter_mut().for_each(|one| order.shuffle_words(&mut one.decisions));
    facts.resources.iter_mut().for_each(|one| order.shuffle_words(&mut one.decisions));
    order.shuffle(&mut facts.members);
    order.shuffle(&mut facts.activities);
    order.shuffle(&mut facts.mentors);
    order.shuffle(&mut facts.helped);
    order.shuffle(&mut facts.evidence);
    order.shuffle(&mut facts.resources);
    order.shuffle(&mut facts.chosen);
    order.shuffle(&mut facts.vetoes);
    order.shuffle(&mut facts.grades);
    order.shuffle(&mut facts.frozen);
    facts
}

/// Numbers that follow from a seed (SplitMix64).
struct Order(u64);

impl Order {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most as u64) as usize
    }

    /// Every order is as likely as any other (Fisher and Yates).
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }

    /// The days in any order; of one day the last word counts, so that its words stay as they were said.
    fn shuffle_words<T>(&mut self, words: &mut [Decided<T>]) {
        let mut days: Vec<Day> = words.iter().map(|one| one.day).collect();
        days.sort_unstable();
        days.dedup();
        self.shuffle(&mut days);
        words.sort_by_key(|one| days.iter().position(|day| *day == one.day));
    }
}

/// The days of everything that was decided.
fn decided(facts: &mut Facts, mut change: impl FnMut(&mut Day) -> bool) {
    facts.activities.iter_mut().for_each(|one| one.levels.retain_mut(|one| change(&mut one.day)));
    facts.evidence.iter_mut().for_each(|one| one.decisions.retain_mut(|one| change(&mut one.day)));
    facts.resources.iter_mut().for_each(|one| one.decisions.retain_mut(|one| change(&mut one.day)));
    for one in &mut facts.chosen {
        one.confirmed = one.confirmed.and_then(|mut day| change(&mut day).then_some(day));
    }
    facts.vetoes.retain_mut(|one| change(&mut one.found));
    facts.grades.retain_mut(|one| change(&mut one.day));
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
    fn the_order_of_facts_does_not_matter(policy in 0_usize..8, happenings in happenings(), seed in any::<u64>(), on in 0_i32..800) {
        let story = told(policy, &happenings);
        let on = Day::parse("2025-09-01").unwrap().plus(on);
        for year in [2025, 2026] {
            let card = score(&story.policy, &story.facts, year, on);
            prop_assert_eq!(&card, &score(&story.policy, &story.facts, year, on));
            let other = shuffled(&story.facts, seed);
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
        let vetoed = !card.result.vetoes.is_empty();
        prop_assert_eq!(card.result.passes, missing == 0 && !vetoed);
        prop_assert!(card.result.lost || !vetoed);
        prop_assert!(!vetoed || card.result.grade.as_ref() == story.policy.grades.last().map(|worst| &worst.id));
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
