//! See `fuzz::server_handshake`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::server_handshake::run(data));
