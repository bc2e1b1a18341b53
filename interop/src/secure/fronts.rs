//! nginx, HAProxy and stunnel, in front of our server.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::folder::Folder;
use super::identities::{Identities, Identity};
use super::parts::Part;
use super::ports;
use crate::process::Server;

/// A port of a front, and where it leads.
#[derive(Clone, Debug)]
struct Hop {
    /// What the front does on the way.
    tls: Tls,
    /// What our server runs on.
    runtime: &'static str,
    /// Where our server listens, or where a client is to go.
    to: String,
    /// Where the front does.
    port: u16,
}

/// What a front does about TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// It has a certificate, and our server gets what was inside.
    Ends,
    /// The same, for clients with a certificate alone.
    Demands,
    /// The same in TLS 1.2, which has another way to say that there is none.
    DemandsInTls12,
    /// It is the client: what it sends to our server is inside TLS, and it verifies the certificate.
    Begins,
    /// It has none, and sends clients to where it ends TLS.
    Redirects,
}

impl Tls {
    /// All of them.
    const ALL: [Self; 5] =
        [Self::Ends, Self::Demands, Self::DemandsInTls12, Self::Begins, Self::Redirects];

    /// Whether it wants a certificate of the client.
    fn demands(self) -> bool {
        matches!(self, Self::Demands | Self::DemandsInTls12)
    }
}

/// A front that runs.
#[derive(Debug)]
pub(crate) struct Front {
    _server: Server,
    hops: Vec<Hop>,
}

impl Front {
    /// Starts a front in front of our servers, of which runtime and both addresses are told, that
    /// without TLS first.
    ///
    /// # Errors
    ///
    /// When there are no ports, its files cannot be written, or it does not listen.
    pub(crate) fn start(
        part: Part,
        program: &Path,
        servers: &[(&'static str, String, String)],
        folder: &Folder,
        identities: &Identities,
    ) -> Result<Self, String> {
        let hops = hops(servers)?;
        let name = part.name().to_lowercase();
        let config = match part {
            Part::Nginx => nginx(&hops, folder, identities),
            Part::Haproxy => haproxy(&hops, identities),
            _ => stunnel(&hops, identities),
        };
        let config = folder.write(&format!("{name}.conf"), &config)?;
        let mut command = Command::new(program);
        match part {
            Part::Nginx => command.args(["-e", "stderr", "-c"]).arg(config),
            Part::Haproxy => command.args(["-db", "-f"]).arg(config),
            _ => command.arg(config),
        };
        let port = hops.first().ok_or("it leads nowhere")?.port;
        let server = Server::start_at(&mut command, &format!("127.0.0.1:{port}"))?;
        Ok(Self { _server: server, hops })
    }

    /// The port that leads to our server on a runtime.
    pub(crate) fn port(&self, runtime: &str, tls: Tls) -> Option<u16> {
        let hop = self.hops.iter().find(|hop| (hop.runtime, hop.tls) == (runtime, tls));
        hop.map(|hop| hop.port)
    }
}

/// The ports of a front: one of each kind for each of our servers.
fn hops(servers: &[(&'static str, String, String)]) -> Result<Vec<Hop>, String> {
    let mut hops = Vec::new();
    for (runtime, plain, secure) in servers {
        let mut ends = String::new();
        for tls in Tls::ALL {
            let port = ports::free()?;
            let to = match tls {
                Tls::Ends => {
                    ends = format!("localhost:{port}");
                    plain
                }
                Tls::Demands | Tls::DemandsInTls12 => plain,
                Tls::Begins => secure,
                Tls::Redirects => &ends,
            };
            hops.push(Hop { tls, runtime, to: to.clone(), port });
        }
    }
    Ok(hops)
}

fn nginx(hops: &[Hop], folder: &Folder, identities: &Identities) -> String {
    let own = folder.path().display();
    let mut text = format!(
        "daemon off;\nmaster_process off;\npid {own}/nginx.pid;\nerror_log stderr notice;\n\
         events {{ worker_connections 256; }}\nhttp {{\naccess_log off;\n"
    );
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        let _ = writeln!(text, "{kind}_temp_path {own}/nginx-{kind};");
    }
    let authority = identities.authority();
    let authority = authority.display();
    for Hop { tls, to, port, .. } in hops {
        if *tls == Tls::Redirects {
            let _ = writeln!(text, "server {{\nlisten 127.0.0.1:{port};");
            let _ = writeln!(text, "return 308 https://{to}$request_uri;\n}}");
            continue;
        }
        let _ = writeln!(text, "server {{");
        let scheme = if *tls == Tls::Begins {
            let _ = writeln!(text, "listen 127.0.0.1:{port};");
            let _ = writeln!(text, "proxy_ssl_verify on;\nproxy_ssl_server_name on;");
            let _ = writeln!(text, "proxy_ssl_name localhost;");
            let _ = writeln!(text, "proxy_ssl_trusted_certificate {authority};");
            "https"
        } else {
            let certificate = identities.certificate(Identity::Server);
            let _ = writeln!(text, "listen 127.0.0.1:{port} ssl;");
            let _ = writeln!(text, "ssl_certificate {};", certificate.display());
            let _ = writeln!(
                text,
                "ssl_certificate_key {};",
                identities.key(Identity::Server).display()
            );
            "http"
        };
        if *tls == Tls::DemandsInTls12 {
            let _ = writeln!(text, "ssl_protocols TLSv1.2;");
        }
        if tls.demands() {
            let _ = writeln!(text, "ssl_verify_client on;\nssl_client_certificate {authority};");
        }
        let _ = writeln!(
            text,
            "location / {{\nproxy_pass {scheme}://{to};\nproxy_http_version 1.1;\n\
             proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;\n}}\n}}"
        );
    }
    text + "}\n"
}

fn haproxy(hops: &[Hop], identities: &Identities) -> String {
    let mut text = "defaults\nmode http\ntimeout connect 5s\ntimeout client 30s\n\
                    timeout server 30s\ntimeout tunnel 60s\n"
        .to_owned();
    let authority = identities.authority();
    let authority = authority.display();
    for (at, Hop { tls, to, port, .. }) in hops.iter().enumerate() {
        let certificate = identities.both(Identity::Server);
        let certificate = certificate.display();
        let own = format!("ssl crt {certificate} alpn h2,http/1.1");
        let demanding = format!("{own} verify required ca-file {authority}");
        let (bind, server) = match tls {
            Tls::Redirects => {
                let _ = writeln!(text, "frontend f{at}\nbind 127.0.0.1:{port}");
                let _ = writeln!(text, "http-request redirect prefix https://{to} code 308");
                continue;
            }
            Tls::Ends => (own, String::new()),
            Tls::Demands => (demanding, String::new()),
            Tls::DemandsInTls12 => (format!("{demanding} ssl-max-ver TLSv1.2"), String::new()),
            Tls::Begins => (
                String::new(),
                format!("ssl verify required ca-file {authority} sni str(localhost) alpn http/1.1"),
            ),
        };
        let _ =
            writeln!(text, "frontend f{at}\nbind 127.0.0.1:{port} {bind}\ndefault_backend b{at}");
        let _ = writeln!(text, "backend b{at}\nserver s {to} {server}");
    }
    text
}

fn stunnel(hops: &[Hop], identities: &Identities) -> String {
    let mut text = "foreground = yes\npid =\ndebug = notice\n".to_owned();
    let authority = format!("CAfile = {}\n", identities.authority().display());
    // It knows no HTTP, so it redirects nobody.
    let hops = hops.iter().filter(|hop| hop.tls != Tls::Redirects);
    for (at, Hop { tls, to, port, .. }) in hops.enumerate() {
        let _ = writeln!(text, "[s{at}]\naccept = 127.0.0.1:{port}\nconnect = {to}");
        if *tls == Tls::Begins {
            let _ = write!(text, "client = yes\nverifyChain = yes\nsni = localhost\n{authority}");
            let _ = writeln!(text, "checkHost = localhost");
            continue;
        }
        let _ = writeln!(text, "cert = {}", identities.certificate(Identity::Server).display());
        let _ = writeln!(text, "key = {}", identities.key(Identity::Server).display());
        if *tls == Tls::DemandsInTls12 {
            let _ = writeln!(text, "sslVersionMax = TLSv1.2");
        }
        if tls.demands() {
            let _ = write!(text, "requireCert = yes\nverifyChain = yes\n{authority}");
        }
    }
    text
}
