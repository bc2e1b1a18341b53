//! What most things here come to.

use std::error::Error;

/// An error is something that makes it pointless to go on; what is merely wrong is a fault, and is
/// [told](crate::verdict::Verdict::fault).
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
