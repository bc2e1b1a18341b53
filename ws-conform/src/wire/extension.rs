//! `Sec-WebSocket-Extensions`: whether an answer fits an offer. RFC 6455 9.1, RFC 7692 7.1

use super::head::is_token_octet;

/// An extension with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extension {
    name: String,
    parameters: Vec<(String, Option<String>)>,
}

/// Reads a list, with the parts of it that are not well formed left out; `None` when nothing of it is.
pub(crate) fn parse_answer(value: &str) -> Option<Vec<Extension>> {
    split(value, ',').into_iter().map(|member| parse(member.trim())).collect()
}

/// The well-formed offers of a list that may have others.
pub(crate) fn parse_offers(value: &str) -> Vec<Extension> {
    split(value, ',').into_iter().filter_map(|member| parse(member.trim())).collect()
}

fn parse(member: &str) -> Option<Extension> {
    let mut parts = split(member, ';').into_iter().map(str::trim);
    let name = parts.next().filter(|name| is_token(name))?.to_owned();
    let mut parameters = Vec::new();
    for part in parts {
        let (key, value) = match part.split_once('=') {
            None => (part, None),
            Some((key, value)) => (key.trim(), Some(unquoted(value.trim()))),
        };
        if !is_token(key) || value.as_deref().is_some_and(|value| !is_token(value)) {
            return None;
        }
        parameters.push((key.to_owned(), value));
    }
    Some(Extension { name, parameters })
}

/// Splits outside of quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(&text[begin..at]);
                begin = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

fn unquoted(value: &str) -> String {
    match value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace('\\', ""),
        None => value.to_owned(),
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_octet)
}

impl Extension {
    fn is_deflate(&self) -> bool {
        self.name.eq_ignore_ascii_case("permessage-deflate")
    }

    fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn value(&self, name: &str) -> Option<&Option<String>> {
        let mut named = self.parameters.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value)
    }

    /// Whether the parameters are those of RFC 7692, each once, with the values that it allows.
    fn is_legal_deflate(&self, is_answer: bool) -> bool {
        self.parameters.iter().enumerate().all(|(at, (key, value))| {
            let twice =
                self.parameters[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(key));
            let legal = match key.to_ascii_lowercase().as_str() {
                "server_no_context_takeover" | "client_no_context_takeover" => value.is_none(),
                "server_max_window_bits" => bits(value.as_deref()).is_some(),
                "client_max_window_bits" => {
                    (value.is_none() && !is_answer) || bits(value.as_deref()).is_some()
                }
                _ => false,
            };
            legal && !twice
        })
    }
}

fn bits(value: Option<&str>) -> Option<u8> {
    let value = value.filter(|value| !value.starts_with('0'))?;
    value.parse().ok().filter(|bits| (8..=15).contains(bits))
}

/// Why an answer fits none of the offers; `None` when it fits one.
pub(crate) fn misfit(answer: &str, offers: &str) -> Option<String> {
    let Some(answers) = parse_answer(answer) else {
        return Some(format!("{answer:?} is no list of extensions"));
    };
    let offers = parse_offers(offers);
    for each in &answers {
        let mut same = offers.iter().filter(|offer| offer.name.eq_ignore_ascii_case(&each.name));
        if !each.is_deflate() {
            // What others mean by their parameters is not known here.
            if same.next().is_none() {
                return Some(format!("{} was not offered", each.name));
            }
        } else if !same.any(|offer| offer.is_legal_deflate(false) && fits(each, offer)) {
            return Some(format!("{answer:?} fits no legal offer of permessage-deflate"));
        }
    }
    let deflates = answers.iter().filter(|each| each.is_deflate()).count();
    (deflates > 1).then(|| format!("{answer:?} takes permessage-deflate twice"))
}

/// What an answer makes of the contexts of both sides; `None` when it does not take permessage-deflate.
pub(crate) fn agreed(answer: &str) -> Option<Agreed> {
    let answer = parse_answer(answer)?.into_iter().find(Extension::is_deflate)?;
    let side = |context, window| Context {
        keeps: !answer.has(context),
        bits: answer.value(window).and_then(|value| bits(value.as_deref())).unwrap_or(15),
    };
    Some(Agreed {
        client: side("client_no_context_takeover", "client_max_window_bits"),
        server: side("server_no_context_takeover", "server_max_window_bits"),
    })
}

/// What was agreed upon for messages of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) client: Context,
    pub(crate) server: Context,
}

/// What a side may refer to in its messages. RFC 7692 7.1.1 and 7.1.2
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Context {
    /// Earlier messages, too.
    pub(crate) keeps: bool,
    /// So far, as the logarithm of octets.
    pub(crate) bits: u8,
}

/// Whether an answer accepts an offer. RFC 7692 7.1.1 and 7.1.2
fn fits(answer: &Extension, offer: &Extension) -> bool {
    let window = |of: &Extension, name| of.value(name).map(|value| bits(value.as_deref()));
    let server =
        match (window(offer, "server_max_window_bits"), window(answer, "server_max_window_bits")) {
            (Some(Some(offered)), Some(Some(answered))) => answered <= offered,
            // The longest one is what no word means, too.
            (Some(Some(15)) | None, _) => true,
            (Some(_), _) => false,
        };
    let client =
        match (window(offer, "client_max_window_bits"), window(answer, "client_max_window_bits")) {
            (_, None) => true,
            (Some(Some(offered)), Some(Some(answered))) => answered <= offered,
            (Some(None), Some(_)) => true,
            _ => false,
        };
    let takeover =
        !offer.has("server_no_context_takeover") || answer.has("server_no_context_takeover");
    answer.is_legal_deflate(true) && server && client && takeover
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_say_what_contexts_are() {
        let all =
            "x, permessage-deflate; server_no_context_takeover; client_max_window_bits=\"10\"";
        let client = Context { keeps: true, bits: 10 };
        let server = Context { keeps: false, bits: 15 };
        assert_eq!(agreed(all), Some(Agreed { client, server }));
        assert_eq!(agreed("x"), None);
    }

    #[test]
    fn answers_are_held_against_offers() {
        let fit = [
            ("permessage-deflate", "permessage-deflate; client_max_window_bits"),
            (
                "permessage-deflate; client_max_window_bits=10",
                "permessage-deflate; client_max_window_bits",
            ),
            (
                "permessage-deflate;server_max_window_bits=9",
                "permessage-deflate; server_max_window_bits=\"10\"",
            ),
            ("permessage-deflate", "permessage-deflate; x, permessage-deflate"),
            ("permessage-deflate; server_no_context_takeover", "permessage-deflate"),
            ("permessage-deflate", "permessage-deflate; server_max_window_bits=15"),
            ("other", "x; a=\"\\,\", other; a=\"b\", permessage-deflate"),
        ];
        for (answer, offers) in fit {
            assert_eq!(misfit(answer, offers), None, "{answer} for {offers}");
        }
        let unfit = [
            ("permessage-deflate", "other"),
            ("permessage-deflate; client_max_window_bits=10", "permessage-deflate"),
            (
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; client_max_window_bits",
            ),
            ("permessage-deflate", "permessage-deflate; server_max_window_bits=10"),
            (
                "permessage-deflate; server_max_window_bits=11",
                "permessage-deflate; server_max_window_bits=10",
            ),
            ("permessage-deflate", "permessage-deflate; server_max_window_bits=16"),
            ("permessage-deflate", "permessage-deflate; server_no_context_takeover"),
            ("permessage-deflate;;", "permessage-deflate"),
            ("permessage-deflate, permessage-deflate", "permessage-deflate"),
            ("permessage-deflate; server_max_window_bits=010", "permessage-deflate"),
        ];
        for (answer, offers) in unfit {
            assert!(misfit(answer, offers).is_some(), "{answer} for {offers}");
        }
    }
}
