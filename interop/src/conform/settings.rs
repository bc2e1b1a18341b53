//! What a setup of `ws-conform` is on the command line of the demo program.

use serde_json::{Map, Value};

/// The options of `ws-demo serve`; `None` when it has none for that.
pub(crate) fn of_server(setup: &Value) -> Option<Vec<String>> {
    options(setup, |key, value| match key {
        "limits" => limits(value),
        "origins" => each("--origin", value),
        "require_subprotocol" => Some(vec!["--require-subprotocol".to_owned()]),
        "deflate" => Some(vec![deflate(value.as_object()?, &[])?]),
        _ => None,
    })
}

/// The options of `ws-demo connect`; `None` when it has none for that.
pub(crate) fn of_client(setup: &Value) -> Option<Vec<String>> {
    options(setup, |key, value| match key {
        // Unless told otherwise, the vectors expect what browsers offer.
        "deflate" => Some(vec![deflate(value.as_object()?, &["client_max_window_bits"])?]),
        _ => None,
    })
}

fn options(setup: &Value, of: impl Fn(&str, &Value) -> Option<Vec<String>>) -> Option<Vec<String>> {
    let mut options = Vec::new();
    for (key, value) in setup.as_object()? {
        match key.as_str() {
            "url" | "command" => {}
            "subprotocols" => options.extend(each("--subprotocol", value)?),
            key => options.extend(of(key, value)?),
        }
    }
    Some(options)
}

fn each(option: &str, list: &Value) -> Option<Vec<String>> {
    let words = list.as_array()?.iter().map(|word| Some(format!("{option}={}", word.as_str()?)));
    words.collect()
}

fn limits(limits: &Value) -> Option<Vec<String>> {
    let limits = limits.as_object()?.iter().map(|(key, value)| {
        let option = match key.as_str() {
            "head" => "--max-head",
            "fields" => "--max-headers",
            "request_line" => "--max-request-line",
            _ => return None,
        };
        Some(format!("{option}={value}"))
    });
    limits.collect()
}

/// `--deflate`, with the parameters, and those of `usual` that are not among them.
fn deflate(parameters: &Map<String, Value>, usual: &[&str]) -> Option<String> {
    if parameters.is_empty() {
        return Some("--deflate".to_owned());
    }
    let mut words = Vec::new();
    for (name, value) in parameters {
        match value {
            Value::Bool(true) => words.push(name.clone()),
            Value::Bool(false) => {}
            Value::Number(bits) => words.push(format!("{name}={bits}")),
            _ => return None,
        }
    }
    let others = usual.iter().filter(|name| !parameters.contains_key(**name));
    words.extend(others.map(|name| (*name).to_owned()));
    Some(format!("--deflate={}", words.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(setup: &str) -> Option<String> {
        of_server(&serde_json::from_str(setup).unwrap()).map(|options| options.join(" "))
    }

    fn client(setup: &str) -> Option<String> {
        of_client(&serde_json::from_str(setup).unwrap()).map(|options| options.join(" "))
    }

    #[test]
    fn settings_become_options() {
        let options = server(r#"{"url": "", "subprotocols": ["a", "b"], "deflate": {}}"#).unwrap();
        assert_eq!(options, "--deflate --subprotocol=a --subprotocol=b");
        assert_eq!(server(r#"{"limits": {"head": 9}}"#).unwrap(), "--max-head=9");
        let bits = server(r#"{"deflate": {"client_max_window_bits": 10}}"#).unwrap();
        assert_eq!(bits, "--deflate=client_max_window_bits=10");
        let takeover = client(r#"{"deflate": {"server_no_context_takeover": true}}"#).unwrap();
        assert_eq!(takeover, "--deflate=server_no_context_takeover; client_max_window_bits");
    }

    #[test]
    fn what_has_no_option_is_left_out() {
        assert_eq!(server(r#"{"same_origin": true}"#), None);
        assert_eq!(server(r#"{"limits": {"field": 9}}"#), None);
        assert_eq!(client(r#"{"deflate": {"fallback": {}}}"#), None);
        assert_eq!(client(r#"{"limits": {"head": 9}}"#), None);
    }
}
