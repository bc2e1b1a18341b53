//! Servers in other languages, whose programs lie in `bench/others`. They speak as ours do: the port is the first line.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::Result;

/// Boost.Beast, asynchronous on one thread, compiled by the system's compiler.
pub(super) fn beast() -> Result<Command> {
    let (source, program) = (Path::new("bench/others/echo.cpp"), Path::new("target/bench/beast"));
    let date = |path| fs::metadata(path).and_then(|it| it.modified());
    if date(program).ok().is_none_or(|made| date(source).is_ok_and(|it| it > made)) {
        fs::create_dir_all("target/bench")?;
        let mut compiler = Command::new("c++");
        compiler.args(["-std=c++17", "-O2", "-DNDEBUG", "-pthread"]);
        let compiled = compiler.arg(source).arg("-o").arg(program).output()?;
        if !compiled.status.success() {
            let said = String::from_utf8_lossy(&compiled.stderr);
            return Err(said.lines().next().unwrap_or("no compiler").to_owned().into());
        }
    }
    Ok(Command::new(program))
}

/// npm's `ws`.
pub(super) fn node() -> Result<Command> {
    let modules = installed("npm")?;
    let mut command = Command::new("node");
    command.args(["bench/others/echo.mjs"]).arg(modules);
    Ok(command)
}

/// Python's `websockets`.
pub(super) fn python() -> Result<Command> {
    let mut command = Command::new(installed("python")?.join("bin/python"));
    command.arg("bench/others/echo.py");
    Ok(command)
}

/// Where `cargo xtask bench` has put it.
fn installed(name: &str) -> Result<PathBuf> {
    let folder = Path::new("target/interop").join(name);
    Ok(folder.canonicalize().map_err(|_| format!("not installed in {}", folder.display()))?)
}
