mod broken;
mod thresholds;
mod told;
