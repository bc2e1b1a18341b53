//! What a case is about: a section of a standard, and what it says in a sentence.

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where it is written, such as `RFC 6455 4.2.1(5)`; the number in brackets counts the items of a list there.
    pub section: String,
    /// What it says, in words of our own.
    pub text: &'static str,
}

impl Rule {
    /// A rule of a section.
    pub fn new(section: &str, text: &'static str) -> Self {
        Self { section: section.to_owned(), text }
    }

    /// Where to read the section.
    pub fn link(&self) -> String {
        let Some(rest) = self.section.strip_prefix("RFC ") else {
            return "https://url.spec.whatwg.org/#percent-encoded-bytes".to_owned();
        };
        let (number, section) = rest.split_once(' ').unwrap_or((rest, ""));
        let section = section.split(['(', ',']).next().unwrap_or_default();
        if section.is_empty() {
            return format!("https://www.rfc-editor.org/rfc/rfc{number}");
        }
        format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{section}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_section() {
        let link = |section| Rule::new(section, "").link();
        assert_eq!(
            link("RFC 6455 4.2.1(5)"),
            "https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1"
        );
        assert_eq!(link("RFC 6455 8.1"), "https://www.rfc-editor.org/rfc/rfc6455#section-8.1");
        assert_eq!(link("RFC 9110"), "https://www.rfc-editor.org/rfc/rfc9110");
        assert!(link("URL 1.3").starts_with("https://url.spec"));
    }
}
