//! 名师工作站: set up and closed by offices, and counted by the programme that asks for them.

use crate::app::{TestApp, refusal};
use crate::http_scorecards::json_of;
use serde_json::{Value, json};

async fn counted(app: &TestApp, on: &str) -> (Value, Value) {
    let path = format!("/api/regions/{}/capacities?policy=zhejiang-2019", app.world.county);
    let page = json_of(app.person(on).await.get(&path).await).await;
    let row = page["rows"].as_array().unwrap().iter().find(|row| row["id"] == "S1-25").unwrap().clone();
    (row["have"].clone(), row["behind"].clone())
}

#[tokio::test]
async fn a_programme_counts_the_stations_of_the_day_and_opens_to_them() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    assert_eq!(counted(&app, "office").await, (json!(0), json!([])), "an office is no 名师工作站");
    let path = format!("/api/regions/{}/stations", app.world.county);
    let form =
        |name: &str, from: &str| json!({ "name": name, "seat": "县教师进修学校", "from": from, "reason": "公开遴选" });
    let today = app.now().day();
    let made: Value = office.post(&path, &form("第一名师工作站", "2026-01-01")).await.json().await.unwrap();
    let later = office.post(&path, &form("第二名师工作站", &today.plus(1).to_string())).await;
    assert_eq!(later.status(), 201);
    let (have, behind) = counted(&app, "office").await;
    assert_eq!(
        (have, behind[0]["name"].as_str()),
        (json!(1), Some("第一名师工作站")),
        "one that is to come is none yet"
    );

    let closing = format!("/api/stations/{}/closing", made["id"].as_str().unwrap());
    let (status, _, fields) = refusal(office.post(&closing, &json!({ "reason": " " })).await).await;
    assert_eq!((status.as_u16(), fields["reason"].is_string()), (422, true));
    let yesterday = json!({ "reason": "期满", "last_day": today.plus(-1) });
    let closed = json_of(office.post(&closing, &yesterday).await).await;
    assert_eq!(closed["closing"]["reason"], "期满");
    assert_eq!(counted(&app, "office").await.0, 0);
    let (_, _, fields) = refusal(office.post(&closing, &yesterday).await).await;
    assert!(fields["last_day"].is_string(), "it is closed already: {fields}");
    let rows = json_of(office.get(&path).await).await;
    assert_eq!(rows["rows"].as_array().unwrap().len(), 2, "what was stays");
}

#[tokio::test]
async fn a_station_has_a_name_a_seat_and_a_reason() {
    let app = TestApp::start().await;
    let office = app.person("office").await;
    let path = format!("/api/regions/{}/stations", app.world.county);
    for field in ["name", "seat", "reason"] {
        let mut form = json!({ "name": "名师工作站", "seat": "县教师进修学校", "reason": "公开遴选" });
        form[field] = json!(" ");
        let (_, _, fields) = refusal(office.post(&path, &form).await).await;
        assert!(fields[field].is_string(), "{field}: {fields}");
    }
    let above = format!("/api/regions/{}/stations", app.world.city);
    let form = json!({ "name": "名师工作站", "seat": "县教师进修学校", "reason": "公开遴选" });
    assert_eq!(office.post(&above, &form).await.status(), 403);
}
