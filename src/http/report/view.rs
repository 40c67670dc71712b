//! Reports as the pages get them.

use super::super::cards;
use super::super::shapes::{
    CheckInMarkView, ClassroomCountView, CurvePointView, DigestFinding, FigureView, FiguresView, LedgerFinding, Named,
    PollOptionView, PollView, ReportRowView, ReportView, VerificationView, YearCellView, YearFiguresView,
    YearPersonView, YearReportView, YearSessionView, YearTotalsView,
};
use crate::domain::attendance::{
    AttendanceReport, Figures, ReportRow, YearFigures, YearPerson, YearReport, YearTotals,
};
use crate::domain::poll::{Poll, Share};
use crate::store::report_issue::Issue;
use crate::store::verification::Found;

pub(super) fn report(report: AttendanceReport, polls: Vec<Poll>) -> ReportView {
    let digest = report.digest();
    let occasion = report.occasion;
    ReportView {
        session: occasion.session,
        activity: occasion.activity,
        title: occasion.title,
        kind: occasion.kind,
        mode: occasion.mode,
        level: occasion.level,
        studio: Named::new(occasion.studio, occasion.studio_name),
        presenters: occasion.presenters,
        planned_start: report.planned.from,
        planned_end: report.planned.to,
        started_at: report.held.from,
        ended_at: report.held.to,
        ongoing: report.ongoing,
        parameters: cards::parameters(&report.parameters),
        figures: figures(&report.figures),
        curve: report.curve.iter().map(|point| CurvePointView { at: point.at, people: point.people }).collect(),
        check_ins: report
            .check_ins
            .iter()
            .map(|mark| CheckInMarkView {
                at: mark.at,
                title: mark.title(),
                expected: mark.expected,
                answered: mark.answered,
            })
            .collect(),
        polls: polls.iter().map(poll).collect(),
        classrooms: report
            .classrooms
            .into_iter()
            .map(|one| ClassroomCountView {
                name: one.name,
                school: one.school,
                seated: one.seated,
                headcount: one.headcount,
            })
            .collect(),
        rows: report.rows.into_iter().map(row).collect(),
        corrections: report.corrections,
        sequence: report.head.sequence,
        digest,
    }
}

fn poll(poll: &Poll) -> PollView {
    let option = |(text, votes, share): (&str, u32, Option<Share>)| PollOptionView {
        text: text.to_owned(),
        votes,
        share: share.map(Share::text),
    };
    PollView {
        number: poll.card.number,
        question: poll.card.question.clone(),
        several: poll.card.several,
        opened_at: poll.card.opened_at,
        closed_at: poll.closed_at,
        options: poll.options().map(option).collect(),
        answered: poll.counts.answered,
        present: poll.counts.present,
        turnout: poll.turnout().map(Share::text),
    }
}

fn row(row: ReportRow) -> ReportRowView {
    let role_word = row.role_word().to_owned();
    let (known, record) = (row.known, row.record);
    let check_ins = record.check_ins;
    let (school, rural, region) = match known.school {
        Some(school) => (Some(school.name), school.rural, school.region),
        None => (None, false, None),
    };
    ReportRowView {
        key: record.person.clone(),
        name: known.name,
        school,
        rural,
        region,
        role: known.role,
        role_word,
        presenter: known.presenter,
        guest: known.guest,
        ways: row.ways,
        places: row.places,
        asked: check_ins.asked,
        answered: check_ins.answered,
        record: cards::record(record),
    }
}

fn figures(figures: &Figures) -> FiguresView {
    FiguresView {
        people: figures.people,
        listed: figures.listed,
        core_present: figures.core_present,
        core_roster: figures.core_roster,
        core_share: figures.core_percent_text(),
        rural_schools: figures.rural_schools,
        rural_people: figures.rural_people,
        mean_minutes: figures.mean_minutes,
        classrooms: figures.classrooms,
        classroom_people: figures.classroom_people,
        absent: figures.absent,
        excused: figures.excused,
        unknown: figures.unknown,
        late: figures.late,
        left_early: figures.left_early,
        unknown_by_line: figures.unknown_by_line,
    }
}

pub(super) fn year(report: YearReport) -> YearReportView {
    YearReportView {
        digest: report.digest(),
        studio: report.studio,
        studio_name: report.studio_name,
        year: report.year,
        parameters: cards::parameters(&report.parameters),
        figures: year_figures(&report.figures),
        sessions: report
            .sessions
            .into_iter()
            .map(|one| YearSessionView {
                session: one.occasion.session,
                title: one.occasion.title,
                kind: one.occasion.kind,
                mode: one.occasion.mode,
                started_at: one.started_at,
                minutes: one.minutes,
                figures: figures(&one.figures),
            })
            .collect(),
        people: report.people.into_iter().map(person).collect(),
    }
}

fn year_figures(figures: &YearFigures) -> YearFiguresView {
    YearFiguresView {
        sessions: figures.sessions,
        people: figures.people,
        presences: figures.presences,
        rural_schools: figures.rural_schools,
        rural_people: figures.rural_people,
        sessions_of_ten: figures.sessions_of_ten,
        sessions_of_half_core: figures.sessions_of_half_core,
        minutes: figures.minutes,
    }
}

fn person(one: YearPerson) -> YearPersonView {
    let role_word = one.known.role_word().to_owned();
    let (school, rural, region) = match one.known.school {
        Some(school) => (Some(school.name), school.rural, school.region),
        None => (None, false, None),
    };
    let cells = one.cells.into_iter().map(|cell| {
        cell.map(|cell| YearCellView {
            status: cell.status,
            late: cell.late,
            left_early: cell.left_early,
            minutes: cell.minutes,
        })
    });
    YearPersonView {
        key: one.person,
        name: one.known.name,
        school,
        rural,
        region,
        role: one.known.role,
        role_word,
        cells: cells.collect(),
        totals: totals(one.totals),
    }
}

fn totals(totals: YearTotals) -> YearTotalsView {
    let YearTotals { listed, present, absent, excused, unknown, late, left_early, minutes } = totals;
    YearTotalsView { listed, present, absent, excused, unknown, late, left_early, minutes }
}

/// What an issue said, beside what was found of it.
pub(in crate::http) fn verification(issue: Issue, found: Found) -> VerificationView {
    let content = issue.content;
    let ledger = found.intact.map(|intact| if intact { LedgerFinding::Intact } else { LedgerFinding::Changed });
    VerificationView {
        code: issue.id,
        title: content.title,
        studio: issue.studio,
        made_at: content.made_at,
        made_by: issue.maker,
        figures: content.figures.into_iter().map(|(label, value)| FigureView { label, value }).collect(),
        digest: content.digest,
        parameters: content.parameters.as_ref().map(cards::parameters),
        ledger,
        same: if found.same { DigestFinding::Same } else { DigestFinding::Different },
        corrections_since: found.corrections_since,
        revoked: found.revoked.map(cards::word),
        outdated: found.outdated,
    }
}
