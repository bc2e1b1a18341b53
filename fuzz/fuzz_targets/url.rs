//! See `fuzz::url`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::url::run(data));
