//! Which layer a receiver gets.

use crate::ids::Layer;

pub(crate) const LAYERS: [Layer; 3] = [Layer::Low, Layer::Mid, Layer::High];

/// The largest flowing layer within `max`; when none of those flows, the smallest that does.
pub(crate) fn choose(flowing: [bool; 3], max: Layer) -> Option<Layer> {
    let within = LAYERS.iter().rev().find(|&&layer| layer <= max && flowing[layer as usize]);
    within.or_else(|| LAYERS.iter().find(|&&layer| flowing[layer as usize])).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_flowing_layer_within_the_wish_is_chosen() {
        assert_eq!(choose([true, true, true], Layer::Mid), Some(Layer::Mid));
        assert_eq!(choose([true, false, true], Layer::Mid), Some(Layer::Low));
        assert_eq!(choose([false, false, true], Layer::Low), Some(Layer::High));
        assert_eq!(choose([false, true, true], Layer::Low), Some(Layer::Mid));
        assert_eq!(choose([false; 3], Layer::High), None);
    }
}
