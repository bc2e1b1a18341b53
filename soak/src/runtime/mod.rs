//! The four adapters behind one trait.

mod adapter;
mod async_std;
mod blocking;
mod smol;
mod tokio;

use std::{io, str::FromStr};

pub(crate) use self::adapter::{CLOSED, HANDSHAKE, Runtime, STACK_LEN};

/// A runtime, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Tokio,
    Smol,
    AsyncStd,
    Blocking,
}

impl Name {
    pub(crate) const ALL: [Self; 4] = [Self::Tokio, Self::Smol, Self::AsyncStd, Self::Blocking];

    /// As on the command line.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::Smol => "smol",
            Self::AsyncStd => "async-std",
            Self::Blocking => "blocking",
        }
    }

    /// Starts whatever there is to start.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub(crate) fn start(self) -> io::Result<Box<dyn Runtime>> {
        Ok(match self {
            Self::Tokio => Box::new(tokio::Tokio::new()?),
            Self::Smol => Box::new(smol::Smol),
            Self::AsyncStd => Box::new(async_std::AsyncStd),
            Self::Blocking => Box::new(blocking::Blocking),
        })
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|name| name.text() == text);
        known.ok_or_else(|| format!("it is one of {}", Self::ALL.map(Self::text).join(", ")))
    }
}
