//! Where things are, and building the programs of this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The workspace that this was built from.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    root: PathBuf,
    target: PathBuf,
}

impl Site {
    /// # Errors
    ///
    /// When there is no current folder.
    pub(crate) fn find() -> Result<Self, String> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = match manifest.as_deref().and_then(Path::parent) {
            Some(root) => root.to_owned(),
            None => env::current_dir().map_err(|error| format!("no current folder: {error}"))?,
        };
        let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        Ok(Self { target: root.join(target), root })
    }

    /// A folder of this crate, where programs and lists lie.
    pub(crate) fn source(&self, name: &str) -> PathBuf {
        self.root.join("interop").join(name)
    }

    /// A file or folder of the workspace.
    pub(crate) fn of_root(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A folder for what a command installs, below the one where cargo builds. It is kept for the
    /// next run.
    ///
    /// # Errors
    ///
    /// When it cannot be created.
    pub(crate) fn home(&self, name: &str) -> Result<PathBuf, String> {
        let home = self.target.join(name);
        fs::create_dir_all(&home)
            .map_err(|error| format!("cannot create {}: {error}", home.display()))?;
        Ok(home)
    }

    /// Builds the demo program.
    ///
    /// # Errors
    ///
    /// When it does not build.
    pub(crate) fn demo(&self) -> Result<PathBuf, String> {
        self.build("ws-demo", &["--release", "--package", "demo"])?;
        Ok(self.target.join("release").join("ws-demo"))
    }

    /// Builds the conformance suite. It mostly waits, so it need not be quick.
    ///
    /// # Errors
    ///
    /// When it does not build.
    pub(crate) fn conform(&self) -> Result<PathBuf, String> {
        self.build("ws-conform", &["--package", "ws-conform"])?;
        Ok(self.target.join("debug").join("ws-conform"))
    }

    /// Builds the servers of the benchmarks, which are other people's libraries.
    ///
    /// # Errors
    ///
    /// When they do not build.
    pub(crate) fn bench(&self) -> Result<PathBuf, String> {
        let package = ["--package", "bench", "--features", "peers"];
        let programs = ["--bin", "bench", "--example", "echo_client"];
        self.build("the servers of the benchmarks", &[&package[..], &programs].concat())?;
        Ok(self.target.join("debug").join("bench"))
    }

    /// Builds the chat, as its tests do.
    ///
    /// # Errors
    ///
    /// When it does not build.
    pub(crate) fn chat(&self) -> Result<PathBuf, String> {
        self.build("chat", &["--package", "chat"])?;
        Ok(self.target.join("debug").join("chat"))
    }

    fn build(&self, what: &str, arguments: &[&str]) -> Result<(), String> {
        println!("build: {what}");
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        // Cargo has set these for this program. Some build scripts look at them, and what is above those would be
        // compiled again each time.
        let of_package = ["CARGO_MANIFEST_", "CARGO_PKG_"];
        for (name, _) in env::vars_os() {
            if of_package.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                build.env_remove(name);
            }
        }
        let status = build
            .arg("build")
            .args(arguments)
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(&self.root)
            .status()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("{what} does not build")) }
    }

    /// A path as short as it can be told from the root.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}
