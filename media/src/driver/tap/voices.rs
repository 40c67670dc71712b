//! Voices of one stream, mixed and encoded by a child: Opus in, AAC out (docs/recording.md tells the framing).

use super::Tap;
use crate::hls::VoicePacket;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Packets that may wait for the child: some seconds of a busy Session.
const WAITING: usize = 1024;
/// An AAC frame is less than this (ISO/IEC 14496-3 §4.5.3.1: 6144 bits a channel).
const LARGEST: usize = 4096;

/// Ends with its handle: the child reads to its end and goes.
#[derive(Debug)]
pub(super) struct Voices {
    packets: SyncSender<VoicePacket>,
}

impl Voices {
    /// Starts a child, which is known by `number`: frames of it are told to [`super::Casts::frame`].
    pub(super) fn start(program: &Path, number: u64, tap: Tap) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("aac").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (packets, inbox) = sync_channel(WAITING);
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        thread("voices-out").spawn(move || send(stdin, &inbox))?;
        thread("voices-in").spawn(move || receive(child, stdout, number, &tap))?;
        Ok(Self { packets })
    }

    /// Whether the child takes it.
    pub(super) fn send(&self, packet: VoicePacket) -> bool {
        !matches!(self.packets.try_send(packet), Err(std::sync::mpsc::TrySendError::Disconnected(_)))
    }
}

fn send(mut stdin: ChildStdin, inbox: &Receiver<VoicePacket>) {
    while let Ok(packet) = inbox.recv() {
        let length = u32::try_from(packet.opus.len() + 10).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(packet.opus.len() + 14);
        bytes.extend(length.to_be_bytes());
        bytes.extend(packet.voice.to_be_bytes());
        bytes.extend(packet.tick.to_be_bytes());
        bytes.extend(&packet.opus);
        if stdin.write_all(&bytes).is_err() {
            return;
        }
    }
}

fn receive(mut child: Child, mut stdout: ChildStdout, number: u64, tap: &Tap) {
    while let Some((tick, aac)) = frame(&mut stdout) {
        // A tap that is too busy has silence there.
        let _ = tap.tell(move |worker, _| worker.casts.frame(number, tick, aac));
    }
    let _ = child.kill();
    match child.wait() {
        Ok(status) if status.success() => {}
        ended => tracing::warn!(?ended, "the child that makes sound for live streams ended badly"),
    }
}

fn frame(from: &mut impl Read) -> Option<(i64, Vec<u8>)> {
    let mut head = [0; 12];
    from.read_exact(&mut head).ok()?;
    let [a, b, c, d, tick @ ..] = head;
    let length = (u32::from_be_bytes([a, b, c, d]) as usize).checked_sub(8).filter(|length| *length <= LARGEST)?;
    let mut aac = vec![0; length];
    from.read_exact(&mut aac).ok()?;
    Some((i64::from_be_bytes(tick), aac))
}
