//! What the targets have found so far, once more: on any toolchain, without libFuzzer.

#![expect(clippy::panic, clippy::unwrap_used, reason = "this is how a test fails")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use fuzz::TARGETS;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Runs the inputs of one target. A panic tells nothing of the file that it comes from, so its name is said first.
fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let corpus = folder("corpus").join(name);
    let files = names(&corpus);
    assert!(files.len() >= 5, "the corpus of {name} is empty");
    for file in files {
        println!("corpus/{name}/{file}");
        let input = fs::read(corpus.join(file)).unwrap();
        let allocated = allocation_counter::measure(|| (target.run)(&input));
        assert!(allocated.bytes_max <= MAX_ALLOCATED, "{} bytes at once", allocated.bytes_max);
    }
    (target.run)(b"");
}

/// More than any input takes at once: two parties with compressors of 270 KiB each way, what they hear, and what is
/// made to compare it with.
const MAX_ALLOCATED: u64 = 2 * 1024 * 1024;

macro_rules! replayed {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                replay(stringify!($name));
            }
        )*

        #[test]
        fn every_target_is_replayed_and_has_a_program() {
            let all: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
            assert_eq!(all.len(), TARGETS.len());
            assert_eq!(all, [$(stringify!($name)),*].map(str::to_owned).into());
            assert_eq!(all, names(&folder("corpus")));
            let programs = names(&folder("fuzz_targets"));
            assert_eq!(all.iter().map(|name| format!("{name}.rs")).collect::<BTreeSet<_>>(), programs);
            let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
            for name in all {
                assert!(manifest.contains(&format!("[[bin]]\nname = \"{name}\"")), "{name}");
            }
        }
    };
}

replayed! {
    client_handshake
    compress
    credentials
    deflate
    driver
    extensions
    frame_head
    frames
    frames_peer
    handshake
    inflate
    origin
    proxy
    proxy_rules
    redirect
    request_head
    respond
    response_head
    retry_after
    server_handshake
    session
    subprotocols
    token_list
    url
}
