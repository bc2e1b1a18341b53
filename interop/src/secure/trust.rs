//! How peers come to trust our authority.

use std::fs;
use std::process::Command;

use super::folder::Folder;
use super::identities::Identities;
use crate::install::does;
use crate::peers::peer::Peer;
use crate::peers::system;

/// Lets a peer trust our authority, in the way that its users do. A browser has a home of its own for it, with
/// this name.
///
/// # Errors
///
/// When the browser's list of authorities cannot be made.
pub(crate) fn trust(
    command: &mut Command,
    peer: Peer,
    identities: &Identities,
    folder: &Folder,
    name: &str,
) -> Result<(), String> {
    let authority = identities.authority();
    match peer {
        Peer::Websockets => command.env("SSL_CERT_FILE", authority),
        Peer::Chromium => {
            let certutil = system::program("certutil", "libnss3-tools")?;
            let home = folder.for_everybody(&format!("home-{name}"))?;
            let database = home.join(".pki").join("nssdb");
            fs::create_dir_all(&database).map_err(|error| error.to_string())?;
            let database = format!("sql:{}", database.display());
            does(Command::new(&certutil).args(["-N", "--empty-password", "-d", &database]))?;
            let add = ["-A", "-t", "C,,", "-n", "interop", "-d", &database, "-i"];
            does(Command::new(certutil).args(add).arg(authority))?;
            command.env("HOME", home)
        }
        _ => command.env("NODE_EXTRA_CA_CERTS", authority),
    };
    Ok(())
}
