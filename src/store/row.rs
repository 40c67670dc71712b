//! Reading typed values out of rows.

use super::StoreError;
use super::page::placeholders;
use crate::domain::id::Id;
use crate::domain::time::{CHINA_OFFSET, MICROS_PER_DAY};
use crate::domain::{Coded, Day, Time};
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

/// SQL put together from constants of this crate; values are always bound, never put in.
macro_rules! sql {
    ($($part:tt)*) => { sqlx::AssertSqlSafe(format!($($part)*)) };
}

pub(super) use sql;

/// The Region whose id is bound in this place and everything below it, as what `in` asks for.
macro_rules! below {
    ($place:literal) => {
        concat!(
            "(with recursive below (id) as (select id from region where id = ",
            $place,
            " union all select r.id from region r join below b on r.parent = b.id) select id from below)"
        )
    };
}

pub(super) use below;

/// Of a Studio in the statement: does it work on the day whose number is bound in this place?
macro_rules! works {
    ($place:literal) => {
        concat!("(last_day is null or last_day >= ", $place, ")")
    };
}

pub(super) use works;

/// Later than any last day: a Studio that works on it is not closed.
pub(super) const WITHOUT_END: i64 = i64::MAX;

/// What can be read from a row by the column's name.
pub(super) trait Columns {
    fn text(&self, column: &'static str) -> Result<String, StoreError>;
    fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError>;
    fn number(&self, column: &'static str) -> Result<i64, StoreError>;
    fn optional_number(&self, column: &'static str) -> Result<Option<i64>, StoreError>;
    fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError>;

    fn id<T: Id>(&self, column: &'static str) -> Result<T, StoreError> {
        T::parse(&self.text(column)?).map_err(|_| StoreError::Unreadable { column })
    }

    fn optional_id<T: Id>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.optional_text(column)?
            .map(|text| T::parse(&text).map_err(|_| StoreError::Unreadable { column }))
            .transpose()
    }

    fn coded<T: Coded>(&self, column: &'static str) -> Result<T, StoreError> {
        T::from_code(&self.text(column)?).ok_or(StoreError::Unreadable { column })
    }

    fn optional_coded<T: Coded>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let code = self.optional_text(column)?;
        code.map(|code| T::from_code(&code).ok_or(StoreError::Unreadable { column })).transpose()
    }

    fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.number(column)? != 0)
    }

    fn time(&self, column: &'static str) -> Result<Time, StoreError> {
        Ok(Time::from_micros(self.number(column)?))
    }

    fn optional_time(&self, column: &'static str) -> Result<Option<Time>, StoreError> {
        Ok(self.optional_number(column)?.map(Time::from_micros))
    }

    fn day(&self, column: &'static str) -> Result<Day, StoreError> {
        day(self.number(column)?, column)
    }

    fn optional_day(&self, column: &'static str) -> Result<Option<Day>, StoreError> {
        self.optional_number(column)?.map(|number| day(number, column)).transpose()
    }
}

/// SQL for the day that the calendar in China shows at the point in this column, like `Time::day`.
pub(super) fn day_of(column: &str) -> String {
    format!("({column} + {CHINA_OFFSET}) / {MICROS_PER_DAY}")
}

fn day(number: i64, column: &'static str) -> Result<Day, StoreError> {
    i32::try_from(number).map(Day::from_number).map_err(|_| StoreError::Unreadable { column })
}

impl Columns for AnyRow {
    fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn number(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn optional_number(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(column)?)
    }

    fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        Ok(self.try_get(column)?)
    }
}

pub(super) fn number_of(day: Day) -> i64 {
    i64::from(day.number())
}

/// Values bound by one statement; the databases take far more.
const IDS_AT_ONCE: usize = 500;

/// The rows of `head (id, id, …) tail`, however many ids there are; in order within each five hundred.
pub(super) async fn rows_in<I: Id>(
    connection: &mut AnyConnection,
    head: &str,
    ids: &[I],
    tail: &str,
) -> Result<Vec<AnyRow>, StoreError> {
    let mut rows = Vec::new();
    for ids in ids.chunks(IDS_AT_ONCE) {
        let places = placeholders(1, ids.len());
        let statement = sql!("{head} ({places}) {tail}");
        let query = ids.iter().fold(sqlx::query(statement), |query, id| query.bind(id.as_str()));
        rows.extend(query.fetch_all(&mut *connection).await?);
    }
    Ok(rows)
}
