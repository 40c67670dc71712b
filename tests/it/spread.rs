//! The real program with two media threads: who sits where.

use crate::program::{Program, now};
use lectern::http::ticket::Ticket;
use reqwest::{Client, StatusCode};
use std::collections::HashMap;

/// One m-line in one direction: `a=sendonly` or `a=recvonly`.
fn offer(number: u32, direction: &str) -> String {
    let fingerprint = vec!["AB"; 32].join(":");
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
         c=IN IP4 0.0.0.0\r\na=ice-ufrag:usr{number:05}\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n\
         a=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\na=mid:0\r\n{direction}\r\na=rtcp-mux\r\n\
         a=rtpmap:111 opus/48000/2\r\na=ssrc:{number} cname:x\r\n"
    )
}

/// Comes in by HTTP and gives the UDP port that the answer names.
async fn port(program: &Program, session: &str, way: &str, number: u32) -> u16 {
    let expires = now().micros() / 1_000_000 + 7200;
    let (ticket, direction) = match way {
        "whip" => (Ticket::for_encoder(session.to_owned(), "摄像机".into(), expires), "a=sendonly"),
        _ => (Ticket::for_player(session.to_owned(), "播放器".into(), expires), "a=recvonly"),
    };
    let request = Client::new().post(format!("{}/api/sessions/{session}/{way}", program.url));
    let request = request.bearer_auth(ticket.seal(&program.key())).header("content-type", "application/sdp");
    let answer = request.body(offer(number, direction)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED, "{:?}", answer.text().await);
    let answer = answer.text().await.unwrap();
    let candidate = answer.lines().find(|line| line.starts_with("a=candidate:") && line.contains(" udp ")).unwrap();
    candidate.split(' ').nth(5).unwrap().parse().unwrap()
}

#[tokio::test]
async fn players_above_the_limit_get_the_other_threads_port() {
    let program = Program::start_with(&["--media-shards", "2", "--media-spread-above", "0"]).await;
    let ports = [program.media_port(), program.media_port() + 1];
    let session = program.live_session().await;
    let home = port(&program, &session, "whip", 1).await;
    assert!(ports.contains(&home));
    let mut at: HashMap<u16, usize> = HashMap::new();
    for number in 2..22 {
        *at.entry(port(&program, &session, "whep", number).await).or_default() += 1;
    }
    assert!(ports.iter().all(|port| at.get(port).is_some_and(|count| *count >= 5)), "{ports:?}: {at:?}");
    let metrics = Client::new().get(format!("{}/metrics", program.url)).send().await.unwrap().text().await.unwrap();
    for (number, port) in ports.iter().enumerate() {
        let peers = at[port] + usize::from(*port == home);
        assert!(metrics.contains(&format!("lectern_media_peers{{shard=\"{number}\"}} {peers}")), "{metrics}");
    }
}

#[tokio::test]
async fn below_the_limit_a_session_has_one_port() {
    let program = Program::start_with(&["--media-shards", "2"]).await;
    let session = program.live_session().await;
    let home = port(&program, &session, "whip", 1).await;
    for number in 2..8 {
        assert_eq!(port(&program, &session, "whep", number).await, home);
    }
}
