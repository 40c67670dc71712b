//! One connection of a browser: requests one after the other (RFC 9112), whose bodies are thrown away unread.

use crate::clock;
use anyhow::{Context as _, bail, ensure};
use bytes::BufMut as _;
use nix::sys::socket::{MsgFlags, recv};
use reqwest::Url;
use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// hls.js waits so long for a segment.
const PATIENCE: Duration = Duration::from_secs(20);
/// Read at a time until the head is over. The more of a body comes with it, the more is copied for nothing.
const AT_ONCE: usize = 1024;
const LONGEST_HEAD: usize = 8 * 1024;
/// Thrown away at a time.
const VOID: usize = 1 << 20;

/// The server, and the folder that a link leads to.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    address: SocketAddr,
    host: String,
    folder: String,
    master: String,
}

impl Origin {
    pub(super) fn of(master: &Url) -> anyhow::Result<Self> {
        ensure!(master.scheme() == "http", "only http:// is loaded: TLS would cost this program more than the server");
        let host = master.host_str().context("an address without a server")?;
        let port = master.port_or_known_default().unwrap_or(80);
        let address = *master.socket_addrs(|| None)?.first().context("the server has no address")?;
        let (folder, name) = master.path().rsplit_once('/').context("an address without a path")?;
        Ok(Self { address, host: format!("{host}:{port}"), folder: format!("{folder}/"), master: name.to_owned() })
    }

    pub(super) fn master(&self) -> &str {
        &self.master
    }

    /// What a browser sends, to the byte or so.
    fn request(&self, name: &str) -> String {
        let Self { host, folder, .. } = self;
        format!(
            "GET {folder}{name} HTTP/1.1\r\nHost: {host}\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) \
             AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\nAccept: */*\r\nSec-Fetch-Site: same-origin\r\n\
             Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nReferer: http://{host}/live\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\
             Accept-Language: zh-CN,zh;q=0.9\r\n\r\n"
        )
    }
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fetched<'a> {
    pub(super) status: u16,
    /// Of the body.
    pub(super) length: u64,
    /// The beginning of the body.
    pub(super) first: &'a [u8],
    /// From asking to the last byte.
    pub(super) took: Duration,
}

/// One connection, which is opened again when it broke.
#[derive(Debug, Default)]
pub(super) struct Line {
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

struct Head {
    status: u16,
    head: usize,
    body: usize,
}

impl Line {
    /// Fetches a file of the folder; `keep` bytes of it are kept.
    pub(super) async fn get(&mut self, origin: &Origin, name: &str, keep: usize) -> anyhow::Result<Fetched<'_>> {
        let began = clock::now().at;
        let stream = self.stream.take();
        self.buffer.clear();
        let asked = timeout(PATIENCE, exchange(stream, &mut self.buffer, origin, name, keep)).await;
        let (stream, Head { status, head, body }) = asked.context("no answer in time")??;
        self.stream = Some(stream);
        let first = self.buffer.get(head..).unwrap_or_default();
        Ok(Fetched { status, length: body as u64, first, took: clock::now().at.duration_since(began) })
    }
}

async fn exchange(
    stream: Option<TcpStream>,
    buffer: &mut Vec<u8>,
    origin: &Origin,
    name: &str,
    keep: usize,
) -> anyhow::Result<(TcpStream, Head)> {
    let mut stream = match stream {
        Some(stream) => stream,
        None => {
            let stream = TcpStream::connect(origin.address).await.context("connecting")?;
            stream.set_nodelay(true)?;
            stream
        }
    };
    stream.write_all(origin.request(name).as_bytes()).await.context("asking")?;
    let found = loop {
        read(&mut stream, buffer, AT_ONCE).await?;
        if let Some(found) = head_of(buffer)? {
            break found;
        }
        ensure!(buffer.len() < LONGEST_HEAD, "an answer without an end of its head");
    };
    let whole = found.head + found.body;
    let wanted = found.head + found.body.min(keep);
    while buffer.len() < wanted {
        let missing = wanted - buffer.len();
        read(&mut stream, buffer, missing).await?;
    }
    let mut left = whole.checked_sub(buffer.len()).context("more came than was announced")?;
    while left > 0 {
        left -= throw_away(&stream, left).await?;
    }
    Ok((stream, found))
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>, most: usize) -> anyhow::Result<()> {
    let read = stream.read_buf(&mut buffer.limit(most)).await.context("reading")?;
    if read == 0 {
        bail!("the connection was closed");
    }
    Ok(())
}

thread_local! {
    /// Never written to: the kernel wants to know how much may go.
    static NOWHERE: RefCell<Vec<u8>> = RefCell::new(vec![0; VOID]);
}

/// tcp(7): with `MSG_TRUNC` what has come is discarded and not copied.
async fn throw_away(stream: &TcpStream, most: usize) -> anyhow::Result<usize> {
    let discard = || {
        NOWHERE.with_borrow_mut(|nowhere| {
            let most = most.min(nowhere.len());
            recv(stream.as_raw_fd(), &mut nowhere[..most], MsgFlags::MSG_TRUNC).map_err(io::Error::from)
        })
    };
    let gone = stream.async_io(Interest::READABLE, discard).await.context("reading")?;
    if gone == 0 {
        bail!("the connection was closed");
    }
    Ok(gone)
}

/// Status and lengths, once the head is there as a whole.
fn head_of(bytes: &[u8]) -> anyhow::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = answer.parse(bytes).context("reading the head of an answer")? else {
        return Ok(None);
    };
    let status = answer.code.unwrap_or_default();
    let length = answer.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse().ok());
    let body = length.context("an answer that does not tell its length")?;
    Ok(Some(Head { status, head, body }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// A server that answers each request with the next of these.
    async fn answers(all: Vec<Vec<u8>>) -> Origin {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hls/token/session/master.m3u8", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in all {
                let mut asked = Vec::new();
                while !asked.ends_with(b"\r\n\r\n") {
                    stream.read_buf(&mut asked).await.unwrap();
                }
                assert!(asked.starts_with(b"GET /hls/token/session/"), "{}", String::from_utf8_lossy(&asked));
                stream.write_all(&answer).await.unwrap();
            }
        });
        Origin::of(&url.parse().unwrap()).unwrap()
    }

    fn ok(body: &[u8]) -> Vec<u8> {
        [format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
    }

    #[tokio::test]
    async fn one_connection_carries_one_answer_after_the_other() {
        let large = vec![7; 3_000_000];
        let refused = b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}".to_vec();
        let origin = answers(vec![ok(b"#EXTM3U"), ok(&large), refused, ok(b"")]).await;
        let mut line = Line::default();
        let first = line.get(&origin, "master.m3u8", usize::MAX).await.unwrap();
        assert_eq!((first.status, first.first), (200, b"#EXTM3U".as_slice()));
        let second = line.get(&origin, "high-1.m4s", 36).await.unwrap();
        assert_eq!((second.length, &second.first[..36]), (3_000_000, &large[..36]));
        assert!(second.first.len() <= AT_ONCE);
        assert_eq!(line.get(&origin, "high-2.m4s", 36).await.unwrap().status, 404);
        assert_eq!(line.get(&origin, "high-3.m4s", 36).await.unwrap().length, 0);
    }

    #[tokio::test]
    async fn a_connection_that_ends_early_is_an_error() {
        let short = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec();
        let origin = answers(vec![short]).await;
        let error = Line::default().get(&origin, "high-1.m4s", 36).await.unwrap_err();
        assert_eq!(error.to_string(), "the connection was closed");
    }

    #[test]
    fn an_answer_without_a_length_is_refused() {
        assert!(head_of(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(head_of(b"SSH-2.0\r\n\r\n").is_err());
        assert!(head_of(b"HTTP/1.1 200 OK\r\ncontent-le").unwrap().is_none());
    }
}
