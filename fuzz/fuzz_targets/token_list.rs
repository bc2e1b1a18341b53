//! See `fuzz::token_list`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::token_list::run(data));
