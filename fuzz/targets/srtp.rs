#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| lectern_media::fuzzing::srtp(input));
