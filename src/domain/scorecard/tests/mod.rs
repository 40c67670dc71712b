mod measures;
mod properties;
pub(super) mod story;
mod zhejiang_2019;
