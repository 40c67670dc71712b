//! Our candidates as attribute lines: UDP first, TCP for clients that UDP does not reach.

use super::LocalTransport;
use std::net::SocketAddr;

/// RFC 8445 §5.1.2.2 recommends 126 for host candidates; TCP stays below every UDP candidate, relayed ones excepted.
const UDP_PREFERENCE: u32 = 126;
const TCP_PREFERENCE: u32 = 90;
/// RFC 6544 §4.2: the direction of a passive host candidate, above 13 bits that tell candidates apart.
const PASSIVE: u32 = 4 << 13;
/// There is one component (RFC 8445 §5.1.2.1).
const COMPONENT: u32 = 255;

impl LocalTransport {
    /// `candidate:…` of every candidate, best first, without `a=`.
    pub fn candidate_attributes(&self) -> impl Iterator<Item = String> + '_ {
        let below = |most: u32, at: usize| most - u32::try_from(at).unwrap_or(most).min(most);
        let udp = self.candidates.iter().enumerate().map(move |(at, addr)| {
            let priority = (UDP_PREFERENCE << 24) | (below(65_535, at) << 8) | COMPONENT;
            attribute(at + 1, "udp", priority, *addr, "")
        });
        let after = self.candidates.len();
        let tcp = self.tcp_candidates.iter().enumerate().map(move |(at, addr)| {
            let priority = (TCP_PREFERENCE << 24) | ((PASSIVE | below(8191, at)) << 8) | COMPONENT;
            attribute(after + at + 1, "tcp", priority, *addr, " tcptype passive")
        });
        udp.chain(tcp)
    }
}

fn attribute(foundation: usize, transport: &str, priority: u32, addr: SocketAddr, rest: &str) -> String {
    format!("candidate:{foundation} 1 {transport} {priority} {} {} typ host{rest}", addr.ip(), addr.port())
}
