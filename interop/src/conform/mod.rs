//! `cargo xtask conform`: `ws-conform` in front of the demo program, on every runtime, as server and as client. With
//! `--field`, in front of what other people have written, too, for the table in `docs/conformance/`.
//!
//! | file | holds |
//! |---|---|
//! | [`options`] | the command line |
//! | [`judge`] | the program `ws-conform`, and what it found |
//! | [`settings`] | what a setup of `ws-conform` is on the command line of the demo program |
//! | [`ours`] | the demo program |
//! | [`field`] | everybody else |

mod field;
mod judge;
mod options;
mod ours;
mod settings;

use self::judge::Judge;
use self::options::Options;
use crate::failure::Failure;
use crate::site::Site;

/// Runs the command with what stood behind `conform` on the command line.
///
/// # Errors
///
/// When something of ours failed; what others fail at is no failure here.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args)?;
    let site = Site::find()?;
    let judge = Judge::build(&site)?;
    let demo = match options.demo {
        Some(path) => path,
        None => site.demo()?,
    };
    if options.field {
        return field::run(&site, &judge, &demo, options.only.as_deref());
    }
    ours::run(&judge, &demo, &options.runtimes)
}
