//! One port for everything: TLS, HTTP, websockets and media (RFC 4571).

use crate::app::Person;
use crate::http_line_checks::offer;
use crate::program::Program;
use futures_util::{SinkExt as _, StreamExt as _};
use ring::hmac;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::Message;

const PATIENCE: Duration = Duration::from_secs(20);

/// The server signed its certificate itself; who it is does not matter here.
#[derive(Debug)]
struct AnyServer;

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}

async fn connect(port: u16) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap()
}

async fn tls(port: u16) -> tokio_rustls::client::TlsStream<TcpStream> {
    let versions = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = versions.with_safe_default_protocol_versions().unwrap().dangerous();
    let config = builder.with_custom_certificate_verifier(Arc::new(AnyServer)).with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, connect(port).await).await.unwrap()
}

/// One request over this stream; gives the whole answer.
async fn request(mut stream: impl AsyncRead + AsyncWrite + Unpin, port: u16, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The server may close without the goodbye of TLS.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time");
    String::from_utf8_lossy(&answer).into_owned()
}

/// A websocket over this stream, as far as the refusal of what is no `hello`.
async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, session: &str) {
    let url = format!("ws://127.0.0.1/api/sessions/{session}/socket");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.expect("it opens");
    socket.send(Message::text("{}")).await.unwrap();
    let said = tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap();
    assert!(said.to_text().unwrap().contains("refused"), "{said}");
}

/// A signed binding request in its frame.
fn framed_check(server: (&str, &str), client: &str) -> Vec<u8> {
    let attribute = |kind: u16, value: &[u8]| {
        let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
        [&kind.to_be_bytes()[..], &u16::try_from(value.len()).unwrap().to_be_bytes(), value, &padding].concat()
    };
    let (ufrag, pwd) = server;
    let mut body = attribute(0x0006, format!("{ufrag}:{client}").as_bytes());
    body.extend(attribute(0x0024, &[0x6e, 0, 1, 0xff]));
    // The length in the header counts up to and with the attribute that is being computed (RFC 8489 sections 14.5, 14.7).
    let message = |body: &[u8], more: usize| {
        let length = u16::try_from(body.len() + more).unwrap().to_be_bytes();
        [&[0, 1], &length[..], &0x2112_a442_u32.to_be_bytes(), b"twelve bytes", body].concat()
    };
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, pwd.as_bytes());
    let signature = hmac::sign(&key, &message(&body, 24));
    body.extend(attribute(0x0008, signature.as_ref()));
    let mut crc = flate2::Crc::new();
    crc.update(&message(&body, 8));
    body.extend(attribute(0x8028, &(crc.sum() ^ 0x5354_554e).to_be_bytes()));
    let message = message(&body, 0);
    [&u16::try_from(message.len()).unwrap().to_be_bytes()[..], &message].concat()
}

fn of<'a>(sdp: &'a str, name: &str) -> &'a str {
    sdp.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim()
}

/// Opens a check and shows by TCP that it is the one; gives the first answer.
async fn check_by_tcp(program: &Program, port: u16) -> Vec<u8> {
    let nobody = Person::nobody(&program.url);
    let check: Value = nobody.post("/api/line-checks", &json!({ "sdp": offer() })).await.json().await.unwrap();
    let answer = check["sdp"].as_str().unwrap();
    let server = (of(answer, "a=ice-ufrag:"), of(answer, "a=ice-pwd:"));
    let offer = offer();
    let frame = framed_check(server, of(&offer, "a=ice-ufrag:"));
    let mut stream = connect(port).await;
    // In pieces, as a slow line may bring it.
    for piece in frame.chunks(40) {
        stream.write_all(piece).await.unwrap();
        stream.flush().await.unwrap();
        tokio::task::yield_now().await;
    }
    let len = tokio::time::timeout(PATIENCE, stream.read_u16()).await.unwrap().unwrap();
    let mut answered = vec![0; usize::from(len)];
    stream.read_exact(&mut answered).await.unwrap();
    answered
}

#[tokio::test]
async fn each_port_serves_pages_sockets_and_media() {
    let program = Program::start().await;
    let session = program.live_session().await;
    let http: u16 = program.url.rsplit(':').next().unwrap().parse().unwrap();
    let https = program.https_port;

    assert!(request(connect(http).await, http, "/healthz").await.starts_with("HTTP/1.1 200"));
    talk(connect(http).await, &session).await;
    assert!(request(tls(https).await, https, "/healthz").await.starts_with("HTTP/1.1 200"));
    talk(tls(https).await, &session).await;
    for port in [http, https] {
        let answered = check_by_tcp(&program, port).await;
        assert_eq!(answered[..2], [1, 1], "a binding success by port {port}");
    }
    let moved = request(connect(https).await, https, "/live/x?y=1").await;
    assert!(moved.starts_with("HTTP/1.1 308"), "{moved}");
    assert!(moved.contains(&format!("location: https://127.0.0.1:{https}/live/x?y=1\r\n")), "{moved}");
}

#[tokio::test]
async fn what_belongs_to_nobody_is_closed_and_a_silent_connection_delays_no_stop() {
    let mut program = Program::start().await;
    let stranger = framed_check(("nobody", "a password that nobody has"), "client");
    let (mut oversized, mut cut) = (stranger.clone(), stranger.clone());
    oversized[0] = 2;
    oversized[1] = 255;
    cut.truncate(30);
    for (what, bytes) in [
        ("a stranger", stranger),
        ("too large", oversized),
        ("no STUN", [&[0, 100][..], &[0x5a; 100]].concat()),
        ("no protocol", vec![0x80; 40]),
    ] {
        let mut stream = connect(program.https_port).await;
        stream.write_all(&bytes).await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok() && rest.is_empty(), "{what}");
    }
    let silent = connect(program.https_port).await;
    let mut half = connect(program.https_port).await;
    half.write_all(&cut).await.unwrap();
    program.terminate().await;
    let ended = tokio::time::timeout(crate::program::DRAIN, program.ended()).await.expect("nobody is waited for");
    assert!(ended.success());
    drop((silent, half));
}
