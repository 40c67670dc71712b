use super::*;

#[test]
fn the_first_byte_tells_what_a_connection_speaks() {
    for (bytes, speaks) in [
        (&b"GET / HTTP/1.1"[..], Some(Speaks::Http)),
        (b"PRI * HTTP/2.0", Some(Speaks::Http)),
        (b"\x16\x03\x01", Some(Speaks::Tls)),
        // 100 and 576 bytes of STUN.
        (b"\x00\x64\x00\x01", Some(Speaks::Media)),
        (b"\x02\x40\x00\x01", Some(Speaks::Media)),
        (b"\x80\x60", None),
        (b"SSH-2.0"[..1].as_ref(), Some(Speaks::Http)),
        (b"\xff", None),
    ] {
        assert_eq!(Speaks::of(bytes[0]), speaks, "{bytes:?}");
    }
}
