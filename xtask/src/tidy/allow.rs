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

/// Files that may be longer than the limit: `(path, why it is one concept)`.
pub(super) const LONG_FILES: &[(&str, &str)] = &[];

/// Loops that an adapter may contain: `(path, keyword, what it does instead of I/O)`.
pub(super) const ADAPTER_LOOPS: &[(&str, &str, &str)] = &[
    (
        "ws-blocking/src/block_on.rs",
        "loop",
        "polls the driver's future again when a non-blocking stream made it give up",
    ),
    ("ws-blocking/src/runtime.rs", "loop", "repeats one system call that a signal interrupted"),
];

/// Imports that close a circle: `(file or folder, what it imports, why)`.
pub(super) const CIRCULAR_IMPORTS: &[(&str, &str, &str)] = &[
    (
        "conformance/src/judge/",
        "conformance/src/judge.rs",
        "both roles are judged into the same list of differences",
    ),
    (
        "conformance/src/messages/cases/deflate/",
        "conformance/src/messages/cases/deflate.rs",
        "the cases share the setups that stand above them",
    ),
    (
        "conformance/src/messages/line/",
        "conformance/src/messages/line.rs",
        "the state is described in the words of the line's two ends",
    ),
    (
        "conformance/src/pipe/",
        "conformance/src/pipe.rs",
        "the state is described in the words of the pipe's two ends",
    ),
    (
        "ws-core/src/codec/mask/wide.rs",
        "ws-core/src/codec/mask/",
        "what is left beside the wide loop is masked in words, and long payloads by the wide loop",
    ),
    (
        "ws-core/src/connection/prepared.rs",
        "ws-core/src/connection/sender.rs",
        "framing for many and for one take the same opcodes",
    ),
];
