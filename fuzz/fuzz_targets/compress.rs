//! See `fuzz::compress`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::compress::run(data));
