//! Programs that a compiler makes of one file, with what Debian has of other languages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::{Stamp, does, read};
use crate::peers::system;

/// How one is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// A file of `interop/field/`.
    pub(crate) source: &'static str,
    /// Debian's packages: the compiler, and what else there has to be. The version is that of the last.
    pub(crate) packages: &'static [&'static str],
    pub(crate) language: Language,
}

/// What it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// With Debian's libraries, which know no modules.
    Go,
    /// With a library that `pkg-config` knows by this name.
    C(&'static str),
    /// With these files of `/usr/share/java`.
    Java(&'static [&'static str]),
}

pub(crate) const GORILLA: Recipe = Recipe {
    source: "echo.go",
    packages: &["golang-go", "golang-nhooyr-websocket-dev", "golang-github-gorilla-websocket-dev"],
    language: Language::Go,
};

pub(crate) const NHOOYR: Recipe = Recipe {
    packages: &["golang-go", "golang-github-gorilla-websocket-dev", "golang-nhooyr-websocket-dev"],
    ..GORILLA
};

pub(crate) const LIBWEBSOCKETS: Recipe = Recipe {
    source: "echo_lws.c",
    packages: &["gcc", "pkg-config", "libwebsockets-dev"],
    language: Language::C("libwebsockets"),
};

pub(crate) const LIBSOUP: Recipe = Recipe {
    source: "echo_soup.c",
    packages: &["gcc", "pkg-config", "libsoup-3.0-dev"],
    language: Language::C("libsoup-3.0"),
};

pub(crate) const NETTY: Recipe = Recipe {
    source: "EchoNetty.java",
    packages: &["default-jdk-headless", "libnetty-java"],
    language: Language::Java(&[
        "netty-buffer.jar",
        "netty-codec.jar",
        "netty-codec-http.jar",
        "netty-common.jar",
        "netty-handler.jar",
        "netty-resolver.jar",
        "netty-transport.jar",
        "netty-transport-native-unix-common.jar",
    ]),
};

pub(crate) const TOMCAT: Recipe = Recipe {
    source: "EchoTomcat.java",
    packages: &["default-jdk-headless", "libjakarta-annotation-api-java", "libtomcat10-embed-java"],
    language: Language::Java(&[
        "jakarta-annotation-api.jar",
        "tomcat10-embed-core.jar",
        "tomcat10-embed-websocket.jar",
    ]),
};

impl Recipe {
    /// Debian's version of the library.
    ///
    /// # Errors
    ///
    /// When it is not installed.
    pub(crate) fn version(&self) -> Result<String, String> {
        version(self.packages.last().ok_or("no package")?)
    }

    /// Installs what it takes, and compiles it, below a folder; the words that start it.
    ///
    /// # Errors
    ///
    /// When something cannot be had, or it does not compile.
    pub(crate) fn make(&self, home: &Path, folder: &Path) -> Result<Vec<String>, String> {
        for package in self.packages {
            let status = ["-W", "-f", "${db:Status-Status}", package];
            let is_there =
                does(Command::new("dpkg-query").args(status)).is_ok_and(|it| it == "installed");
            if !is_there {
                system::install(package)?;
            }
        }
        let source = folder.join(self.source);
        let name = self.source.split('.').next().unwrap_or_default();
        let made = home.join(format!("field-{}", name.to_lowercase()));
        // In an order of its own: more than one recipe may have the same.
        let mut packages = self.packages.to_vec();
        packages.sort_unstable();
        let versions: Result<Vec<_>, _> = packages.iter().map(|name| version(name)).collect();
        let stamp = Stamp::new(&made, format!("{}{}", versions?.join(" "), read(&source)?));
        if !stamp.is_current() || !made.exists() {
            println!("build: {}", self.source);
            self.compile(&source, &made)?;
            stamp.write()?;
        }
        let made = made.display().to_string();
        Ok(match self.language {
            Language::Go | Language::C(_) => vec![made],
            Language::Java(files) => {
                let paths = [vec![made], jars(files)].concat().join(":");
                vec!["java".to_owned(), "-cp".to_owned(), paths, name.to_owned()]
            }
        })
    }

    fn compile(&self, source: &Path, made: &Path) -> Result<(), String> {
        let done = match self.language {
            Language::Go => {
                let mut go = Command::new("go");
                go.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode").env("GOFLAGS", "");
                does(go.args(["build", "-o"]).arg(made).arg(source))
            }
            Language::C(library) => {
                let said = does(Command::new("pkg-config").args(["--cflags", "--libs", library]))?;
                let mut gcc = Command::new("gcc");
                gcc.args(["-O1", "-o"]).arg(made).arg(source);
                does(gcc.args(said.split_whitespace()))
            }
            Language::Java(files) => {
                fs::create_dir_all(made).map_err(|error| error.to_string())?;
                let mut javac = Command::new("javac");
                javac.args(["-cp", &jars(files).join(":"), "-d"]).arg(made);
                does(javac.arg(source))
            }
        };
        done.map(drop)
    }
}

fn version(package: &str) -> Result<String, String> {
    let said = does(Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]))?;
    // What stands before a colon is for the order of versions alone.
    Ok(said.rsplit(':').next().unwrap_or_default().trim().to_owned())
}

fn jars(files: &[&str]) -> Vec<String> {
    let paths = files.iter().map(|file| PathBuf::from("/usr/share/java").join(file));
    paths.map(|path| path.display().to_string()).collect()
}
