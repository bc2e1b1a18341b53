//! The exceptions, each with its reason. An entry that no file needs any more is itself a finding.

/// Files that may hold the word `unsafe`: `(path, why it is worth it)`. Only under ws-core.
pub(super) const UNSAFE_FILES: &[(&str, &str)] = &[
    (
        "ws-core/src/codec/mask/copy.rs",
        "masks into memory that is not initialised; a client sends 64 KiB in two thirds of the time",
    ),
    (
        "ws-core/src/codec/mask/wide.rs",
        "calls loops compiled for AVX2 where there is AVX2; masks 16 KiB in a fourth of the time",
    ),
];

/// Files elsewhere that may hold it: `(path, why there is no other way)`. None of them is published.
pub(super) const UNSAFE_TOOLS: &[(&str, &str)] = &[(
    "fuzz/src/randomness.rs",
    "getrandom finds a source of randomness by the name of a symbol; fuzzing needs one that repeats itself",
)];

/// Files of ws-core that read octets or text and need no fuzz target: `(path below src, why)`.
pub(super) const NOT_FUZZED: &[(&str, &str)] = &[("codec/deflate/never.rs", "has no values")];

/// Files that may be longer than the limit: `(path, why it is one concept)`.
pub(super) const LONG_FILES: &[(&str, &str)] = &[];

/// Loops that an adapter may contain: `(path, keyword, what it does instead of I/O)`.
pub(super) const ADAPTER_LOOPS: &[(&str, &str, &str)] = &[
    (
        "ws-blocking/src/block_on.rs",
        "loop",
        "polls the driver's future again when a non-blocking stream made it give up",
    ),
    (
        "ws-blocking/src/maybe_tls.rs",
        "loop",
        "goes on with a read of TLS, within the socket's timeout, where a task would yield",
    ),
    (
        "ws-blocking/src/sockets.rs",
        "loop",
        "waits for the threads that connect, as the driver does for futures",
    ),
    (
        "ws-blocking/src/runtime.rs",
        "loop",
        "repeats one system call that a signal interrupted, or waits for it in slices",
    ),
    ("ws-blocking/src/shared.rs", "loop", "is a stream, and waits for its socket without the lock"),
];

/// Files outside of the core that may name close codes: `(path, why that decides nothing)`.
pub(super) const CLOSE_CODES: &[(&str, &str)] = &[
    ("ws-axum/src/close_code.rs", "gives the core's constants the names that axum has for them"),
    ("ws-rooms/src/member.rs", "an application says why it closes: the member was too slow"),
];

/// Imports that close a circle: `(folder, file or folder in it, what that imports, why)`.
pub(super) const CIRCULAR_IMPORTS: &[(&str, &str, &str, &str)] = &[
    ("conformance/src", "judge/", "judge.rs", "both roles fill one list of differences"),
    ("conformance/src", "messages/cases/deflate/", "messages/cases/deflate.rs", "shared setups"),
    ("conformance/src", "pipe/", "pipe.rs", "a state in the words of both its ends"),
];
