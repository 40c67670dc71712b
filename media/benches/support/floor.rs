//! The floor: what sealing and sending a load costs when nothing else is done.

use crate::thread_time::{PerPacket, ThreadTime, this_thread};
use crate::{PACKET, PACKETS, PICTURE_EVERY, SOUND_EVERY, SOUND_PACKET};
use mio::net::UdpSocket;
use quinn_udp::{Transmit, UdpSockRef, UdpSocketState};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

pub(crate) struct Load {
    pub(crate) for_duration: Duration,
    /// Pictures when they are due, or one after the other.
    pub(crate) paced: bool,
    pub(crate) sound: bool,
}

const HEADER: usize = 32;

struct Floor {
    socket: UdpSocket,
    state: UdpSocketState,
    keys: Vec<(SocketAddr, LessSafeKey)>,
    arena: Vec<u8>,
    payload: Vec<u8>,
    number: u64,
    packets: u64,
}

/// On a thread of its own, so that its time can be told apart.
pub(crate) fn run(addresses: &[SocketAddr], load: &Load) -> PerPacket {
    std::thread::scope(|scope| scope.spawn(|| Floor::new(addresses).run(load)).join()).unwrap()
}

impl Floor {
    fn new(addresses: &[SocketAddr]) -> Self {
        let socket = UdpSocket::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let state = UdpSocketState::new(UdpSockRef::from(&socket)).unwrap();
        state.set_send_buffer_size(UdpSockRef::from(&socket), 8 << 20).unwrap();
        let key = |address: &SocketAddr| {
            let key = [address.port() as u8; 16];
            (*address, LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap()))
        };
        Self {
            socket,
            state,
            keys: addresses.iter().map(key).collect(),
            arena: Vec::with_capacity(64 << 10),
            payload: vec![0x5a; PACKET * usize::from(PACKETS)],
            number: 0,
            packets: 0,
        }
    }

    fn run(mut self, load: &Load) -> PerPacket {
        let (begun, before) = (Instant::now(), ThreadTime::of(this_thread()));
        let (mut pictures, mut sounds) = (0, 0);
        while begun.elapsed() < load.for_duration {
            let sound_due = if load.sound { begun + SOUND_EVERY * sounds } else { begun + load.for_duration * 2 };
            let picture_due = begun + PICTURE_EVERY * pictures;
            if load.paced {
                std::thread::sleep(picture_due.min(sound_due).saturating_duration_since(Instant::now()));
            }
            if !load.paced || picture_due < sound_due {
                self.send_to_all(usize::from(PACKETS), PACKET - HEADER);
                pictures += 1;
            } else {
                self.send_to_all(1, SOUND_PACKET - HEADER);
                sounds += 1;
            }
        }
        (ThreadTime::of(this_thread()) - before).per(self.packets)
    }

    fn send_to_all(&mut self, packets: usize, size: usize) {
        let Self { socket, state, keys, arena, payload, number, .. } = self;
        for (address, key) in keys.iter() {
            arena.clear();
            for packet in 0..packets {
                *number += 1;
                let start = arena.len();
                arena.extend_from_slice(&[0x80; HEADER]);
                arena.extend_from_slice(&payload[packet * PACKET..packet * PACKET + size]);
                let (head, body) = arena[start..].split_at_mut(HEADER);
                let mut nonce = [0; 12];
                nonce[4..].copy_from_slice(&number.to_be_bytes());
                let nonce = Nonce::assume_unique_for_key(nonce);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(&*head), body).unwrap();
                arena.extend_from_slice(tag.as_ref());
            }
            let transmit = Transmit {
                destination: *address,
                ecn: None,
                contents: arena,
                segment_size: (packets > 1).then_some(arena.len() / packets),
                src_ip: Some(Ipv4Addr::LOCALHOST.into()),
            };
            while state.try_send(UdpSockRef::from(&*socket), &transmit).is_err() {
                std::thread::yield_now();
            }
        }
        self.packets += (packets * self.keys.len()) as u64;
    }
}
