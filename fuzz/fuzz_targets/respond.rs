//! See `fuzz::respond`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::respond::run(data));
