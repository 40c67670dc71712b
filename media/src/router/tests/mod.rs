//! A model of publishers and viewers around the router: virtual time, seeded loss, plaintext packets.

mod forwarding;
mod hostile;
mod layers;
mod relays;
mod repairs;
mod reports;
mod thinning;
mod world;
