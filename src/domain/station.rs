//! Station (名师工作站): a body that an office has set up to guide its Studios (浙江 四(三): 在全省设立2-3个“名师工作站”). Who works in it has
//! an Account of the office.

use super::invalid::{Checks, Invalid};
use super::{Day, PersonName, RegionId, StationId, Time};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStation {
    pub region: RegionId,
    pub name: String,
    /// The institution that it is at (依托单位).
    pub seat: String,
    pub from: Day,
    /// How it was chosen (开放竞争、资格准入).
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    pub id: StationId,
    pub region: RegionId,
    pub name: String,
    pub seat: String,
    pub from: Day,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
    pub closing: Option<StationClosing>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationClosing {
    /// The last day on which it is one.
    pub last_day: Day,
    pub reason: String,
    pub by: PersonName,
    pub at: Time,
}

impl NewStation {
    pub fn check(&self, today: Day) -> Result<(), Invalid> {
        Checks::new()
            .text(&self.name, "name", "名称", 60)
            .text(&self.seat, "seat", "依托单位", 60)
            .that((2000..=today.year() + 1).contains(&self.from.year()), "from", "从 2000 年到明年之间开始。")
            .text(&self.reason, "reason", "设立依据", 300)
            .done()
    }
}

impl Station {
    #[must_use]
    pub fn on(&self, day: Day) -> bool {
        self.from <= day && self.closing.as_ref().is_none_or(|closing| day <= closing.last_day)
    }

    pub fn check_closing(&self, last_day: Day, reason: &str, today: Day) -> Result<(), Invalid> {
        Checks::new()
            .that(self.closing.is_none(), "last_day", "这个名师工作站已经撤销。")
            .that(self.from <= last_day, "last_day", "最后一天不能早于设立的那一天。")
            .that(last_day <= today.max(self.from).plus(366), "last_day", "最后一天最晚在一年以内。")
            .text(reason, "reason", "理由", 300)
            .done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn it_is_one_from_its_first_day_to_its_last() {
        let by = PersonName { id: AccountId::from_random([1; 10]), name: "宋雅琴".into() };
        let at = day("2026-01-01").start();
        let mut station = Station {
            id: StationId::from_random([1; 10]),
            region: RegionId::from_random([1; 10]),
            name: "浙江外国语学院名师工作站".into(),
            seat: "浙江外国语学院".into(),
            from: day("2026-03-01"),
            reason: "公开遴选".into(),
            by: by.clone(),
            at,
            closing: None,
        };
        assert_eq!(["2026-02-28", "2026-03-01", "2030-01-01"].map(|on| station.on(day(on))), [false, true, true]);
        let today = day("2026-11-23");
        let fits = |last: &str, reason| station.check_closing(day(last), reason, today).is_ok();
        assert_eq!(
            [fits("2026-02-28", "期满"), fits("2026-11-23", "期满"), fits("2026-11-23", " ")],
            [false, true, false]
        );
        station.closing = Some(StationClosing { last_day: today, reason: "期满".into(), by, at });
        assert_eq!(["2026-11-23", "2026-11-24"].map(|on| station.on(day(on))), [true, false]);
        assert!(station.check_closing(today, "再撤一次", today).is_err());
    }
}
