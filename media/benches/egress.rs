//! What a forwarded packet costs on real sockets: a shard, viewers that only drain, and the floor beside it in one run.
//!
//! `cargo bench -p lectern-media --bench egress -- [viewers] [seconds] [shards]`. With several shards, the publisher is on one
//! and the viewers are spread over all. The load is 30 pictures a second of 7 packets of
//! 1200 bytes, back to back, and 50 packets of sound. The floor is the same load, sealed with AES-128-GCM and sent with
//! segmentation offload by a loop that does nothing else; "at full speed" it does not wait between pictures.
#![expect(clippy::disallowed_methods, reason = "it runs on real sockets and the real clock")]
#![expect(clippy::print_stdout, reason = "it is a program that prints figures")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails has to stop")]

#[path = "../src/testing/client.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod client;
#[path = "support/floor.rs"]
mod floor;
#[path = "support/line.rs"]
mod line;
#[path = "../src/testing/offer.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod offer;
#[path = "support/thread_time.rs"]
mod thread_time;

use lectern_media::driver::{Home, HomeEvents, ShardConfig, Shards};
use lectern_media::ids::{self, Want};
use lectern_media::sdp::Flow;
use lectern_media::sfu::{SfuEvent, Totals};
use lectern_media::transport::Identity;
use lectern_media::{Layer, PeerId, TrackId};
use line::{Drain, Line};
use offer::{OfferLine, answered, mid, offer};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use thread_time::{ThreadTime, thread_called};

const SOUND: u32 = 1001;
const PICTURE: u32 = 2001;
const PICTURE_EVERY: Duration = Duration::from_micros(33_333);
const SOUND_EVERY: Duration = Duration::from_millis(20);
const PACKETS: u8 = 7;
const PACKET: usize = 1200;
const SOUND_PACKET: usize = 100;
const WARM_UP: Duration = Duration::from_secs(2);

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let (viewers, seconds) = (numbers.next().unwrap_or(200), numbers.next().unwrap_or(10));
    let shards = numbers.next().unwrap_or(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(viewers, Duration::from_secs(seconds), shards as usize));
}

async fn measure(viewers: u64, duration: Duration, shards: usize) {
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let identity = Arc::new(Identity::generate().unwrap());
    let config = || ShardConfig::new(local, vec![Ipv4Addr::LOCALHOST.into()], identity.clone());
    let configs = (0..shards).map(|_| config()).collect();
    let (homes, events): (Vec<_>, Vec<_>) = Shards::spawn(configs, 0, None).unwrap().into_iter().unzip();
    let home = &homes[0];
    let mut lines = Vec::new();
    for id in 1..=viewers + 1 {
        let offered: &[OfferLine] = if id == 1 {
            &[OfferLine::AudioUp(SOUND), OfferLine::VideoUp(PICTURE)]
        } else {
            &[OfferLine::AudioDown, OfferLine::VideoDown]
        };
        let mut line = Line::new();
        let text = offer(&line.client, offered)
            .replace("rtpmap:96 VP8/90000", "rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1");
        // Who only drains sends no feedback, and whoever promises feedback and sends none is taken for a dead line.
        let text: String = text.split_inclusive('\n').filter(|line| !line.contains("transport-")).collect();
        let means = if id == 1 { Flow::Uplink } else { Flow::Downlink };
        let answer = home.open_peer(PeerId(id), text, means).await.unwrap();
        let port = answered(&answer, "candidate").split(' ').nth(5).unwrap().parse().unwrap();
        line.server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        line.client.start(Instant::now(), answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
        line.connect();
        lines.push(line);
    }
    let opened = resident();
    all_connected(events, viewers + 1).await;
    for (line, track) in [(0, TrackId(1)), (1, TrackId(2))] {
        home.publish(PeerId(1), mid(line), track).await.unwrap();
        for id in 2..=viewers + 1 {
            home.assign_slot(PeerId(id), mid(line), Some(track), Want::main(Layer::High)).await.unwrap();
        }
    }
    let publisher = lines.remove(0);
    let addresses: Vec<SocketAddr> = lines.iter().map(Line::local_addr).collect();
    let drain = Drain::start(lines);

    let publishing = std::thread::spawn(move || publish(publisher, WARM_UP + duration + WARM_UP / 2));
    std::thread::sleep(WARM_UP);
    let threads: Vec<u64> = (0..shards).map(|number| thread_called(&format!("media-{number}")).unwrap()).collect();
    let times = || threads.iter().map(|thread| ThreadTime::of(*thread)).collect::<Vec<_>>();
    let before = (times(), totals(&homes).await, drain.counted());
    std::thread::sleep(duration);
    let after = (times(), totals(&homes).await, drain.counted());
    publishing.join().unwrap();
    let (mut spent, mut sent) = (ThreadTime::default(), 0);
    for number in 0..shards {
        let (total, earlier) = (&after.1[number], &before.1[number]);
        let here = after.0[number] - before.0[number];
        let packets = total.packets_sealed - earlier.packets_sealed;
        let (out, into) = (total.media.relayed_out, total.media.relayed_in);
        (spent, sent) = (spent + here, sent + packets);
        println!(
            "media-{number}      {}   {packets} packets, {:.1} % of a core, {out} crossed out and {into} in, drops {:?}",
            here.per(packets),
            here.share_of(duration) * 100.0,
            total.drops
        );
    }
    let received = after.2.datagrams - before.2.datagrams;
    let server = spent.per(sent);
    println!("server       {server}   {sent} packets, {:.2} % lost", lost(sent, received));
    println!("             runs of {:.1}", received as f64 / (after.2.runs - before.2.runs) as f64);

    let paced = floor::run(&addresses, &floor::Load { for_duration: duration / 2, paced: true, sound: true });
    println!("same load    {}   server is {:.2} of it", paced, server.total() / paced.total());
    let paced = floor::run(&addresses, &floor::Load { for_duration: duration / 2, paced: true, sound: false });
    println!("picture only {}   server is {:.2} of it", paced, server.total() / paced.total());
    let fast = floor::run(&addresses, &floor::Load { for_duration: duration / 4, paced: false, sound: false });
    println!("full speed   {}   server is {:.2} of it", fast, server.total() / fast.total());
    println!("resident     {} KiB when connected, {} KiB at the end", opened, resident());
    drain.stop();
    for home in &homes {
        home.shard().stop().await;
    }
}

async fn totals(homes: &[Home]) -> Vec<Totals> {
    let mut all = Vec::new();
    for home in homes {
        all.push(home.totals().await.unwrap());
    }
    all
}

/// Returns when so many are connected, on whichever shard.
async fn all_connected(events: Vec<HomeEvents>, many: u64) {
    let (told, mut connected) = tokio::sync::mpsc::channel(64);
    for mut events in events {
        let told = told.clone();
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if matches!(event, SfuEvent::Connected { .. }) {
                    told.send(()).await.unwrap();
                }
            }
        });
    }
    for _ in 0..many {
        connected.recv().await.unwrap();
    }
    // Later events have no use, but are taken.
    tokio::spawn(async move { while connected.recv().await.is_some() {} });
}

fn lost(sent: u64, received: u64) -> f64 {
    100.0 * (sent as f64 - received as f64) / sent as f64
}

/// KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn publish(mut line: Line, duration: Duration) {
    let begun = Instant::now();
    let (mut pictures, mut sounds) = (0_u32, 0_u32);
    let mut sequence = 0_u16;
    while begun.elapsed() < duration {
        let due = (begun + PICTURE_EVERY * pictures, begun + SOUND_EVERY * sounds + Duration::from_millis(7));
        std::thread::sleep(due.0.min(due.1).saturating_duration_since(Instant::now()));
        if due.0 < due.1 {
            for number in 0..PACKETS {
                let last = number + 1 == PACKETS;
                let mut packet = packet(96, last, (sequence, pictures * 3000, PICTURE), PACKET);
                packet[12] = if number == 0 && pictures.is_multiple_of(30) { 0x67 } else { 0x41 };
                line.client.send_rtp(&packet);
                sequence = sequence.wrapping_add(1);
            }
            pictures += 1;
        } else {
            line.client.send_rtp(&packet(offer::OPUS, false, (sounds as u16, sounds * 960, SOUND), SOUND_PACKET));
            sounds += 1;
        }
        line.work();
    }
}

fn packet(kind: u8, marker: bool, (sequence, timestamp, ssrc): (u16, u32, u32), len: usize) -> Vec<u8> {
    let mut packet = vec![0x80, kind | u8::from(marker) << 7];
    packet.extend(sequence.to_be_bytes());
    packet.extend(timestamp.to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    // The server's header has extensions that this one has not.
    packet.resize(len - 32, 0x5a);
    packet
}
