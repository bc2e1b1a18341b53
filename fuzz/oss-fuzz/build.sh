#!/bin/bash -eu
# Builds every target, with its corpus and its dictionary beside it.

# Keys and masks are the same in every run: see fuzz/src/randomness.rs.
export RUSTFLAGS="${RUSTFLAGS:-} --cfg getrandom_backend=\"custom\""
export CARGO_PROFILE_RELEASE_LTO=off
cargo fuzz build --fuzz-dir fuzz -O --debug-assertions --features libfuzzer

# As in xtask/src/fuzz.rs.
dictionary() {
    case "$1" in
        request_head | response_head | server_handshake | client_handshake | proxy | driver) echo http ;;
        token_list | extensions | subprotocols | respond) echo lists ;;
        frame_head | frames | frames_peer) echo websocket ;;
        deflate | inflate) echo deflate ;;
        url | redirect | proxy_rules | origin | retry_after | credentials) echo url ;;
    esac
}

for file in fuzz/fuzz_targets/*.rs; do
    target=$(basename "$file" .rs)
    cp "target/x86_64-unknown-linux-gnu/release/$target" "$OUT/"
    zip -jqr "$OUT/${target}_seed_corpus.zip" "fuzz/corpus/$target"
    name=$(dictionary "$target")
    if [ -n "$name" ]; then
        cp "fuzz/dictionaries/$name.dict" "$OUT/$target.dict"
    fi
done
