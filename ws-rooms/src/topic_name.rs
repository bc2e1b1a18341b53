//! Which names topics may have.

use crate::{config::RoomsConfig, error::TopicError};

/// Any text within the limit, markup included: a name is compared and passed on, and nothing else. Control
/// characters stay out for the sake of logs and terminals.
pub(crate) fn check(name: &str, config: &RoomsConfig) -> Result<(), TopicError> {
    let (len, max) = (name.len(), config.max_topic_len);
    if name.is_empty() {
        return Err(TopicError::Empty);
    }
    if len > max {
        return Err(TopicError::TooLong { len, max });
    }
    if name.chars().any(char::is_control) {
        return Err(TopicError::ControlCharacter);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_allowed_and_one_more_is_not() {
        let config = RoomsConfig::new().max_topic_len(4);
        assert_eq!(check("four", &config), Ok(()));
        assert_eq!(check("fives", &config), Err(TopicError::TooLong { len: 5, max: 4 }));
        assert_eq!(check("ééé", &config), Err(TopicError::TooLong { len: 6, max: 4 }));
        assert_eq!(check("", &config), Err(TopicError::Empty));
    }

    #[test]
    fn control_characters_stay_out() {
        let config = RoomsConfig::new();
        for name in ["a\nb", "\0", "a\r", "\u{1b}[2J", "\u{85}", "\u{7f}"] {
            assert_eq!(check(name, &config), Err(TopicError::ControlCharacter), "{name:?}");
        }
        for name in ["<script>alert(1)</script>", "a.*.>", "../..", "日本", " ", "ws-rooms:a b"] {
            assert_eq!(check(name, &config), Ok(()), "{name:?}");
        }
    }
}
