//! Every input of the corpora goes through its body, and with it every fault that a fuzzer has found.

mod seeds;

use super::TARGETS;
use std::path::PathBuf;

pub(super) fn corpus(target: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "fuzz", "corpus", target].iter().collect()
}

fn replay(target: &str) {
    let body = TARGETS.iter().find(|(name, _)| *name == target).expect("it is in the table").1;
    let files: Vec<PathBuf> = std::fs::read_dir(corpus(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{target} has seeds");
    for file in files {
        let input = std::fs::read(&file).unwrap();
        assert!(std::panic::catch_unwind(|| body(&input)).is_ok(), "{}", file.display());
    }
}

macro_rules! replays {
    ($($target:ident)*) => {
        $(#[test] fn $target() { replay(stringify!($target)); })*

        #[test]
        fn no_target_is_left_out() {
            assert_eq!(TARGETS.map(|(name, _)| name), [$(stringify!($target)),*]);
        }
    };
}

replays!(dtls_record rfc4571 rtcp rtp sdp sfu srtp stun);

#[test]
fn bodies_take_nothing_and_noise() {
    let mut random = crate::testing::Seeded(1);
    for (_, body) in TARGETS {
        body(&[]);
        for len in [1, 2, 3, 20, 200, 3000] {
            body(&(0..len).map(|_| random.next() as u8).collect::<Vec<u8>>());
        }
    }
}
