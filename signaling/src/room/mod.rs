//! A Session's in-memory state: a pure machine from messages to effects.
