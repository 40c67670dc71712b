//! The server's end of a websocket (RFC 6455), written so that a Connection that says nothing costs nothing: a message is
//! read into a buffer of its own and written from where it lies, and neither is kept.

use bytes::{Buf, Bytes};
use lectern_signaling::protocol::CloseCode;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Heard {
    Text(String),
    /// Its content is of no interest: the protocol has none.
    Binary,
    /// To be answered with the same bytes (§5.5.2).
    Ping(Bytes),
    Pong,
    Close,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// UTF-8.
    Text(Bytes),
    Ping,
    Pong(Bytes),
    Close(CloseCode),
}

/// A websocket, or what stands in for one in tests.
pub(super) trait Wire: Send {
    /// `None` when the socket is over, whether it was closed or broke. Safe to cancel.
    fn read(&mut self) -> impl Future<Output = Option<Heard>> + Send;
    /// What is cancelled in the middle ends the socket.
    fn write(&mut self, said: Said) -> impl Future<Output = Result<(), ()>> + Send;
}

pub(super) struct Websocket<S> {
    stream: S,
    /// Most bytes of one message, whatever frames it comes in.
    most: usize,
    head: Head,
    /// The payload of the frame being read, as it arrives.
    payload: Vec<u8>,
    /// The frames so far of a message that comes in several (§5.4).
    unfinished: Option<(Opcode, Vec<u8>)>,
    /// A frame was begun and not ended: nothing can be said after it.
    broken: bool,
}

/// The bytes before the payload, as they arrive: at most 14 (§5.2).
#[derive(Default)]
struct Head {
    bytes: [u8; 14],
    len: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    last: bool,
    opcode: Opcode,
    len: usize,
    mask: [u8; 4],
}

/// Longest payload of a control frame (§5.5).
const MOST_OF_CONTROL: usize = 125;

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Websocket<S> {
    pub(super) fn new(stream: S, most: usize) -> Self {
        Self { stream, most, head: Head::default(), payload: Vec::new(), unfinished: None, broken: false }
    }

    /// The next message, or a control frame between the frames of one. Between two calls nothing is lost.
    async fn receive(&mut self) -> io::Result<Heard> {
        loop {
            let frame = self.frame().await?;
            while self.payload.len() < frame.len {
                // With what a client claims and never sends no memory is wasted.
                let rest = frame.len - self.payload.len();
                let mut exactly = (&mut self.stream).take(rest as u64);
                if exactly.read_buf(&mut self.payload).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            self.head.len = 0;
            let mut payload = std::mem::take(&mut self.payload);
            for (byte, key) in payload.iter_mut().zip(frame.mask.iter().cycle()) {
                *byte ^= key;
            }
            let message = match (frame.opcode, self.unfinished.take()) {
                (Opcode::Close, _) => return Ok(Heard::Close),
                (Opcode::Ping, unfinished) => {
                    self.unfinished = unfinished;
                    return Ok(Heard::Ping(payload.into()));
                }
                (Opcode::Pong, unfinished) => {
                    self.unfinished = unfinished;
                    return Ok(Heard::Pong);
                }
                (Opcode::Continuation, Some((opcode, mut before))) => {
                    before.append(&mut payload);
                    (opcode, before)
                }
                (Opcode::Text | Opcode::Binary, None) => (frame.opcode, payload),
                (Opcode::Continuation, None) | (Opcode::Text | Opcode::Binary, Some(_)) => return Err(bad()),
            };
            match (frame.last, message) {
                (true, (Opcode::Text, text)) => return String::from_utf8(text).map(Heard::Text).map_err(|_| bad()),
                (true, _) => return Ok(Heard::Binary),
                (false, unfinished) => self.unfinished = Some(unfinished),
            }
        }
    }

    /// Reads what is before the payload, or gives it again while the payload is on its way.
    async fn frame(&mut self) -> io::Result<Frame> {
        loop {
            let missing = match self.head.frame()? {
                Parsed::Frame(frame) => {
                    let before = self.unfinished.as_ref().map_or(0, |(_, bytes)| bytes.len());
                    if before.saturating_add(frame.len) > self.most {
                        return Err(bad());
                    }
                    return Ok(frame);
                }
                Parsed::Missing(bytes) => bytes,
            };
            let len = self.head.len;
            let read = self.stream.read(&mut self.head.bytes[len..len + missing]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.head.len += read;
        }
    }

    async fn send(&mut self, opcode: u8, payload: Bytes) -> io::Result<()> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.broken = true;
        let (head, len) = head_of(opcode, payload.len());
        self.stream.write_all_buf(&mut Buf::chain(&head[..len], payload)).await?;
        self.stream.flush().await?;
        self.broken = false;
        Ok(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Wire for Websocket<S> {
    async fn read(&mut self) -> Option<Heard> {
        self.receive().await.ok()
    }

    async fn write(&mut self, said: Said) -> Result<(), ()> {
        let (opcode, payload) = match said {
            Said::Text(text) => (0x1, text),
            Said::Ping => (0x9, Bytes::new()),
            Said::Pong(payload) => (0xA, payload),
            Said::Close(code) => (0x8, [&code.code().to_be_bytes(), code.name().as_bytes()].concat().into()),
        };
        let over = opcode == 0x8;
        self.send(opcode, payload).await.map_err(drop)?;
        if over {
            self.stream.shutdown().await.map_err(drop)?;
        }
        Ok(())
    }
}

enum Parsed {
    Frame(Frame),
    /// So many bytes more, at least, before it can be told.
    Missing(usize),
}

impl Head {
    fn frame(&self) -> io::Result<Parsed> {
        if self.len < 2 {
            return Ok(Parsed::Missing(2 - self.len));
        }
        let [first, second, ..] = self.bytes;
        // No extension was agreed on, and clients mask (§5.1).
        if first & 0x70 != 0 || second & 0x80 == 0 {
            return Err(bad());
        }
        let opcode = match first & 0x0F {
            0x0 => Opcode::Continuation,
            0x1 => Opcode::Text,
            0x2 => Opcode::Binary,
            0x8 => Opcode::Close,
            0x9 => Opcode::Ping,
            0xA => Opcode::Pong,
            _ => return Err(bad()),
        };
        let extended = match second & 0x7F {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let whole = 2 + extended + 4;
        if self.len < whole {
            return Ok(Parsed::Missing(whole - self.len));
        }
        let len = match extended {
            0 => u64::from(second & 0x7F),
            _ => self.bytes[2..2 + extended].iter().fold(0, |len, byte| (len << 8) | u64::from(*byte)),
        };
        let len = usize::try_from(len).map_err(|_| bad())?;
        let last = first & 0x80 != 0;
        let control = matches!(opcode, Opcode::Close | Opcode::Ping | Opcode::Pong);
        if control && (!last || len > MOST_OF_CONTROL) {
            return Err(bad());
        }
        let at = 2 + extended;
        let mask = [self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], self.bytes[at + 3]];
        Ok(Parsed::Frame(Frame { last, opcode, len, mask }))
    }
}

/// Servers do not mask, and ours sends every message in one frame.
fn head_of(opcode: u8, len: usize) -> ([u8; 10], usize) {
    let mut head = [0; 10];
    head[0] = 0x80 | opcode;
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(len @ 0..=125), _) => {
            head[1] = len;
            (head, 2)
        }
        (_, Ok(len)) => {
            head[1] = 126;
            head[2..4].copy_from_slice(&len.to_be_bytes());
            (head, 4)
        }
        _ => {
            head[1] = 127;
            head[2..].copy_from_slice(&(len as u64).to_be_bytes());
            (head, 10)
        }
    }
}

fn bad() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{SinkExt as _, StreamExt as _};
    use proptest::prelude::*;
    use tokio::io::DuplexStream;
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::Role;

    const MOST: usize = 100_000;
    /// "Hello" of §5.7, masked.
    const HELLO: [u8; 11] = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];

    fn socket() -> (Websocket<DuplexStream>, DuplexStream) {
        let (near, far) = tokio::io::duplex(256 * 1024);
        (Websocket::new(near, MOST), far)
    }

    async fn heard(bytes: &[u8]) -> Option<Heard> {
        let (mut socket, mut far) = socket();
        far.write_all(bytes).await.unwrap();
        drop(far);
        socket.read().await
    }

    /// A frame under the mask of all zeros.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let (head, len) = head_of(first & 0x0F, payload.len());
        let mut bytes = head[..len].to_vec();
        bytes[0] = first;
        bytes[1] |= 0x80;
        bytes.extend([0; 4]);
        bytes.extend(payload);
        bytes
    }

    #[tokio::test]
    async fn the_examples_of_the_rfc_are_understood() {
        assert_eq!(heard(&HELLO).await, Some(Heard::Text("Hello".into())));
        let parts = [frame(0x01, b"Hel"), frame(0x89, b"?"), frame(0x80, b"lo")].concat();
        let (mut socket, mut far) = socket();
        far.write_all(&parts).await.unwrap();
        assert_eq!(socket.read().await, Some(Heard::Ping(Bytes::from_static(b"?"))), "between the parts of a message");
        assert_eq!(socket.read().await, Some(Heard::Text("Hello".into())));
        socket.write(Said::Text(Bytes::from_static(b"Hello"))).await.unwrap();
        let mut answer = [0; 7];
        far.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
    }

    #[tokio::test]
    async fn what_breaks_the_protocol_ends_the_socket() {
        let long = vec![b'a'; 126];
        for (bytes, why) in [
            (vec![0x81, 0x05, b'H', b'e', b'l', b'l', b'o'], "not masked"),
            (frame(0xC1, b"x"), "an extension nobody agreed on"),
            (frame(0x83, b"x"), "an opcode that does not exist"),
            (frame(0x80, b"x"), "the rest of nothing"),
            ([frame(0x01, b"a"), frame(0x81, b"b")].concat(), "a message inside a message"),
            (frame(0x09, b""), "a control frame in parts"),
            (frame(0x89, &long), "a control frame that is too long"),
            (frame(0x81, &[0xFF, 0xFE]), "no UTF-8"),
            (vec![0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], "longer than memory"),
            ([frame(0x01, &vec![b'a'; MOST]), frame(0x80, b"b")].concat(), "too long in sum"),
            (HELLO[..7].to_vec(), "cut off"),
        ] {
            assert_eq!(heard(&bytes).await, None, "{why}");
        }
        assert_eq!(heard(&frame(0x82, b"\x00")).await, Some(Heard::Binary));
        assert_eq!(heard(&frame(0x88, &[0x03, 0xE8])).await, Some(Heard::Close));
        assert_eq!(heard(&frame(0x8A, b"")).await, Some(Heard::Pong));
    }

    #[tokio::test]
    async fn a_claim_of_much_reserves_little() {
        let (mut socket, mut far) = socket();
        far.write_all(&frame(0x81, &vec![b'a'; 90_000])[..20]).await.unwrap();
        let reading = tokio::time::timeout(std::time::Duration::from_millis(20), socket.read()).await;
        assert!(reading.is_err() && socket.payload.capacity() < 1024, "{}", socket.payload.capacity());
    }

    #[tokio::test]
    async fn reading_may_be_cancelled_anywhere() {
        let (mut socket, mut far) = socket();
        let text = "讲".repeat(100);
        for byte in [frame(0x01, b"ab"), frame(0x80, text.as_bytes())].concat() {
            tokio::select! {
                biased;
                _ = socket.read() => panic!("too early"),
                () = std::future::ready(()) => {}
            }
            far.write_all(&[byte]).await.unwrap();
        }
        assert_eq!(socket.read().await, Some(Heard::Text(format!("ab{text}"))));
    }

    #[tokio::test]
    async fn nothing_follows_a_frame_that_was_cut_off() {
        let (near, mut far) = tokio::io::duplex(16);
        let mut socket = Websocket::new(near, MOST);
        let long = Said::Text(vec![b'a'; 100].into());
        let written = tokio::time::timeout(std::time::Duration::from_millis(20), socket.write(long)).await;
        assert!(written.is_err(), "nobody reads");
        let mut some = [0; 16];
        far.read_exact(&mut some).await.unwrap();
        assert_eq!(socket.write(Said::Close(CloseCode::SlowConsumer)).await, Err(()));
    }

    #[tokio::test]
    async fn a_client_of_another_make_understands_every_length() {
        let (mut socket, far) = socket();
        let mut client = WebSocketStream::from_raw_socket(far, Role::Client, None).await;
        for len in [0, 1, 125, 126, 127, 65_535, 65_536, 90_000] {
            let text = "a".repeat(len);
            client.send(Message::text(text.clone())).await.unwrap();
            assert_eq!(socket.read().await, Some(Heard::Text(text.clone())), "{len}");
            socket.write(Said::Text(text.clone().into())).await.unwrap();
            assert_eq!(client.next().await.unwrap().unwrap(), Message::text(text), "{len}");
        }
        socket.write(Said::Ping).await.unwrap();
        assert!(matches!(client.next().await.unwrap().unwrap(), Message::Ping(_)));
        socket.write(Said::Close(CloseCode::SessionEnded)).await.unwrap();
        let Message::Close(Some(close)) = client.next().await.unwrap().unwrap() else { panic!("no close") };
        assert_eq!((u16::from(close.code), close.reason.as_str()), (4010, "SessionEnded"));
    }

    proptest! {
        #[test]
        fn any_bytes_end_the_socket_or_are_heard(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (mut socket, mut far) = socket();
                far.write_all(&bytes).await.unwrap();
                drop(far);
                let mut left = bytes.len();
                while socket.read().await.is_some() {
                    left = left.checked_sub(6).expect("a frame has six bytes at least");
                }
            });
        }
    }
}
