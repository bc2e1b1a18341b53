//! See `fuzz::driver`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::driver::run(data));
