//! Several runs to several receivers in one system call (sendmmsg), each cut by the kernel (UDP GSO).
//!
//! A system call for each run costs a tenth of a picture and a fifth of a packet of sound.

use crate::sfu::Transmit;
use std::net::{Ipv4Addr, SocketAddr};

/// Runs in one call. More gain nothing, and keep their receivers waiting.
const MOST: usize = 32;

const NOTHING: Transmit<'_> = Transmit {
    destination: SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
    source: None,
    via: crate::transport::Via::Udp,
    bytes: &[],
    segment_size: None,
};

/// Transmits that are collected for one call.
pub(super) struct Several<'a> {
    transmits: [Transmit<'a>; MOST],
    count: usize,
}

impl Default for Several<'_> {
    fn default() -> Self {
        Self { transmits: [NOTHING; MOST], count: 0 }
    }
}

impl<'a> Several<'a> {
    pub(super) const fn is_full(&self) -> bool {
        self.count == MOST
    }

    pub(super) fn push(&mut self, transmit: Transmit<'a>) {
        if let Some(place) = self.transmits.get_mut(self.count) {
            *place = transmit;
            self.count += 1;
        }
    }

    pub(super) const fn clear(&mut self) {
        self.count = 0;
    }

    pub(super) fn as_slice(&self) -> &[Transmit<'a>] {
        &self.transmits[..self.count]
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::send;

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "no crate offers sendmmsg with a segment size and a source address for each message")]
mod linux {
    use super::MOST;
    use crate::driver::socket::in_family;
    use crate::sfu::Transmit;
    use socket2::SockAddr;
    use std::io;
    use std::mem::MaybeUninit;
    use std::net::IpAddr;
    use std::os::fd::{AsRawFd as _, BorrowedFd};

    /// Room for the longer of the two source addresses, and for the segment size.
    #[repr(C, align(8))]
    struct Control([MaybeUninit<u8>; CONTROL_BYTES]);

    // SAFETY: the macro only computes.
    const CONTROL_BYTES: usize =
        unsafe { libc::CMSG_SPACE(size_of::<libc::in6_pktinfo>() as u32) + libc::CMSG_SPACE(2) } as usize;

    /// Gives how many were sent, at least one; an error is about the first.
    pub(in crate::driver) fn send(
        socket: BorrowedFd<'_>,
        is_ipv6: bool,
        transmits: &[Transmit<'_>],
    ) -> io::Result<usize> {
        let transmits = &transmits[..transmits.len().min(MOST)];
        let mut names = [const { MaybeUninit::<SockAddr>::uninit() }; MOST];
        let mut contents = [const { MaybeUninit::<libc::iovec>::uninit() }; MOST];
        let mut controls = [const { Control([MaybeUninit::uninit(); CONTROL_BYTES]) }; MOST];
        let mut messages = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; MOST];
        for (at, transmit) in transmits.iter().enumerate() {
            let (destination, source) = in_family(is_ipv6, transmit);
            let name = names[at].write(destination.into());
            let bytes = transmit.bytes;
            let content =
                contents[at].write(libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() });
            // SAFETY: zero is a valid value of every field, the padding of some systems included.
            let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
            header.msg_name = name.as_ptr().cast_mut().cast();
            header.msg_namelen = name.len();
            header.msg_iov = content;
            header.msg_iovlen = 1;
            header.msg_control = controls[at].0.as_mut_ptr().cast();
            header.msg_controllen = write_control(&mut controls[at], source, transmit.segment_size) as _;
            if header.msg_controllen == 0 {
                header.msg_control = std::ptr::null_mut();
            }
            messages[at].write(libc::mmsghdr { msg_hdr: header, msg_len: 0 });
        }
        loop {
            // SAFETY: the first so many messages are written, and all that they point to lives in the arrays above or in
            // `transmits` until the call returns. The kernel writes nothing but `msg_len`.
            let sent = unsafe {
                libc::sendmmsg(
                    socket.as_raw_fd(),
                    messages.as_mut_ptr().cast(),
                    transmits.len() as u32,
                    libc::MSG_DONTWAIT as _,
                )
            };
            if let Ok(sent @ 1..) = usize::try_from(sent) {
                return Ok(sent);
            }
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }

    /// Gives the length of what was written.
    fn write_control(control: &mut Control, source: Option<IpAddr>, segment_size: Option<usize>) -> usize {
        let mut length = 0;
        match source {
            Some(IpAddr::V4(ip)) => {
                let ipi_spec_dst = libc::in_addr { s_addr: u32::from_ne_bytes(ip.octets()) };
                let info = libc::in_pktinfo { ipi_ifindex: 0, ipi_spec_dst, ipi_addr: libc::in_addr { s_addr: 0 } };
                append(control, &mut length, (libc::IPPROTO_IP, libc::IP_PKTINFO), info);
            }
            Some(IpAddr::V6(ip)) => {
                let ipi6_addr = libc::in6_addr { s6_addr: ip.octets() };
                let info = libc::in6_pktinfo { ipi6_addr, ipi6_ifindex: 0 };
                append(control, &mut length, (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO), info);
            }
            None => {}
        }
        if let Some(Ok(size)) = segment_size.map(u16::try_from) {
            append(control, &mut length, (libc::SOL_UDP, libc::UDP_SEGMENT), size);
        }
        length
    }

    fn append<T: Copy>(control: &mut Control, length: &mut usize, (level, kind): (i32, i32), value: T) {
        // SAFETY: the macros only compute.
        let (space, message_len) =
            unsafe { (libc::CMSG_SPACE(size_of::<T>() as u32) as usize, libc::CMSG_LEN(size_of::<T>() as u32)) };
        assert!(*length + space <= CONTROL_BYTES, "a source address and a segment size fit");
        // SAFETY: zero is a valid value of every field.
        let mut header: libc::cmsghdr = unsafe { std::mem::zeroed() };
        (header.cmsg_len, header.cmsg_level, header.cmsg_type) = (message_len as _, level, kind);
        // SAFETY: both writes stay within `space`, which was checked to fit; the place is aligned for a header because the
        // array is, and every space is a multiple of that; the value may lie unaligned.
        unsafe {
            let place = control.0.as_mut_ptr().add(*length);
            place.cast::<libc::cmsghdr>().write(header);
            libc::CMSG_DATA(place.cast()).cast::<T>().write_unaligned(value);
        }
        *length += space;
    }
}
