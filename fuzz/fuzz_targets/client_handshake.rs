//! See `fuzz::client_handshake`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::client_handshake::run(data));
