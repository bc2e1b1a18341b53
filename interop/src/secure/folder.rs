//! A folder for configuration files, logs and certificates, for as long as one run.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A folder among the temporary ones. It is removed on drop.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// # Errors
    ///
    /// When it cannot be created.
    pub(crate) fn create() -> Result<Self, String> {
        let folder =
            Self { path: env::temp_dir().join(format!("ws-interop-{}", std::process::id())) };
        folder.create_folder(&folder.path.clone(), 0o755)?;
        Ok(folder)
    }

    /// Writes a file, for its path.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) fn write(&self, name: &str, content: &str) -> Result<PathBuf, String> {
        let path = self.path.join(name);
        fs::write(&path, content)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        Ok(path)
    }

    /// A folder within this one that everybody may write to: some programs are somebody else once
    /// they run.
    ///
    /// # Errors
    ///
    /// When it cannot be created.
    pub(crate) fn for_everybody(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.path.join(name);
        self.create_folder(&path, 0o777)?;
        Ok(path)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn create_folder(&self, path: &Path, mode: u32) -> Result<(), String> {
        fs::create_dir_all(path)
            .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(mode)))
            .map_err(|error| format!("cannot create {}: {error}", path.display()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left there harms nobody.
        drop(fs::remove_dir_all(&self.path));
    }
}
