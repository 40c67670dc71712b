//! Clients that come by TCP, on real sockets.

use super::*;
use crate::driver::AcceptedTcp;
use crate::sfu::{TcpDoor, shard_named_in};
use crate::transport::DropReason;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

/// A listener as the app has one: it reads the first frame and hands the connection over.
struct Door {
    listener: TcpListener,
    shard: Shard,
}

impl Door {
    async fn open(shard: &Shard, number: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addresses = vec![listener.local_addr().unwrap()];
        shard.offer_tcp(TcpDoor { shard: number, addresses }).await.unwrap();
        Self { listener, shard: shard.clone() }
    }

    fn let_in(&self, number: usize) {
        let (mut stream, _) = self.listener.accept().unwrap();
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut first_frame = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut first_frame).unwrap();
        assert_eq!(shard_named_in(&first_frame), Some(number));
        self.shard.adopt(AcceptedTcp { stream, first_frame, place: Box::new(()) }).unwrap();
    }
}

struct TcpClient {
    client: TestClient,
    stream: TcpStream,
    /// What came and was not a whole frame yet.
    partial: Vec<u8>,
    closed: bool,
}

impl TcpClient {
    /// Connects and says its first word.
    async fn join(door: &Door, number: usize, id: u64, lines: &[OfferLine]) -> Self {
        let mut client = TestClient::new(ClientConfig::new(1000 + id as u16));
        let answer = door.shard.open_peer(PeerId(id), offer(&client, lines), Flow::Uplink).await.unwrap();
        let address = door.listener.local_addr().unwrap();
        assert!(answer.contains(&format!("tcp 1520435199 127.0.0.1 {} typ host tcptype passive", address.port())));
        client.start(Instant::now(), answered(&answer, "ice-ufrag"), answered(&answer, "ice-pwd"));
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut this = Self { client, stream, partial: Vec::new(), closed: false };
        this.say();
        door.let_in(number);
        this
    }

    fn say(&mut self) {
        while let Some(datagram) = self.client.poll_transmit() {
            let length = u16::try_from(datagram.len()).unwrap().to_be_bytes();
            self.closed |= self.stream.write_all(&[&length[..], &datagram].concat()).is_err();
        }
    }

    fn hear(&mut self) {
        let mut buffer = [0; 4000];
        match self.stream.read(&mut buffer) {
            Ok(0) => self.closed = true,
            Ok(len) => self.partial.extend_from_slice(&buffer[..len]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => self.closed = true,
        }
        while let Some((length, rest)) = self.partial.split_first_chunk::<2>() {
            let len = usize::from(u16::from_be_bytes(*length));
            if rest.len() < len {
                break;
            }
            let frame = rest[..len].to_vec();
            self.partial.drain(..2 + len);
            self.client.handle(Instant::now(), &frame);
        }
    }

    fn work_until(&mut self, mut done: impl FnMut(&mut Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !done(self) {
            assert!(Instant::now() < deadline, "nothing more came over TCP");
            self.say();
            self.hear();
            self.client.handle_timeout(Instant::now());
        }
        self.say();
    }
}

fn sound(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 111];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 960).to_be_bytes());
    packet.extend(77_u32.to_be_bytes());
    packet.extend([0x5a; 80]);
    packet
}

#[tokio::test(flavor = "multi_thread")]
async fn media_goes_from_a_tcp_client_to_a_tcp_client_and_to_udp() {
    let (shard, _events) = shard("127.0.0.1:0", &[Ipv4Addr::LOCALHOST.into()]);
    let door = Door::open(&shard, 3).await;
    let mut host = TcpClient::join(&door, 3, 1, &[OfferLine::AudioUp(77)]).await;
    let mut viewer = TcpClient::join(&door, 3, 2, &[OfferLine::AudioDown]).await;
    let mut third = SocketClient::join(&shard, 3, &[OfferLine::AudioDown], shard.local_addr()).await;
    host.work_until(|this| this.client.is_connected());
    viewer.work_until(|this| this.client.is_connected());
    third.work_until(|client| client.is_connected());
    shard.publish(PeerId(1), mid(0), TrackId(5)).await.unwrap();
    for viewer in [2, 3] {
        shard.assign_slot(PeerId(viewer), mid(0), Some(TrackId(5)), Want::main(Layer::High)).await.unwrap();
    }
    (0..40).for_each(|sequence| host.client.send_rtp(&sound(sequence)));
    host.work_until(|_| true);
    viewer.work_until(|this| this.client.rtp.len() >= 40);
    third.work_until(|client| client.rtp.len() >= 40);
    assert!(viewer.client.rtp.iter().all(|packet| packet.ends_with(&[0x5a; 80])));
    assert_eq!(shard.totals().await.unwrap().drops.sum(), 0);
    shard.stop().await;
    viewer.work_until(|this| this.closed);
    assert!(viewer.client.ended, "the goodbye came before the end of the stream");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_frame_that_proves_nothing_ends_the_connection() {
    let (shard, _events) = shard("127.0.0.1:0", &[Ipv4Addr::LOCALHOST.into()]);
    let door = Door::open(&shard, 0).await;
    let client = TestClient::new(ClientConfig::new(1001));
    let answer = shard.open_peer(PeerId(1), offer(&client, &[OfferLine::AudioDown]), Flow::Uplink).await.unwrap();
    let (ufrag, pwd) = (answered(&answer, "ice-ufrag"), "not the password of the server");
    let mut stream = TcpStream::connect(door.listener.local_addr().unwrap()).unwrap();
    let request = client.binding_request(ufrag, pwd);
    stream.write_all(&u16::try_from(request.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&request).unwrap();
    door.let_in(0);
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(stream.read(&mut [0; 10]).unwrap(), 0, "closed without a word");
    shard.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_ends_a_connection_and_its_peer_may_come_back_by_another() {
    let (shard, mut events) = shard("127.0.0.1:0", &[Ipv4Addr::LOCALHOST.into()]);
    let door = Door::open(&shard, 0).await;
    let mut member = TcpClient::join(&door, 0, 1, &[OfferLine::AudioDown]).await;
    member.work_until(|this| this.client.is_connected());
    assert_eq!(next_event(&mut events).await, SfuEvent::Connected { peer: PeerId(1) });
    member.stream.write_all(b"\x00\x04GET ").unwrap();
    member.work_until(|this| this.closed);

    member.stream = TcpStream::connect(door.listener.local_addr().unwrap()).unwrap();
    member.stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    (member.closed, member.partial) = (false, Vec::new());
    let answered_before = member.client.checks_answered;
    let (ufrag, pwd) = member.client.server.clone().unwrap();
    let request = member.client.binding_request(&ufrag, &pwd);
    member.stream.write_all(&[&u16::try_from(request.len()).unwrap().to_be_bytes()[..], &request].concat()).unwrap();
    door.let_in(0);
    member.work_until(|this| this.client.checks_answered > answered_before);
    assert!(!member.closed && member.client.is_connected());
    shard.close_peer(PeerId(1)).await.unwrap();
    member.work_until(|this| this.closed);
    shard.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stalls_loses_whole_packets_and_keeps_nobody_waiting() {
    const BURSTS: u16 = 30;
    const BURST: u16 = 50;
    let (shard, _events) = shard("127.0.0.1:0", &[Ipv4Addr::LOCALHOST.into()]);
    let door = Door::open(&shard, 0).await;
    let mut host = SocketClient::join(&shard, 1, &[OfferLine::AudioUp(77)], shard.local_addr()).await;
    let mut stalled = TcpClient::join(&door, 0, 2, &[OfferLine::AudioDown]).await;
    let mut other = SocketClient::join(&shard, 3, &[OfferLine::AudioDown], shard.local_addr()).await;
    host.work_until(|client| client.is_connected());
    stalled.work_until(|this| this.client.is_connected());
    other.work_until(|client| client.is_connected());
    socket2::SockRef::from(&stalled.stream).set_recv_buffer_size(16 * 1024).unwrap();
    shard.publish(PeerId(1), mid(0), TrackId(5)).await.unwrap();
    for viewer in [2, 3] {
        shard.assign_slot(PeerId(viewer), mid(0), Some(TrackId(5)), Want::main(Layer::High)).await.unwrap();
    }
    for burst in 0..BURSTS {
        for sequence in burst * BURST..(burst + 1) * BURST {
            let mut packet = sound(sequence);
            packet.resize(1000, 0x5a);
            host.client.send_rtp(&packet);
        }
        host.work_until(|_| true);
        other.work_until(|client| client.rtp.len() >= usize::from((burst + 1) * BURST));
    }
    let lost = shard.totals().await.unwrap().drops.of(DropReason::SendBacklog);
    assert!(lost > 300, "{lost} of 1500 did not fit");
    let all = usize::from(BURSTS * BURST);
    stalled.work_until(|this| this.client.rtp.len() + usize::try_from(lost).unwrap() >= all);
    assert_eq!((stalled.client.rtp.len() + usize::try_from(lost).unwrap(), stalled.client.garbled), (all, 0));
    shard.stop().await;
}
