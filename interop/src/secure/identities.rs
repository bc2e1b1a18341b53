//! Certificates and keys, made for one run.

use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

use super::folder::Folder;
use super::names::NAME;

/// Whom a certificate is for, and what is wrong with it if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The server's: for `localhost`, [`NAME`] and the loopback addresses.
    Server,
    /// A client's.
    Client,
    /// The server's, no longer valid.
    Expired,
    /// Another server's.
    Other,
    /// The server's, by an authority that nobody trusts.
    Stranger,
}

/// The files with all of them.
#[derive(Clone, Debug)]
pub(crate) struct Identities {
    folder: PathBuf,
}

impl Identities {
    /// Makes them all.
    ///
    /// # Errors
    ///
    /// When one cannot be made or written.
    pub(crate) fn make(folder: &Folder) -> Result<Self, String> {
        let failed = |error: rcgen::Error| format!("cannot make certificates: {error}");
        let authority = authority("interop").map_err(failed)?;
        let stranger = self::authority("stranger").map_err(failed)?;
        folder.write("authority.pem", &authority.pem())?;
        for identity in ALL {
            let issuer = if identity == Identity::Stranger { &stranger } else { &authority };
            let key = KeyPair::generate().map_err(failed)?;
            let certificate = params(identity).and_then(|params| params.signed_by(&key, issuer));
            let (certificate, key) = (certificate.map_err(failed)?.pem(), key.serialize_pem());
            let name = identity.name();
            folder.write(&format!("{name}.pem"), &certificate)?;
            folder.write(&format!("{name}.key"), &key)?;
            folder.write(&format!("{name}-both.pem"), &(certificate + &key))?;
        }
        Ok(Self { folder: folder.path().to_owned() })
    }

    /// The authority that is trusted.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// A certificate.
    pub(crate) fn certificate(&self, identity: Identity) -> PathBuf {
        self.folder.join(format!("{}.pem", identity.name()))
    }

    /// The key of a certificate.
    pub(crate) fn key(&self, identity: Identity) -> PathBuf {
        self.folder.join(format!("{}.key", identity.name()))
    }

    /// A certificate with its key behind it.
    pub(crate) fn both(&self, identity: Identity) -> PathBuf {
        self.folder.join(format!("{}-both.pem", identity.name()))
    }
}

impl Identity {
    fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Expired => "expired",
            Self::Other => "other",
            Self::Stranger => "stranger",
        }
    }
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::new([])?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn params(identity: Identity) -> Result<CertificateParams, rcgen::Error> {
    let names: &[&str] = match identity {
        Identity::Client => &["client.example.test"],
        Identity::Other => &["other.example.test"],
        _ => &["localhost", NAME, "127.0.0.1", "::1"],
    };
    let mut params =
        CertificateParams::new(names.iter().copied().map(str::to_owned).collect::<Vec<_>>())?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![match identity {
        Identity::Client => ExtendedKeyUsagePurpose::ClientAuth,
        _ => ExtendedKeyUsagePurpose::ServerAuth,
    }];
    if identity == Identity::Expired {
        (params.not_before, params.not_after) =
            (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    }
    Ok(params)
}

const ALL: [Identity; 5] =
    [Identity::Server, Identity::Client, Identity::Expired, Identity::Other, Identity::Stranger];
