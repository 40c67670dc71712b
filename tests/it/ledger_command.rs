//! `lectern ledger` beside a program that has stopped.

use crate::program::Program;
use crate::socket::Socket;

#[tokio::test]
async fn the_command_names_the_line_that_was_tampered_with() {
    let mut program = Program::start().await;
    let session = program.live_session().await;
    let ticket = program.guest_ticket(&session, "王芳").await;
    let (_guest, _) = Socket::join(&program.url, &session, &ticket).await;
    program.kill().await;
    let shown = String::from_utf8(program.ledger(&["show", "--session", &session]).await.stdout).unwrap();
    assert!(shown.lines().nth(1).is_some_and(|line| line.contains("进入  1 号 王芳（石桥小学）")), "{shown}");
    assert!(program.ledger(&["verify"]).await.status.success());

    let intruder = program.intruder().await;
    for change in [
        "drop trigger presence_event_no_update",
        "update presence_event set person = 'guest:李强@石桥小学' where sequence = 2",
    ] {
        sqlx::query(change).execute(&intruder).await.unwrap();
    }
    intruder.close().await;
    let said = program.ledger(&["verify"]).await;
    assert!(!said.status.success());
    let (out, complaint) = (String::from_utf8(said.stdout).unwrap(), String::from_utf8(said.stderr).unwrap());
    assert_eq!(out, format!("直播 {session}：第 2 行内容与指纹不符。\n"));
    assert!(complaint.contains("1 场直播的考勤明细对不上"), "{complaint}");
    let nowhere = program.ledger(&["verify", "--session", "nowhere"]).await;
    assert!(!nowhere.status.success(), "a mistyped number is not found intact");
}
