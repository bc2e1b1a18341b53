//! What CI runs is what a laptop runs: every `run:` of a workflow is one xtask command.

use super::Finding;

/// Looks through one workflow.
pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim().trim_start_matches("- ");
        let Some(command) = content.strip_prefix("run:").map(str::trim) else { continue };
        let plain = command.starts_with("cargo xtask ") && !command.contains(['&', ';', '|']);
        if !plain && command != ".ci/run" {
            let text = format!("`{command}`: a job calls `cargo xtask <job>` and nothing else");
            findings.push(Finding::new(path, line, text));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_but_xtask_is_found() {
        assert!(
            check("ci.yml", "steps:\n  - run: cargo xtask tidy\n  - run: .ci/run\n").is_empty()
        );
        assert_eq!(check("ci.yml", "  - run: cargo test\n").len(), 1);
        assert_eq!(check("ci.yml", "    run: |\n      cargo xtask tidy\n").len(), 1);
        assert_eq!(check("ci.yml", "  - run: cargo xtask tidy && rm -r x\n").len(), 1);
    }
}
