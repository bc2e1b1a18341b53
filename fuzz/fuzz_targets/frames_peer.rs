//! See `fuzz::frames_peer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::frames_peer::run(data));
