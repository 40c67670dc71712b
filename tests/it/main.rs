//! The integration tests: one binary, a module per story.

mod types;
