//! Points in time and days, as China keeps them: microseconds since 1970 UTC inside, +08:00 for people.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, UtcOffset};

const MICROS_PER_SECOND: i64 = 1_000_000;
/// China has kept one offset without summer time since 1991.
const CHINA_OFFSET_SECONDS: i64 = 8 * 3600;
pub(crate) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;
/// How far the clocks in China are ahead of UTC, in microseconds.
pub(crate) const CHINA_OFFSET: i64 = CHINA_OFFSET_SECONDS * MICROS_PER_SECOND;
/// 1970-01-01 in the `time` crate's Julian days.
const EPOCH_JULIAN_DAY: i32 = 2_440_588;
/// 9999-12-31T23:59:59Z: the last second that ISO 8601 writes with four digits of year.
const LAST_SECOND: i64 = 253_402_300_799;
/// December 9999, counted from January of the year 0.
const LAST_MONTH: i32 = 9999 * 12 + 11;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    #[error("时间应写成 2026-11-20T14:30:00+08:00 的样子")]
    Time,
    #[error("日期应写成 2026-11-20 的样子")]
    Day,
}

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

impl Time {
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * MICROS_PER_SECOND)
    }

    /// Milliseconds since 1970 UTC, as the signaling protocol counts; 0 before 1970.
    #[must_use]
    pub fn millis(self) -> u64 {
        u64::try_from(self.0.div_euclid(1000)).unwrap_or(0)
    }

    /// Reads ISO 8601 with an offset (RFC 3339).
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| BadTime::Time)?;
        i64::try_from(at.unix_timestamp_nanos() / 1000).map(Self).map_err(|_| BadTime::Time)
    }

    /// The day that the calendar in China shows at this point.
    #[must_use]
    pub fn day(self) -> Day {
        let days = (self.0 + CHINA_OFFSET).div_euclid(MICROS_PER_DAY);
        Day(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// As sentences say it: 11月20日 14:30.
    #[must_use]
    pub fn words(self) -> String {
        let seconds = self.0.div_euclid(MICROS_PER_SECOND).clamp(0, LAST_SECOND - CHINA_OFFSET_SECONDS);
        let at = OffsetDateTime::from_unix_timestamp(seconds + CHINA_OFFSET_SECONDS);
        let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        format!("{}月{}日 {:02}:{:02}", u8::from(at.month()), at.day(), at.hour(), at.minute())
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// ISO 8601 at +08:00.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(MICROS_PER_SECOND).clamp(0, LAST_SECOND - CHINA_OFFSET_SECONDS);
        let micros = self.0.rem_euclid(MICROS_PER_SECOND);
        let china = UtcOffset::from_hms(8, 0, 0).map_err(|_| fmt::Error)?;
        let at = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| fmt::Error)?.to_offset(china);
        let at = at.replace_microsecond(u32::try_from(micros).map_err(|_| fmt::Error)?).map_err(|_| fmt::Error)?;
        f.write_str(&at.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A day of the calendar in China, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    #[must_use]
    pub const fn from_number(days_since_1970: i32) -> Self {
        Self(days_since_1970)
    }

    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Reads `2026-11-20`.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        let mut parts = text.splitn(3, '-');
        let mut part =
            |width: usize| parts.next().filter(|p| p.len() == width && p.bytes().all(|b| b.is_ascii_digit()));
        let (year, month, day) =
            (part(4).ok_or(BadTime::Day)?, part(2).ok_or(BadTime::Day)?, part(2).ok_or(BadTime::Day)?);
        let year: i32 = year.parse().map_err(|_| BadTime::Day)?;
        let month: u8 = month.parse().map_err(|_| BadTime::Day)?;
        let day: u8 = day.parse().map_err(|_| BadTime::Day)?;
        let month = time::Month::try_from(month).map_err(|_| BadTime::Day)?;
        let date = Date::from_calendar_date(year, month, day).map_err(|_| BadTime::Day)?;
        Ok(Self(date.to_julian_day() - EPOCH_JULIAN_DAY))
    }

    /// Midnight in China, when the day begins.
    #[must_use]
    pub fn start(self) -> Time {
        Time(i64::from(self.0) * MICROS_PER_DAY - CHINA_OFFSET)
    }

    /// Midnight in China, when the day is over: the start of the next one.
    #[must_use]
    pub fn end(self) -> Time {
        self.plus(1).start()
    }

    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The month that the day lies in, counted from January of the year 0.
    #[must_use]
    pub fn month(self) -> i32 {
        let date = self.date();
        date.year() * 12 + i32::from(u8::from(date.month())) - 1
    }

    /// The first day of a month, counted from January of the year 0.
    #[must_use]
    pub fn first_of(month: i32) -> Self {
        let month = month.clamp(0, LAST_MONTH);
        let name = time::Month::January.nth_next((month % 12) as u8);
        let date =
            Date::from_calendar_date(month / 12, name, 1).expect("every month of the years 0 to 9999 has a first");
        Self(date.to_julian_day() - EPOCH_JULIAN_DAY)
    }

    #[must_use]
    pub fn year(self) -> i32 {
        self.date().year()
    }

    /// As sentences say it: 11月20日.
    #[must_use]
    pub fn words(self) -> String {
        let date = self.date();
        format!("{}月{}日", u8::from(date.month()), date.day())
    }

    /// The date of the calendar; the nearest one that it knows for a day thousands of years away.
    fn date(self) -> Date {
        let nearest = if self.0 < 0 { Date::MIN } else { Date::MAX };
        Date::from_julian_day(self.0.saturating_add(EPOCH_JULIAN_DAY)).unwrap_or(nearest)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = Date::from_julian_day(self.0.saturating_add(EPOCH_JULIAN_DAY)).map_err(|_| fmt::Error)?;
        write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_at_plus_eight_and_reads_back() {
        let at = Time::parse("2026-11-20T06:30:00Z").unwrap();
        assert_eq!(at.to_string(), "2026-11-20T14:30:00+08:00");
        assert_eq!(Time::parse(&at.to_string()), Ok(at));
        let odd = Time::from_micros(at.micros() + 5);
        assert_eq!(Time::parse(&odd.to_string()), Ok(odd));
    }

    #[test]
    fn sentences_say_a_time_as_china_does() {
        assert_eq!(Time::parse("2026-11-20T16:05:59Z").unwrap().words(), "11月21日 00:05");
    }

    #[test]
    fn the_day_changes_at_midnight_in_china() {
        let before = Time::parse("2026-11-20T15:59:59Z").unwrap();
        let after = Time::parse("2026-11-20T16:00:00Z").unwrap();
        assert_eq!(before.day().to_string(), "2026-11-20");
        assert_eq!(after.day().to_string(), "2026-11-21");
        assert_eq!(after.day().start(), after);
        assert_eq!(before.day().end(), after);
    }

    #[test]
    fn days_read_back_and_impossible_days_are_refused() {
        for text in ["1970-01-01", "2024-02-29", "2026-12-31", "1949-10-01"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
        for bad in ["2026-02-29", "2026-13-01", "2026-1-1", "20261120", "+026-01-01", "", "2026-11-20T00:00"] {
            assert_eq!(Day::parse(bad), Err(BadTime::Day), "{bad}");
        }
    }

    #[test]
    fn months_are_counted_and_begin_on_their_first_day() {
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(Day::first_of(day("2028-02-29").month()), day("2028-02-01"));
        assert_eq!(Day::first_of(day("2026-12-31").month() + 1), day("2027-01-01"));
        assert_eq!(Day::first_of(day("2028-03-10").month()).plus(-1), day("2028-02-29"));
        assert_eq!((day("2026-09-01").year(), day("2026-09-01").words()), (2026, "9月1日".to_owned()));
        // Far away days have some month, and none is a panic.
        assert!(Day::from_number(i32::MAX).month() > Day::from_number(i32::MIN).month());
        assert_eq!(Day::first_of(i32::MIN).to_string(), "0000-01-01");
        assert_eq!(Day::first_of(i32::MAX).to_string(), "9999-12-01");
    }
}
