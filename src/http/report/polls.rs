//! Polls in reports and packs: what was asked, and how many chose what. Nobody's name stands beside a choice.

use super::book::{Cell, Sheet, columns};
use super::words;
use crate::domain::poll::{Poll, Share};

/// A row for each option; what holds for the whole poll stands on all of its rows, so that they can be filtered and summed.
pub(super) fn sheet(polls: &[Poll]) -> Sheet {
    let share = |share: Option<Share>| share.map_or(Cell::Empty, |share| Cell::Share(f64::from(share.0) / 1000.0));
    let rows = polls.iter().flat_map(|poll| {
        poll.options().map(move |(option, votes, of_answered)| {
            vec![
                Cell::count(poll.card.number),
                Cell::text(&poll.card.question),
                Cell::text(poll.kind_word()),
                Cell::text(option),
                Cell::count(votes),
                share(of_answered),
                Cell::count(poll.counts.answered),
                Cell::count(poll.counts.present),
                share(poll.turnout()),
                Cell::Moment(poll.card.opened_at),
                Cell::Moment(poll.closed_at),
            ]
        })
    });
    let headers = [
        ("序", 6.0),
        ("问题", 44.0),
        ("方式", 8.0),
        ("选项", 30.0),
        ("票数", 8.0),
        ("占投票人数", 11.0),
        ("投票人数", 9.0),
        ("在场人数", 9.0),
        ("投票率", 9.0),
        ("开始", 17.0),
        ("结束", 17.0),
    ];
    Sheet { name: "投票", columns: columns(&headers), rows: rows.collect() }
}

/// Columns and rows of a table on paper.
pub(super) const COLUMNS: [(&str, f32); 4] = [("时间", 36.0), ("问题", 58.0), ("结果", 62.0), ("投票", 28.0)];

pub(super) fn rows(polls: &[Poll]) -> Vec<Vec<String>> {
    let row = |poll: &Poll| {
        let options = poll.options().map(|(option, votes, share)| match share {
            Some(share) => format!("{option} {votes} 票 {}", share.text()),
            None => format!("{option} {votes} 票"),
        });
        vec![
            format!("{}–{}", words::moment(poll.card.opened_at), words::clock(poll.closed_at)),
            format!("{}（{}）", poll.card.question, poll.kind_word()),
            options.collect::<Vec<_>>().join("；"),
            format!("{} / {} 人", poll.counts.answered, poll.counts.present),
        ]
    };
    polls.iter().map(row).collect()
}
