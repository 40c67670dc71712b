//! The addresses of this machine: what a browser elsewhere can reach.

use std::net::IpAddr;

/// Addresses of the interfaces that are up, without loopback and link-local ones; IPv4 first, as people read those aloud.
pub fn of_this_machine() -> Vec<IpAddr> {
    let Ok(interfaces) = nix::ifaddrs::getifaddrs() else { return Vec::new() };
    let up = nix::net::if_::InterfaceFlags::IFF_UP;
    let mut found: Vec<IpAddr> = interfaces
        .filter(|i| i.flags.contains(up))
        .filter_map(|i| i.address)
        .filter_map(|a| {
            let v4 = a.as_sockaddr_in().map(|a| IpAddr::V4(a.ip()));
            v4.or_else(|| a.as_sockaddr_in6().map(|a| IpAddr::V6(a.ip())))
        })
        .filter(is_worth_telling)
        .collect();
    found.sort_by_key(|a| (a.is_ipv6(), *a));
    found.dedup();
    found
}

/// The machine's name, where it is a name that can stand in a certificate.
pub fn host_name() -> Option<String> {
    let name = nix::unistd::gethostname().ok()?.into_string().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    (!name.is_empty() && name.chars().all(plain)).then_some(name)
}

fn is_worth_telling(address: &IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(a) => a.is_link_local(),
        IpAddr::V6(a) => a.is_unicast_link_local(),
    };
    !(address.is_loopback() || address.is_unspecified() || address.is_multicast() || link_local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_link_local_are_not_told() {
        let telling = |text: &str| is_worth_telling(&text.parse().unwrap());
        assert!(telling("192.168.1.20") && telling("2001:db8::7"));
        assert!(!telling("127.0.0.1") && !telling("::1") && !telling("169.254.3.4") && !telling("fe80::1"));
    }
}
