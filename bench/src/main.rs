//! Runs the suites, writes the report, and is every server: `bench [SUITE].. [--quick]`.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench::main(|| 0)
}
