//! The proxies, and how each is set up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::folder::Folder;
use super::identities::{Identities, Identity};
use super::names::OwnHosts;
use super::parts::Part;
use super::ports;
use crate::install::does;
use crate::process::Server;

/// A proxy that is set up in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    /// tinyproxy for everybody.
    Tinyproxy,
    /// tinyproxy for [`USER`] with [`PASSWORD`].
    TinyproxyBasic,
    /// squid for the same, and not for port 9.
    Squid,
    /// dante for everybody.
    Dante,
    /// microsocks for everybody.
    Microsocks,
    /// microsocks for [`USER`] with [`PASSWORD`].
    MicrosocksPassword,
    /// OpenSSH: a client that is a proxy, and a server that looks up and connects.
    Openssh,
    /// pproxy for everybody, with HTTP, SOCKS 4 and SOCKS 5 on one port.
    Pproxy,
    /// pproxy for everybody, over TLS.
    PproxyTls,
}

impl Stand {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Tinyproxy,
        Self::TinyproxyBasic,
        Self::Squid,
        Self::Dante,
        Self::Microsocks,
        Self::MicrosocksPassword,
        Self::Openssh,
        Self::Pproxy,
        Self::PproxyTls,
    ];

    /// Who it is.
    pub(crate) fn part(self) -> Part {
        match self {
            Self::Tinyproxy | Self::TinyproxyBasic => Part::Tinyproxy,
            Self::Squid => Part::Squid,
            Self::Dante => Part::Dante,
            Self::Microsocks | Self::MicrosocksPassword => Part::Microsocks,
            Self::Openssh => Part::Openssh,
            Self::Pproxy | Self::PproxyTls => Part::Pproxy,
        }
    }

    /// Whether it runs where it has a file of hosts of its own.
    ///
    /// # Errors
    ///
    /// Why it does not.
    pub(crate) fn runs_with(self, hosts: &OwnHosts) -> Result<(), String> {
        match self == Self::Openssh && hosts.changes_user() {
            true => Err("OpenSSH's server does not run in a user namespace".to_owned()),
            false => Ok(()),
        }
    }
}

/// A proxy that runs.
#[derive(Debug)]
pub(crate) struct Running {
    server: Server,
    /// Who has the log, if that is another: it connects for the first.
    behind: Option<Server>,
    /// A log that is not output.
    log: Option<PathBuf>,
}

/// How far a log had come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark([usize; 2]);

impl Running {
    /// Starts a proxy on a port of its own.
    ///
    /// # Errors
    ///
    /// When its files cannot be written, or it does not listen.
    pub(crate) fn start(
        stand: Stand,
        program: &Path,
        hosts: &OwnHosts,
        folder: &Folder,
        identities: &Identities,
    ) -> Result<Self, String> {
        let port = ports::free()?;
        let (mut behind, mut log) = (None, None);
        let mut command = match stand {
            Stand::Tinyproxy => tinyproxy(program, hosts, folder, port, "")?,
            Stand::TinyproxyBasic => {
                let basic = format!("BasicAuth {USER} {PASSWORD}\n");
                tinyproxy(program, hosts, folder, port, &basic)?
            }
            Stand::Squid => {
                let own = folder.for_everybody("squid")?;
                log = Some(own.join("access.log"));
                squid(program, hosts, folder, &own, port)?
            }
            Stand::Dante => {
                let config = folder.write("dante.conf", &dante(port))?;
                let mut command = hosts.command(program);
                command.args(["-N", "1", "-f"]).arg(config);
                command
            }
            Stand::Microsocks | Stand::MicrosocksPassword => {
                let mut command = hosts.command(program);
                command.args(["-i", "127.0.0.1", "-p", &port.to_string()]);
                if stand == Stand::MicrosocksPassword {
                    command.args(["-u", USER, "-P", PASSWORD]);
                }
                command
            }
            Stand::Openssh => {
                let (client, server) = openssh(program, hosts, folder, port)?;
                behind = Some(server);
                client
            }
            Stand::Pproxy => {
                pproxy(program, hosts, &format!("http+socks4+socks5://127.0.0.1:{port}"))
            }
            Stand::PproxyTls => {
                let mut command = pproxy(program, hosts, &format!("http+ssl://127.0.0.1:{port}"));
                let certificate = identities.certificate(Identity::Server);
                let key = identities.key(Identity::Server);
                command.args(["--ssl", &format!("{},{}", certificate.display(), key.display())]);
                command
            }
        };
        let server = Server::start_at(&mut command, &format!("127.0.0.1:{port}"))?;
        Ok(Self { server, behind, log })
    }

    /// Where it listens, `HOST:PORT`.
    pub(crate) fn address(&self) -> &str {
        self.server.address()
    }

    /// How far its log has come.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.texts().map(|text| text.len()))
    }

    /// What its log says since then, as soon as that satisfies `enough`, or after a while.
    pub(crate) fn log_since(&self, mark: Mark, enough: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + LOG_LIMIT;
        loop {
            let [first, second] = self.texts();
            let since = |text: &str, at: usize| text.get(at..).unwrap_or_default().to_owned();
            let since = since(&first, mark.0[0]) + &since(&second, mark.0[1]);
            if enough(&since) || Instant::now() > deadline {
                return since;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// All that it has said so far, in the places where it says it.
    fn texts(&self) -> [String; 2] {
        match &self.log {
            // It is not there before there is something to say.
            Some(log) => [fs::read_to_string(log).unwrap_or_default(), String::new()],
            None => {
                let server = self.behind.as_ref().unwrap_or(&self.server);
                [server.stdout(), server.stderr()]
            }
        }
    }
}

fn tinyproxy(
    program: &Path,
    hosts: &OwnHosts,
    folder: &Folder,
    port: u16,
    more: &str,
) -> Result<Command, String> {
    let config = format!(
        "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 100\nLogLevel Connect\n{more}"
    );
    let config = folder.write(&format!("tinyproxy-{port}.conf"), &config)?;
    let mut command = hosts.command(program);
    command.args(["-d", "-c"]).arg(config);
    Ok(command)
}

fn squid(
    program: &Path,
    hosts: &OwnHosts,
    folder: &Folder,
    own: &Path,
    port: u16,
) -> Result<Command, String> {
    let helper = format!(
        "while read -r user password; do\n\
         if [ \"$user $password\" = '{USER} {PASSWORD}' ]; then echo OK; else echo ERR; fi\ndone\n"
    );
    let helper = folder.write("squid-basic.sh", &helper)?;
    let (own, helper, hosts) = (own.display(), helper.display(), hosts.file().display());
    let config = format!(
        "http_port 127.0.0.1:{port}\npid_filename none\nhosts_file {hosts}\n\
         access_log stdio:{own}/access.log\ncache_log {own}/cache.log\ncoredump_dir {own}\n\
         cache deny all\npinger_enable off\nshutdown_lifetime 0 seconds\n\
         cache_effective_user proxy\n\
         auth_param basic program /bin/sh {helper}\nauth_param basic children 1\n\
         auth_param basic realm interop\n\
         acl known proxy_auth REQUIRED\nacl refused port {REFUSED_PORT}\n\
         http_access deny refused\nhttp_access allow known\nhttp_access deny all\n"
    );
    let config = folder.write("squid.conf", &config)?;
    // It is told of the file of hosts, and needs no namespace.
    let mut command = Command::new(program);
    command.args(["-N", "-f"]).arg(config);
    Ok(command)
}

fn dante(port: u16) -> String {
    format!(
        "logoutput: stdout\ninternal: 127.0.0.1 port = {port}\nexternal: 127.0.0.1\n\
         socksmethod: none\n\
         client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}\n\
         socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect error }}\n"
    )
}

/// The client's command, and the server: it runs, and lets in the user who runs all of this.
fn openssh(
    program: &Path,
    hosts: &OwnHosts,
    folder: &Folder,
    port: u16,
) -> Result<(Command, Server), String> {
    let file = |name: &str| folder.path().join(name);
    for key in ["ssh-host", "ssh-user"] {
        if file(key).is_file() {
            continue;
        }
        let mut keygen = Command::new("ssh-keygen");
        does(keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(file(key)))?;
    }
    let user = does(Command::new("id").arg("-un"))?;
    if user.trim() == "root" {
        // Where it locks itself in. The package leaves it to whoever starts the service.
        fs::create_dir_all("/run/sshd").map_err(|error| format!("no /run/sshd: {error}"))?;
    }
    let server_port = ports::free()?;
    let config = format!(
        "Port {server_port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\n\
         StrictModes no\nUsePAM no\nPidFile none\nLogLevel DEBUG1\nPermitRootLogin yes\n",
        file("ssh-host").display(),
        file("ssh-user.pub").display()
    );
    let mut command = hosts.command(program);
    command.args(["-D", "-e", "-f"]).arg(folder.write("sshd.conf", &config)?);
    let server = Server::start_at(&mut command, &format!("127.0.0.1:{server_port}"))?;
    let mut client = Command::new("ssh");
    client.args(["-F", "none", "-N", "-D", &format!("127.0.0.1:{port}")]);
    client.args(["-p", &server_port.to_string(), "-i"]).arg(file("ssh-user"));
    let known = format!("UserKnownHostsFile={}", file("ssh-known").display());
    for option in ["IdentitiesOnly=yes", "BatchMode=yes", "StrictHostKeyChecking=no", &known] {
        client.args(["-o", option]);
    }
    client.arg(format!("{}@127.0.0.1", user.trim()));
    Ok((client, server))
}

fn pproxy(program: &Path, hosts: &OwnHosts, listen: &str) -> Command {
    let mut command = hosts.command(program);
    command.args(["-v", "-l", listen]).env("PYTHONUNBUFFERED", "1");
    command
}

/// Who is let in where not everybody is.
pub(crate) const USER: &str = "ada";
/// With this password.
pub(crate) const PASSWORD: &str = "lovelace";
/// The port that squid connects nobody to.
pub(crate) const REFUSED_PORT: u16 = 9;

/// A log that is silent for so long will not say it any more.
const LOG_LIMIT: Duration = Duration::from_secs(3);
