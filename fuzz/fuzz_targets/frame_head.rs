//! See `fuzz::frame_head`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::frame_head::run(data));
