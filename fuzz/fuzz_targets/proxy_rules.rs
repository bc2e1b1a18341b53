//! See `fuzz::proxy_rules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::proxy_rules::run(data));
