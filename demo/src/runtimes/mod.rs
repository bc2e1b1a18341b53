//! The four adapters behind one trait.

use std::{fmt, io, str::FromStr};

mod adapter;
mod async_std;
mod blocking;
mod channel;
mod lazy;
mod outside;
mod smol;
mod tls_stream;
mod tokio;

pub(crate) use self::{
    adapter::{Adapter, Opened},
    channel::{Channel, Receiving, Sending, goodbye},
};

/// A runtime, by name; the first where none is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Runtime {
    #[default]
    Tokio,
    AsyncStd,
    Smol,
    Blocking,
}

impl Runtime {
    pub(crate) const ALL: [Self; 4] = [Self::Tokio, Self::AsyncStd, Self::Smol, Self::Blocking];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::AsyncStd => "async-std",
            Self::Smol => "smol",
            Self::Blocking => "blocking",
        }
    }

    /// Starts whatever there is to start.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub(crate) fn start(self) -> io::Result<Box<dyn Adapter>> {
        Ok(match self {
            Self::Tokio => Box::new(tokio::Tokio::new()?),
            Self::AsyncStd => Box::new(async_std::AsyncStd),
            Self::Smol => Box::new(smol::Smol),
            Self::Blocking => Box::new(blocking::Blocking),
        })
    }
}

impl FromStr for Runtime {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|runtime| runtime.name() == name)
            .ok_or_else(|| format!("it is one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
