//! How long Scorecards take once Facts are at hand: `cargo bench -p lectern --bench assessment [-- STUDIOS]`.
//!
//! 600 Studios under all built-in Policies, each with 12 Activities of 60 people in each of three years, by a seeded
//! generator: 1.3 million attendance records.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program that measures and prints")]

use lectern::domain::participation::*;
use lectern::domain::policy::{Policy, built_in};
use lectern::domain::scorecard::{Planned, score, todo, what_if};
use lectern::domain::*;
use std::time::{Duration, Instant};

const STUDIOS: usize = 600;
const YEARS: i32 = 3;
const ACTIVITIES: usize = 12;
const PEOPLE: usize = 60;
const CORE: usize = 11;
const THREADS: usize = 2;
/// The last of the three years, so that every cycle counts as far back as there is something.
const YEAR: i32 = 2028;

fn main() {
    let studios = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(STUDIOS);
    let began = Instant::now();
    let all: Vec<(&Policy, Facts)> = (0..studios).map(world).collect();
    let records: usize = all.iter().flat_map(|(_, facts)| &facts.activities).map(|one| one.people.len()).sum();
    println!(
        "{studios} Studios, {records} attendance records, made in {:.1} s, {} MB resident",
        began.elapsed().as_secs_f64(),
        resident_mb()
    );
    let on = Day::first_of(YEAR * 12 + 10).plus(19);
    for threads in [1, THREADS] {
        let began = Instant::now();
        let each = all.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            for chunk in all.chunks(each) {
                scope.spawn(move || {
                    for (policy, facts) in chunk {
                        std::hint::black_box(score(policy, facts, YEAR, on));
                    }
                });
            }
        });
        println!(
            "one year of all by {threads} threads: {:.2} s, {} MB resident",
            began.elapsed().as_secs_f64(),
            resident_mb()
        );
    }
    let mut times: Vec<(Duration, &str)> =
        all.iter().map(|(policy, facts)| (one(policy, facts, on), &*policy.key)).collect();
    times.sort_unstable();
    if let (Some(middle), Some(slowest)) = (times.get(times.len() / 2), times.last()) {
        println!("one Studio: median {:.2} ms, slowest {:.2} ms ({})", millis(middle.0), millis(slowest.0), slowest.1);
    }
    if let Some((policy, facts)) = all.first() {
        let began = Instant::now();
        let card = score(policy, facts, YEAR, on);
        std::hint::black_box(todo(policy, &card, facts));
        println!("card and what is missing: {:.2} ms", millis(began.elapsed()));
        let began = Instant::now();
        std::hint::black_box(what_if(policy, facts, &plan(facts, on), YEAR, on));
        println!("a plan of three Activities: {:.2} ms", millis(began.elapsed()));
    }
}

fn one(policy: &Policy, facts: &Facts, on: Day) -> Duration {
    let began = Instant::now();
    std::hint::black_box(score(policy, facts, YEAR, on));
    began.elapsed()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// splitmix64: the same Studios on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % sides as u64) as usize
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn id(&mut self) -> [u8; 10] {
        std::array::from_fn(|_| self.below(256) as u8)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A Studio that does about what it is asked to.
fn world(number: usize) -> (&'static Policy, Facts) {
    let policy = &built_in()[number % built_in().len()];
    let mut dice = Dice(number as u64);
    let start = Day::first_of((YEAR + 1 - YEARS) * 12);
    let school = SchoolId::from_random(dice.id());
    let studio = StudioFact {
        id: StudioId::from_random(dice.id()),
        name: format!("工作室{number}"),
        tier: Tier::Province,
        kind: StudioKind::Studio,
        cycle_start: start,
        city: Some(RegionId::from_random(dice.id())),
        last_day: None,
    };
    let members: Vec<MemberFact> = (0..PEOPLE).map(|at| member(&mut dice, at, start, (school, studio.city))).collect();
    let accounts: Vec<AccountId> = members.iter().map(|member| member.account).collect();
    let series: Vec<SeriesId> = (0..3).map(|_| SeriesId::from_random(dice.id())).collect();
    let mut facts = Facts {
        studio,
        members,
        activities: Vec::with_capacity(ACTIVITIES * YEARS as usize),
        mentors: vec![],
        helped: vec![HelpedFact { school, rural: History::always(true), from: start, to: None }],
        evidence: vec![],
        resources: vec![],
        chosen: vec![],
        vetoes: vec![],
        grades: vec![],
        frozen: vec![],
        settled: vec![],
    };
    for month in 0..12 * YEARS {
        let day = Day::first_of(start.month() + month).plus(dice.below(28) as i32);
        facts.activities.push(activity(&mut dice, day, &accounts, &series, school));
    }
    papers(&mut dice, policy, &mut facts, start);
    (policy, facts)
}

fn member(dice: &mut Dice, at: usize, start: Day, (school, city): (SchoolId, Option<RegionId>)) -> MemberFact {
    let role = match at {
        0 => MemberRole::Host,
        1..=CORE => MemberRole::Core,
        12 => MemberRole::Adviser,
        _ => MemberRole::Trainee,
    };
    MemberFact {
        account: AccountId::from_random(dice.id()),
        name: format!("老师{at}"),
        role,
        from: start.plus(if dice.percent(20) { dice.below(900) as i32 } else { 0 }),
        to: None,
        workplaces: History::always(Workplace { school: Some(school), rural: dice.percent(30), city }),
        new_teacher: dice.percent(10),
        backbone: dice.percent(10),
    }
}

fn activity(dice: &mut Dice, day: Day, accounts: &[AccountId], series: &[SeriesId], school: SchoolId) -> ActivityFact {
    let person = |dice: &mut Dice, account: &AccountId| PersonFact {
        person: account.to_string(),
        attended: match dice.below(100) {
            0..=84 => Attended::Present,
            85..=87 => Attended::Unknown,
            88..=91 => Attended::Excused,
            _ => Attended::Absent,
        },
        minutes: 20 + dice.below(80) as u32,
        rural: dice.percent(30),
    };
    let level = dice.pick(Level::ALL);
    ActivityFact {
        id: ActivityId::from_random(dice.id()),
        title: format!("{day} 的活动"),
        kind: dice.pick(ActivityKind::ALL),
        mode: dice.pick(Mode::ALL),
        level,
        counting: Vec::new(),
        levels: if dice.percent(70) { vec![Decided { day, what: Some(level) }] } else { vec![] },
        series: dice.percent(50).then(|| dice.pick(series)),
        day,
        held: true,
        sessions: vec![SessionId::from_random(dice.id())],
        presenters: vec![dice.pick(accounts), dice.pick(accounts)],
        hosts: vec![accounts[0]],
        reviewers: vec![dice.pick(accounts)],
        helped: dice.percent(20).then_some(school),
        people: accounts.iter().map(|account| person(dice, account)).collect(),
    }
}

/// Evidence of everybody for every slot in every year, resources, and who guides whom.
fn papers(dice: &mut Dice, policy: &Policy, facts: &mut Facts, start: Day) {
    for slot in policy.slots.keys() {
        for year in 0..YEARS {
            for member in &facts.members[..=CORE] {
                let day = start.plus(365 * year + dice.below(365) as i32);
                let accepted = dice.below(3) < 2;
                facts.evidence.push(EvidenceFact {
                    id: format!("{slot}-{year}-{}", member.account),
                    slot: slot.clone(),
                    account: Some(member.account),
                    title: format!("{}的材料", member.name),
                    day,
                    decisions: if accepted { vec![Decided { day, what: Some(1) }] } else { vec![] },
                });
            }
        }
    }
    for number in 0..12 * YEARS {
        let day = start.plus(number * 30);
        facts.resources.push(ResourceFact {
            id: format!("resource-{number}"),
            title: format!("资源{number}"),
            day,
            decisions: if dice.percent(80) { vec![Decided { day, what: Some(1) }] } else { vec![] },
        });
    }
    let mentor = |core: &MemberFact| {
        let mentees = facts.members[CORE + 2..].iter().take(10);
        let row = |mentee: &MemberFact| MentorFact {
            mentor: core.account,
            mentee: mentee.account.to_string(),
            from: start,
            to: None,
        };
        mentees.map(row).collect::<Vec<_>>()
    };
    facts.mentors = facts.members[1..=CORE].iter().flat_map(mentor).collect();
    if let Some(choice) = policy.choices.first() {
        let row = |year| ChosenFact {
            choice: choice.id.clone(),
            criterion: choice.of[0].clone(),
            year,
            day: start,
            confirmed: Some(start),
        };
        facts.chosen = (start.year()..start.year() + YEARS).map(row).collect();
    }
}

fn plan(facts: &Facts, on: Day) -> Vec<Planned> {
    let planned = |weeks: i32| Planned {
        day: on.plus(7 * weeks),
        kind: ActivityKind::Seminar,
        mode: Mode::Online,
        level: Level::City,
        series: None,
        presenters: vec![facts.members[1].account],
        hosts: vec![],
        reviewers: vec![],
        helped: None,
        present: facts.members.iter().map(|member| member.account).collect(),
        guests: 20,
        rural_guests: 5,
        minutes: 90,
    };
    (1..=3).map(planned).collect()
}

/// From `/proc/self/statm`, in pages of 4 KiB.
fn resident_mb() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096 / 1_000_000
}
