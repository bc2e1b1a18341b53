//! Cases with steps of their own.

use crate::server::target::Target;
use crate::transcript::Transcript;
use crate::verdict::Verdict;

/// Plays a case at a server, and judges.
pub(crate) type Scenario = fn(&Target<'_>, &mut Transcript) -> Verdict;
