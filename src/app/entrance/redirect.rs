//! Plain HTTP that came to the HTTPS port: somebody left `https://` out of the address, and is told the right one.

use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Method, path, Host and the cookies of a site that has few.
const MOST: usize = 16 * 1024;

pub(super) async fn to_https(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > MOST || stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let answer = match String::from_utf8(head).ok().as_deref().and_then(address_of) {
        Some(address) => format!(
            "HTTP/1.1 308 Permanent Redirect\r\nlocation: {address}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ),
        None => "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned(),
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// The same address with TLS. Nothing goes into it that could end a line or name another host.
fn address_of(head: &str) -> Option<String> {
    let mut lines = head.split("\r\n");
    let path = lines.next()?.split(' ').nth(1)?;
    let host =
        lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("host"))?.1.trim();
    let plain = |text: &str, also: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c));
    let fits =
        !host.is_empty() && plain(host, ".-:[]") && path.starts_with('/') && plain(path, "-._~:/?#[]@!$&'()*+,;=%");
    fits.then(|| format!("https://{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_stays_and_gets_tls() {
        let head = "GET /live/abc?x=1 HTTP/1.1\r\nAccept: */*\r\nHost: 10.0.0.5:8443\r\n\r\n";
        assert_eq!(address_of(head).as_deref(), Some("https://10.0.0.5:8443/live/abc?x=1"));
    }

    #[test]
    fn nothing_else_can_be_written_into_it() {
        for head in [
            "GET /a HTTP/1.1\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: a b\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: evil.example/?\r\n\r\n",
            "GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a\nset-cookie:x HTTP/1.1\r\nHost: a\r\n\r\n",
            "",
        ] {
            assert_eq!(address_of(head), None, "{head:?}");
        }
    }
}
