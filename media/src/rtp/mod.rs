//! RTP and RTCP on the wire (RFC 3550, 4585, 4588, 8285): views without copies, and writers into given buffers.

pub mod compound;
pub mod h264;
pub mod header;
pub mod ntp;
pub mod rtcp;
pub mod sequence;
pub mod transport_cc;
pub mod vp8;

#[cfg(test)]
mod tests;
