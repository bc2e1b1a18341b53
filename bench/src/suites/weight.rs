//! What it takes to build a small echo server or a small client, and what comes out.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use crate::{
    goals::WEIGHT as SERVER,
    options::Options,
    peers::Result,
    report::{Role, Table},
    stats::Samples,
    system,
};

/// Runs the suite of an echo server.
///
/// # Errors
///
/// A program that does not build.
pub(super) fn run(options: &Options) -> Result<Vec<Table>> {
    let note = "sockudo-ws is built without compression, which yawc cannot be.";
    Ok(vec![table(SERVER, note, PROGRAMS, options)?])
}

/// Runs the suite of a client, without TLS and with it.
///
/// # Errors
///
/// A program that does not build.
pub(super) fn clients(options: &Options) -> Result<Vec<Table>> {
    let note = "TLS is rustls with ring and the roots of webpki-roots. `ws-tokio, everything` has all \
                features of ws-tokio, aws-lc-rs among them, and was built once.";
    Ok(vec![
        table("Weight of a client", "", CLIENTS, options)?,
        table("Weight of a client with TLS", note, SECURE_CLIENTS, options)?,
    ])
}

fn table(title: &str, note: &str, programs: &[Program], options: &Options) -> Result<Table> {
    let columns: Vec<_> = programs.iter().map(|program| (program.name, program.role)).collect();
    let mut table = Table::new(title, "see each row", &columns).note(format!(
        "The programs are in `bench/weight`, all on tokio with the features that they \
         need: built from nothing with `cargo build --release` and no other setting, versions as \
         locked here. CPU time is that of cargo and all it starts. The size is that of the stripped \
         binary. {note}",
    ));
    let rounds = options.pick(3, 1);
    let mut cells = vec![vec![Samples::new(); programs.len()]; 3];
    for round in 0..rounds {
        for (at, program) in programs.iter().enumerate() {
            if round > 0 && program.role == Role::Variant {
                continue;
            }
            let built = build(program).map_err(|error| format!("{}: {error}", program.name))?;
            cells[0][at].push(built.cpu);
            if round == 0 {
                cells[1][at].push(built.crates);
                cells[2][at].push(built.size);
            }
            println!("  {title}: {}, {:.1} s", program.name, built.cpu);
        }
    }
    let measures = ["seconds of CPU to build it", "crates in it", "KiB of binary"];
    for (measure, cells) in measures.into_iter().zip(cells) {
        table.push(measure, cells);
    }
    Ok(table)
}

/// A program of `bench/weight`.
struct Program {
    name: &'static str,
    role: Role,
    source: &'static str,
    /// What it depends on besides tokio; `PATH` is where the crates of this workspace are.
    dependencies: &'static str,
}

/// What it came to.
struct Built {
    cpu: f64,
    crates: f64,
    size: f64,
}

fn build(program: &Program) -> Result<Built> {
    let folder = Path::new("target/bench/weight").join(program.name);
    // From nothing: also what an earlier run has built.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("src"))?;
    let workspace = fs::canonicalize(".")?;
    let manifest = format!("{MANIFEST}{}\n", program.dependencies)
        .replace("PATH", &workspace.display().to_string());
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/main.rs"), program.source)?;
    // The same versions as are measured otherwise.
    fs::copy("Cargo.lock", folder.join("Cargo.lock"))?;
    let folder = fs::canonicalize(folder)?;
    let crates = crates_of(&folder)?;
    let before = system::children_cpu()?;
    let status = cargo(&folder).args(["build", "--release", "--quiet"]).status()?;
    let cpu = system::children_cpu()? - before;
    if !status.success() {
        return Err("does not build".into());
    }
    let size = fs::metadata(folder.join("target/release/echo"))?.len() as f64 / 1024.0;
    Ok(Built { cpu, crates, size })
}

/// How many packages the program is made of, itself not counted.
fn crates_of(folder: &Path) -> Result<f64> {
    let tree = ["tree", "--prefix", "none", "--format", "{p}", "--edges", "normal,build"];
    let output = cargo(folder).args(tree).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    // A package that was listed before has a mark behind it.
    let names = text.lines().map(|line| line.trim_end_matches(" (*)").trim());
    let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
    Ok(names.len().saturating_sub(1) as f64)
}

/// Cargo in that folder, with nothing of what cargo has told this program.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target"));
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("RUSTFLAGS");
    command
}

const MANIFEST: &str = r#"[package]
name = "echo"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[profile.release]
strip = true

[dependencies]
tokio = { version = "1", features = ["macros", "net", "rt", "io-util"] }
"#;

const PROGRAMS: &[Program] = &[
    Program {
        name: "tokio",
        role: Role::Floor,
        source: include_str!("../../weight/tokio.rs"),
        dependencies: "",
    },
    Program {
        name: "ws-tokio",
        role: Role::Ours,
        source: include_str!("../../weight/ws-tokio.rs"),
        dependencies: r#"ws-tokio = { path = "PATH/ws-tokio" }"#,
    },
    Program {
        name: "tokio-tungstenite",
        role: Role::Peer,
        source: include_str!("../../weight/tokio-tungstenite.rs"),
        dependencies: r#"futures-util = { version = "0.3", default-features = false, features = ["sink"] }
tokio-tungstenite = { version = "0.30", default-features = false, features = ["handshake"] }"#,
    },
    Program {
        name: "fastwebsockets",
        role: Role::Peer,
        source: include_str!("../../weight/fastwebsockets.rs"),
        dependencies: r#"fastwebsockets = { version = "0.10", features = ["upgrade"] }
hyper = { version = "1", features = ["server", "http1"] }
hyper-util = { version = "0.1", features = ["tokio"] }"#,
    },
    Program {
        name: "tokio-websockets",
        role: Role::Peer,
        source: include_str!("../../weight/tokio-websockets.rs"),
        dependencies: r#"futures-util = { version = "0.3", default-features = false, features = ["sink"] }
tokio-websockets = { version = "0.13", features = ["server", "sha1_smol"] }"#,
    },
    Program {
        name: "soketto",
        role: Role::Peer,
        source: include_str!("../../weight/soketto.rs"),
        dependencies: r#"soketto = "0.8"
tokio-util = { version = "0.7", features = ["compat"] }"#,
    },
    Program {
        name: "sockudo-ws",
        role: Role::Peer,
        source: include_str!("../../weight/sockudo-ws.rs"),
        dependencies: r#"futures-util = { version = "0.3", default-features = false, features = ["sink"] }
sockudo-ws = { version = "3.1", default-features = false, features = ["tokio-runtime", "simd", "fastrand"] }"#,
    },
    Program {
        name: "yawc",
        role: Role::Peer,
        source: include_str!("../../weight/yawc.rs"),
        dependencies: r#"futures-util = { version = "0.3", default-features = false, features = ["sink"] }
hyper = { version = "1", features = ["server", "http1"] }
hyper-util = { version = "0.1", features = ["tokio"] }
yawc = { version = "0.5", default-features = false, features = ["simd"] }"#,
    },
];

const CLIENTS: &[Program] = &[
    Program {
        name: "ws-tokio",
        role: Role::Ours,
        source: include_str!("../../weight/client-ws-tokio.rs"),
        dependencies: r#"ws-tokio = { path = "PATH/ws-tokio" }"#,
    },
    Program {
        name: "tokio-tungstenite",
        role: Role::Peer,
        source: include_str!("../../weight/client-tokio-tungstenite.rs"),
        dependencies: r#"futures-util = { version = "0.3", default-features = false, features = ["sink"] }
tokio-tungstenite = { version = "0.30", default-features = false, features = ["connect"] }"#,
    },
    Program {
        name: "yawc",
        role: Role::Peer,
        source: include_str!("../../weight/client-yawc.rs"),
        dependencies: r#"futures-util = { version = "0.3", default-features = false, features = ["sink"] }
yawc = { version = "0.5", default-features = false, features = ["simd"] }"#,
    },
];

const SECURE_CLIENTS: &[Program] = &[
    Program {
        name: "ws-tokio",
        role: Role::Ours,
        source: include_str!("../../weight/client-ws-tokio.rs"),
        dependencies: r#"ws-tokio = { path = "PATH/ws-tokio", features = ["rustls", "ring", "webpki-roots"] }"#,
    },
    Program {
        name: "tokio-tungstenite",
        role: Role::Peer,
        source: include_str!("../../weight/client-tokio-tungstenite.rs"),
        dependencies: r#"futures-util = { version = "0.3", default-features = false, features = ["sink"] }
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
tokio-tungstenite = { version = "0.30", default-features = false, features = ["connect", "rustls-tls-webpki-roots"] }"#,
    },
    Program {
        name: "yawc",
        role: Role::Peer,
        source: include_str!("../../weight/client-yawc.rs"),
        dependencies: r#"futures-util = { version = "0.3", default-features = false, features = ["sink"] }
yawc = { version = "0.5", default-features = false, features = ["simd", "rustls-ring"] }"#,
    },
    Program {
        name: "ws-tokio, everything",
        role: Role::Variant,
        source: include_str!("../../weight/client-ws-tokio.rs"),
        dependencies: r#"ws-tokio = { path = "PATH/ws-tokio", features = ["aws-lc-rs", "deflate", "idna", "native-roots", "platform-verifier", "ring", "webpki-roots"] }"#,
    },
];
