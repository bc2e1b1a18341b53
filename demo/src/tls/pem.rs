//! Reading files in PEM (RFC 7468).

use std::{fmt, fs, io, path::Path};

use rustls::{
    RootCertStore,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
};

/// The certificates in a file, at least one. `option` is what named it.
///
/// # Errors
///
/// Says which option and file it is about, and what is wrong.
pub(super) fn certificates(option: &str, file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(option, file)?).collect();
    match found {
        Ok(found) if found.is_empty() => Err(wrong(option, file, &"there is no certificate in it")),
        Ok(found) => Ok(found),
        Err(error) => Err(wrong(option, file, &format_args!("its PEM is broken: {error}"))),
    }
}

/// Authorities to trust: the certificates in a file.
///
/// # Errors
///
/// As [`certificates`].
pub(super) fn roots(option: &str, file: &Path) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for (at, certificate) in certificates(option, file)?.into_iter().enumerate() {
        roots.add(certificate).map_err(|error| {
            let number = at + 1;
            wrong(option, file, &format_args!("its certificate {number} cannot be read: {error}"))
        })?;
    }
    Ok(roots)
}

/// The first private key in a file: PKCS#8, PKCS#1 or SEC1.
///
/// # Errors
///
/// As [`certificates`].
pub(super) fn key(option: &str, file: &Path) -> io::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(&read(option, file)?).map_err(|error| match error {
        pem::Error::NoItemsFound => {
            wrong(option, file, &"there is no private key in it (PKCS#8, PKCS#1 or SEC1)")
        }
        error => wrong(option, file, &format_args!("its PEM is broken: {error}")),
    })
}

/// What is wrong with a file.
pub(super) fn wrong(option: &str, file: &Path, what: &dyn fmt::Display) -> io::Error {
    io::Error::other(format!("{option} {}: {what}", file.display()))
}

fn read(option: &str, file: &Path) -> io::Result<Vec<u8>> {
    fs::read(file).map_err(|error| wrong(option, file, &error))
}
