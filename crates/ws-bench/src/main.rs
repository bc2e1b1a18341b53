//! Runs the suites, writes the report, and is every server: `ws-bench [SUITE].. [--quick]`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ws_bench::main(|| 0)
}
