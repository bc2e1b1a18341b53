//! HAProxy and nghttpx, in front of our servers.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::stacks::{Ours, Stack, Version};
use crate::process::Server;
use crate::secure::folder::Folder;
use crate::secure::identities::{Identities, Identity};
use crate::secure::parts::Part;
use crate::secure::ports;

/// A way through a front: it takes HTTP/2 in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// Who stands there.
    pub(crate) part: Part,
    /// Whether TLS is on its front.
    pub(crate) tls: bool,
    /// What it speaks with our server.
    pub(crate) version: Version,
    /// Whether that is inside TLS.
    pub(crate) onward_tls: bool,
}

impl Way {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::of(Part::Haproxy, true, Version::Http2, false),
        Self::of(Part::Haproxy, true, Version::Http1, false),
        Self::of(Part::Haproxy, false, Version::Http2, false),
        Self::of(Part::Haproxy, false, Version::Http2, true),
        Self::of(Part::Nghttpx, true, Version::Http2, false),
        Self::of(Part::Nghttpx, true, Version::Http1, false),
        Self::of(Part::Nghttpx, false, Version::Http2, false),
        Self::of(Part::Nghttpx, false, Version::Http2, true),
    ];

    const fn of(part: Part, tls: bool, version: Version, onward_tls: bool) -> Self {
        Self { part, tls, version, onward_tls }
    }

    /// In words.
    pub(crate) fn name(self) -> String {
        let from = if self.tls { "h2 in TLS" } else { "h2" };
        let tls = if self.onward_tls { " in TLS" } else { "" };
        format!("{} from {from} to {}{tls}", self.part.name(), self.version.name())
    }
}

/// A front that runs, for one way to one server.
#[derive(Debug)]
pub(crate) struct Front {
    server: Server,
}

impl Front {
    /// # Errors
    ///
    /// When there is no port, its files cannot be written, or it does not listen.
    pub(crate) fn start(
        way: Way,
        program: &Path,
        (stack, ours): (Stack, &Ours),
        folder: &Folder,
        identities: &Identities,
    ) -> Result<Self, String> {
        let port = ports::free()?;
        let to = ours.address(way.onward_tls);
        let mut command = Command::new(program);
        if way.part == Part::Haproxy {
            let name = format!("haproxy-{}-{port}.conf", stack.name());
            let config = folder.write(&name, &haproxy(way, port, to, identities))?;
            command.args(["-db", "-f"]).arg(config);
        } else {
            // Nothing but what stands here.
            command.args([
                "--conf=/dev/null",
                "--no-ocsp",
                "--workers=1",
                "--errorlog-file=/dev/stderr",
            ]);
            command.args(nghttpx(way, port, to));
            command.arg(format!("--cacert={}", identities.authority().display()));
            command.arg(identities.key(Identity::Server));
            command.arg(identities.certificate(Identity::Server));
        }
        let server = Server::start_at(&mut command, &format!("127.0.0.1:{port}"))?;
        Ok(Self { server })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        self.server.address()
    }
}

fn haproxy(way: Way, port: u16, to: &str, identities: &Identities) -> String {
    let mut text =
        "defaults\nmode http\ntimeout connect 5s\ntimeout client 30s\ntimeout server 30s\n\
                    timeout tunnel 60s\n"
            .to_owned();
    let _ = match way.tls {
        true => {
            let both = identities.both(Identity::Server);
            writeln!(text, "frontend f\nbind 127.0.0.1:{port} ssl crt {} alpn h2", both.display())
        }
        false => writeln!(text, "frontend f\nbind 127.0.0.1:{port} proto h2"),
    };
    let authority = identities.authority();
    let verified =
        format!("ssl verify required ca-file {} sni str(localhost)", authority.display());
    let onward = match (way.version, way.onward_tls) {
        (Version::Http1, false) => String::new(),
        (Version::Http1, true) => format!("{verified} alpn http/1.1"),
        (Version::Http2, false) => "proto h2".to_owned(),
        (Version::Http2, true) => format!("{verified} alpn h2"),
    };
    let _ = writeln!(text, "default_backend b\nbackend b\nserver s {to} {onward}");
    text
}

fn nghttpx(way: Way, port: u16, to: &str) -> [String; 2] {
    let to = to.replacen(':', ",", 1);
    let from = if way.tls { "" } else { ";no-tls" };
    let version = if way.version == Version::Http2 { "h2" } else { "http/1.1" };
    let tls = if way.onward_tls { ";tls;sni=localhost" } else { "" };
    [format!("--frontend=127.0.0.1,{port}{from}"), format!("--backend={to};;proto={version}{tls}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_an_option() {
        let way = Way::of(Part::Nghttpx, false, Version::Http2, true);
        let backend = "--backend=127.0.0.1,2;;proto=h2;tls;sni=localhost";
        assert_eq!(nghttpx(way, 1, "127.0.0.1:2"), ["--frontend=127.0.0.1,1;no-tls", backend]);
        assert_eq!(way.name(), "nghttpx from h2 to HTTP/2 in TLS");
    }
}
