//! Stations (名师工作站) of Regions: rows that are only added.

use super::row::{Columns as _, number_of, sql};
use super::{Noun, Store, StoreError, random};
use crate::domain::{AccountId, Day, NewStation, PersonName, RegionId, Station, StationClosing, StationId, Time};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

const STATION: &str =
    "select s.id, s.region, s.name, s.seat, s.from_day, s.reason, s.opened_by, a.name as opened_name, s.opened_at,
        c.last_day, c.reason as closing_reason, c.closed_by, b.name as closed_name, c.closed_at
    from station s join account a on a.id = s.opened_by
        left join station_closed c on c.station = s.id left join account b on b.id = c.closed_by";

pub async fn open(store: &Store, new: NewStation, by: AccountId, now: Time) -> Result<Station, StoreError> {
    new.check(now.day())?;
    let id: StationId = random::id()?;
    store
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into station (id, region, name, seat, from_day, reason, opened_by, opened_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(id.as_str())
                .bind(new.region.as_str())
                .bind(new.name.trim())
                .bind(new.seat.trim())
                .bind(number_of(new.from))
                .bind(new.reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn close(
    store: &Store,
    id: StationId,
    (last_day, reason): (Day, String),
    by: AccountId,
    now: Time,
) -> Result<Station, StoreError> {
    store
        .write(move |connection| {
            Box::pin(async move {
                find(connection, id).await?.check_closing(last_day, &reason, now.day())?;
                sqlx::query(
                    "insert into station_closed (station, last_day, reason, closed_by, closed_at)
                     values ($1, $2, $3, $4, $5)",
                )
                .bind(id.as_str())
                .bind(number_of(last_day))
                .bind(reason.trim())
                .bind(by.as_str())
                .bind(now.micros())
                .execute(&mut *connection)
                .await?;
                find(connection, id).await
            })
        })
        .await
}

pub async fn get(store: &Store, id: StationId) -> Result<Station, StoreError> {
    find(&mut *store.read().await?, id).await
}

/// Those that the Region's own office set up, closed ones too, by the day since when they are.
pub async fn of_region(store: &Store, region: RegionId) -> Result<Vec<Station>, StoreError> {
    set_up_by(&mut *store.read().await?, region).await
}

pub(super) async fn set_up_by(connection: &mut AnyConnection, region: RegionId) -> Result<Vec<Station>, StoreError> {
    let rows = sqlx::query(sql!("{STATION} where s.region = $1 order by s.from_day, s.name, s.id"))
        .bind(region.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

async fn find(connection: &mut AnyConnection, id: StationId) -> Result<Station, StoreError> {
    let row = sqlx::query(sql!("{STATION} where s.id = $1")).bind(id.as_str()).fetch_optional(connection).await?;
    read(&row.ok_or(StoreError::NotFound(Noun::Station))?)
}

fn read(row: &AnyRow) -> Result<Station, StoreError> {
    let closing = match row.optional_day("last_day")? {
        Some(last_day) => Some(StationClosing {
            last_day,
            reason: row.text("closing_reason")?,
            by: PersonName { id: row.id("closed_by")?, name: row.text("closed_name")? },
            at: row.time("closed_at")?,
        }),
        None => None,
    };
    Ok(Station {
        id: row.id("id")?,
        region: row.id("region")?,
        name: row.text("name")?,
        seat: row.text("seat")?,
        from: row.day("from_day")?,
        reason: row.text("reason")?,
        by: PersonName { id: row.id("opened_by")?, name: row.text("opened_name")? },
        at: row.time("opened_at")?,
        closing,
    })
}
