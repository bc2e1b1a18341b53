//! A row of the tables.

use crate::grade::Grade;

/// The beginning of a name, what a case of that name weighs when its outcome is the wrong one, and why.
pub(super) type Row = (&'static str, Grade, &'static str);
