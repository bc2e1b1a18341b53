//! Certificates and keys, in files.

use std::{
    env, fs,
    path::PathBuf,
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};

/// Whoever issues certificates, and a folder for them.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: PathBuf,
}

/// The files of a certificate and of its key.
pub(crate) struct Identity {
    pub(crate) chain: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);

        let mut params = CertificateParams::new([]).unwrap();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("authority {number} of a test");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = env::temp_dir().join(format!("ws-demo-{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self { issuer, folder }
    }

    /// A file with this in it.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let file = self.folder.join(name);
        fs::write(&file, content).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// The file of the authority's own certificate.
    pub(crate) fn certificate(&self) -> String {
        self.file("authority.pem", &self.issuer.pem())
    }

    /// A certificate for names and addresses.
    pub(crate) fn issue(&self, names: &[&str]) -> Identity {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(names.clone()).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let name = names.first().map_or("nobody", |name| name);
        Identity {
            chain: self.file(&format!("{name}.pem"), &certificate.pem()),
            key: self.file(&format!("{name}.key"), &key.serialize_pem()),
        }
    }
}

impl Identity {
    /// What makes a server show it.
    pub(crate) fn of_server(&self) -> [&str; 4] {
        ["--tls-cert", &self.chain, "--tls-key", &self.key]
    }

    /// What makes a client show it.
    pub(crate) fn of_client(&self) -> [&str; 4] {
        ["--cert", &self.chain, "--key", &self.key]
    }
}

/// The octets of a private key, in PEM under this label.
pub(crate) fn pem(label: &str, key: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(key))
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
