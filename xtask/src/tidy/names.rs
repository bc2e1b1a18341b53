//! Names and attributes the house style rules out.

use super::Finding;
use super::source::Source;

/// The two getters that std's own naming asks for.
const GETTERS: &[&str] = &["get_ref", "get_mut"];

/// Looks through one file, its tests included.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let tokens = source.all_tokens();
    let mut findings = Vec::new();
    for pair in tokens.windows(2) {
        let [before, name] = pair else { continue };
        let getter = before.text == "fn" && name.text.starts_with("get_");
        if getter && !GETTERS.contains(&name.text) {
            let text = format!("{}: a getter is named for what it returns", name.text);
            findings.push(Finding::new(&source.path, name.line, text));
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let is_call = tokens.get(at + 1).is_some_and(|next| next.text == "(");
        let in_attribute = at > 0 && matches!(tokens[at - 1].text, "[" | ",");
        if token.text == "allow" && is_call && in_attribute {
            let arguments = tokens[at..].iter().take_while(|token| token.text != ")");
            if !arguments.into_iter().any(|token| token.text == "reason") {
                let text = "a bare `allow`: write `expect` with a reason";
                findings.push(Finding::new(&source.path, token.line, text));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> usize {
        check(&Source::new("x.rs", code)).len()
    }

    #[test]
    fn getters_are_found() {
        assert_eq!(found("pub fn get_role(&self) -> Role {}"), 1);
        assert_eq!(found("fn get_ref(&self) {} fn get_mut(&mut self) {} fn role() {}"), 0);
        assert_eq!(found("map.get_or_insert(1);"), 0);
    }

    #[test]
    fn bare_allows_are_found() {
        assert_eq!(found("#[allow(dead_code)]\nfn f() {}"), 1);
        assert_eq!(found("#[cfg_attr(unix, allow(dead_code))]\nfn f() {}"), 1);
        assert_eq!(found("#[expect(dead_code, reason = \"later\")]\nfn f() {}"), 0);
        assert_eq!(found("#[allow(dead_code, reason = \"in a macro\")]\nfn f() {}"), 0);
        assert_eq!(found("list.allow(1);"), 0);
    }
}
