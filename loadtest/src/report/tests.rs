use super::*;
use crate::clock;
use crate::light::Milestones;

fn viewer(media: bool, expected: u64, received: u64) -> ViewerResult {
    let offered = clock::now().at;
    let at = |ms| media.then_some(offered + Duration::from_millis(ms));
    ViewerResult {
        milestones: Milestones { offered, connected: at(20), first_media: at(30), first_key_frame: at(40) },
        failure: None,
        streams: vec![StreamResult { kind: Kind::Video, expected, received, repeated: 0 }],
        seen: vec![SeenResult { publisher: 0, kind: Kind::Video, expected, received, next: expected as u16 }],
    }
}

fn report(viewers: Vec<ViewerResult>, asked: usize) -> Report {
    Report::new(&measured(viewers, asked))
}

fn measured(viewers: Vec<ViewerResult>, asked: usize) -> Measured {
    let viewers_saw_nothing = viewers.iter().all(|viewer| viewer.seen.is_empty());
    let mut crowd = CrowdReport { viewers, ..CrowdReport::default() };
    crowd.meters.packets = 1_000;
    crowd.meters.bytes = 250_000;
    Measured {
        asked,
        sessions: 1,
        publishers: usize::from(!viewers_saw_nothing),
        idle: false,
        seconds: 2.0,
        refused_joins: 0,
        published: None,
        crowd,
        answers: Histogram::default(),
        joining: Duration::from_secs(1),
        joined_live: true,
        server: Some(ServerUse {
            cpu: Cpu { user_us: 3_000, system_us: 1_000 },
            busiest_us: 2_000,
            setup: Cpu { user_us: 1_000, system_us: 3_000 },
            start_kib: 10_000,
            connected_kib: 10_060,
            end_kib: 10_100,
        }),
        client: Cpu { user_us: 500_000, system_us: 500_000 },
    }
}

#[test]
fn the_verdict_follows_from_who_saw_what() {
    let code = |viewers, asked| report(viewers, asked).verdict;
    assert_eq!(code(vec![viewer(true, 2_000, 1_999)], 1), Verdict::Good);
    assert_eq!(code(vec![viewer(true, 2_000, 1_998)], 1), Verdict::Lossy);
    assert_eq!(code(vec![viewer(true, 2_000, 2_000)], 2), Verdict::SomeWithoutMedia);
    assert_eq!(code(vec![viewer(false, 0, 0)], 1), Verdict::NothingReceived);
    assert_eq!(code(vec![], 1), Verdict::NothingReceived);
    assert!(Verdict::NothingReceived.code() != 0 && Verdict::Good.code() == 0);
}

#[test]
fn without_a_publisher_it_counts_who_is_connected() {
    let idle = |viewers, asked| Report::new(&Measured { idle: true, ..measured(viewers, asked) }).verdict;
    let connected = || ViewerResult { streams: Vec::new(), ..viewer(true, 0, 0) };
    assert_eq!(idle(vec![connected(), connected()], 2), Verdict::Connected);
    assert_eq!(idle(vec![connected()], 2), Verdict::NotConnected);
    assert_eq!(idle(vec![viewer(false, 0, 0)], 1), Verdict::NotConnected);
}

#[test]
fn costs_are_per_packet_and_per_viewer() {
    let report = report(vec![viewer(true, 100, 100), viewer(true, 100, 90)], 2);
    let server = report.server.as_ref().unwrap();
    assert_eq!((server.cpu_us_per_packet, server.user_us_per_packet), (4.0, 3.0));
    assert_eq!((server.rss_connected_kib_per_viewer, server.rss_kib_per_viewer), (30.0, 50.0));
    assert_eq!((server.busiest_thread_percent, server.setup_cpu_ms_per_viewer), (0.1, 2.0));
    assert_eq!((report.packets.lost, report.packets.loss_percent), (10, 5.0));
    assert_eq!(report.received_kbit_s_per_viewer, 500.0);
    assert_eq!(report.client_cpu_percent, 50.0);
    assert!(report.to_string().ends_with(&report.verdict.to_string()));
}

#[test]
fn what_was_sent_and_never_came_is_lost_by_stamp() {
    let stamped = |pictures| Published { stamped: vec![(pictures, 0)], ..Published::default() };
    let report = |pictures| {
        let published = Some(stamped(pictures));
        Report::new(&Measured { published, ..measured(vec![viewer(true, 66_000, 66_000)], 1) })
    };
    assert_eq!(report(66_000).packets.lost_by_stamp, 0);
    let cut_off = report(66_100);
    assert_eq!((cut_off.packets.lost, cut_off.packets.lost_by_stamp), (0, 100));
    assert_eq!(cut_off.verdict, Verdict::Lossy);
}
