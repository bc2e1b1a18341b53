//! What the system's package manager has to bring.

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::install::{does, find, has};

/// The browser: one that is installed, or Debian's.
///
/// # Errors
///
/// Why there is none.
pub(crate) fn chromium() -> Result<PathBuf, String> {
    let find = || BROWSERS.into_iter().find(|browser| has(browser, "--version").is_ok());
    if find().is_none() {
        install("chromium")?;
    }
    find().map(PathBuf::from).ok_or_else(|| "not found, though it was installed".to_owned())
}

/// Makes sure that g++ finds the headers of Boost.Beast.
///
/// # Errors
///
/// Why it does not.
pub(crate) fn beast() -> Result<(), String> {
    let probe = ["-E", "-x", "c++", "-include", "boost/beast/version.hpp", "/dev/null"];
    if does(Command::new("g++").args(probe)).is_ok() {
        return Ok(());
    }
    install("libboost1.81-dev").map_err(|error| format!("its headers: {error}"))
}

/// A program of a package of Debian's, wherever it is.
///
/// # Errors
///
/// Why there is none.
pub(crate) fn program(name: &str, package: &str) -> Result<PathBuf, String> {
    // Not all have a question that they answer with success.
    if find(name).is_none() {
        install(package)?;
    }
    find(name).ok_or_else(|| format!("no {name}, though it was installed"))
}

/// Installs a package with apt-get, one at a time.
///
/// # Errors
///
/// Why it is not there.
pub(crate) fn install(package: &str) -> Result<(), String> {
    static BUSY: Mutex<()> = Mutex::new(());
    let _one = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
    let is_root = does(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_root || has("apt-get", "--version").is_err() {
        return Err("not installed, and no leave to install it".to_owned());
    }
    println!("install: {package}");
    let apt = |args: &[&str]| {
        // Somebody else may be installing something.
        let patience = ["-o", "DPkg::Lock::Timeout=60"];
        let mut command = Command::new("apt-get");
        does(command.env("DEBIAN_FRONTEND", "noninteractive").args(patience).args(args))
    };
    let install = || apt(&["install", "--yes", "--no-install-recommends", package]);
    // Without the lists of packages the first attempt fails.
    install().or_else(|_| apt(&["update"]).and_then(|_| install())).map(drop)
}

/// What the browser is called by the systems that have it.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
