mod measures;
pub(super) mod story;
