//! Getting the suite: into a folder of packages for this machine's Python 2.7, or as a container.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::suite::Suite;
use crate::install::{Stamp, does, read};

/// The suite, installed below `home` from what the folder `source` asks for. What an earlier run
/// left there is used.
///
/// # Errors
///
/// When there is neither a Python 2.7 it can be installed for nor a container engine: why.
pub(crate) fn suite(source: &Path, home: &Path) -> Result<Suite, String> {
    for_python(source, home).or_else(|without_python| {
        container().map_err(|without_engine| format!("{without_python}; {without_engine}"))
    })
}

fn for_python(source: &Path, home: &Path) -> Result<Suite, String> {
    let interpreter = python().ok_or("no Python 2.7 (set PY27 to one)")?;
    let requirements = source.join("requirements.txt");
    let launcher = source.join("wstest.py");
    let packages = home.join("packages");
    let made_from = format!("{}\n{}", interpreter.display(), read(&requirements)?);
    let stamp = Stamp::new(&packages, made_from);
    let suite =
        Suite::Python { interpreter: interpreter.clone(), launcher, packages: packages.clone() };

    if !stamp.is_current() || suite.version().is_err() {
        println!("install: the Autobahn suite, for {}", name(&interpreter));
        remove(&packages)?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        let mut install = Command::new(&interpreter);
        // That Python 2.7 has reached its end is known.
        install.args(["-W", "ignore"]).args(pip).arg("--target").arg(&packages);
        does(install.arg("--requirement").arg(&requirements))?;
        suite.version()?;
        stamp.write()?;
    }
    Ok(suite)
}

fn container() -> Result<Suite, String> {
    let engine = ["version", "--format", "{{.Server.Version}}"];
    does(Command::new("docker").args(engine)).map_err(|_| "no docker engine running")?;
    if does(Command::new("docker").args(["image", "inspect", Suite::IMAGE])).is_err() {
        println!("install: the container image {}", Suite::IMAGE);
        does(Command::new("docker").args(["pull", "--quiet", Suite::IMAGE]))?;
    }
    let id = |option| does(Command::new("id").arg(option)).map(|id| id.trim().to_owned());
    let user = id("-u").and_then(|user| Ok(format!("{user}:{}", id("-g")?)));
    Ok(Suite::Container { user: user.ok() })
}

/// `PY27` of the environment, or one that pyenv installed, or one of `PATH`. It needs pip.
fn python() -> Option<PathBuf> {
    let named = env::var_os("PY27").map(PathBuf::from);
    let candidates = match named {
        Some(named) => vec![named],
        None => pyenv().into_iter().chain(["python2.7".into()]).collect(),
    };
    candidates.into_iter().find(|python| {
        let probe = "import pip, sys; sys.exit(sys.version_info[:2] != (2, 7))";
        does(Command::new(python).args(["-c", probe])).is_ok()
    })
}

/// The interpreters of pyenv's versions 2.7, the newest first.
fn pyenv() -> Vec<PathBuf> {
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(env::home_dir()?.join(".pyenv")));
    let Some(Ok(versions)) = root.map(|root| fs::read_dir(root.join("versions"))) else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = versions.flatten().map(|version| version.path()).collect();
    folders.retain(|folder| name(folder).starts_with("2.7"));
    folders.sort_by_key(|folder| std::cmp::Reverse(patch(&name(folder))));
    folders.into_iter().map(|folder| folder.join("bin").join("python2.7")).collect()
}

/// 18 of `2.7.18`.
fn patch(version: &str) -> u32 {
    version.rsplit('.').next().and_then(|patch| patch.parse().ok()).unwrap_or(0)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn remove(folder: &Path) -> Result<(), String> {
    match folder.exists() {
        true => fs::remove_dir_all(folder)
            .map_err(|error| format!("cannot remove {}: {error}", name(folder))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number() {
        assert!(patch("2.7.18") > patch("2.7.9"));
        assert_eq!(patch("2.7-dev"), 0);
    }
}
