//! Places that are given out per network address, so that one visitor, or one broken script, can't take all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct PerAddress(Arc<Inner>);

struct Inner {
    each: usize,
    all: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    by_address: HashMap<IpAddr, usize>,
    all: usize,
}

/// Given back when dropped.
pub struct Place {
    of: PerAddress,
    address: IpAddr,
}

impl PerAddress {
    /// `each` for one address, `all` together. A whole school may stand behind one address.
    #[must_use]
    pub fn new(each: usize, all: usize) -> Self {
        Self(Arc::new(Inner { each, all, taken: Mutex::default() }))
    }

    /// None when there is none left.
    #[must_use]
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let address = one_line(address);
        let mut taken = self.taken();
        if taken.all >= self.0.all {
            return None;
        }
        let here = taken.by_address.entry(address).or_default();
        if *here >= self.0.each {
            return None;
        }
        *here += 1;
        taken.all += 1;
        drop(taken);
        Some(Place { of: self.clone(), address })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        taken.all -= 1;
        if let Some(here) = taken.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                taken.by_address.remove(&self.address);
            }
        }
    }
}

/// A line gets a whole /64 of IPv6, so the lower half tells nobody apart.
fn one_line(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_gets_its_share_and_all_together_no_more_than_there_is() {
        let places = PerAddress::new(2, 3);
        let first = places.take(ip("10.0.0.1"));
        let _second = places.take(ip("::ffff:10.0.0.1"));
        assert!(first.is_some() && places.take(ip("10.0.0.1")).is_none());
        let _third = places.take(ip("10.0.0.2"));
        assert!(places.take(ip("10.0.0.3")).is_none());
        drop(first);
        assert!(places.take(ip("10.0.0.3")).is_some(), "given back");
    }

    #[test]
    fn the_addresses_of_one_ipv6_line_are_one() {
        let places = PerAddress::new(1, 9);
        let _first = places.take(ip("2001:db8:1:2::5"));
        assert!(places.take(ip("2001:db8:1:2:ffff::9")).is_none());
        assert!(places.take(ip("2001:db8:1:3::5")).is_some());
    }

    #[test]
    fn nothing_is_remembered_of_those_who_left() {
        let places = PerAddress::new(1, 9);
        drop(places.take(ip("10.0.0.1")));
        assert!(places.taken().by_address.is_empty());
    }
}
