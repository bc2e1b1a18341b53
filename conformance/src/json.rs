//! Reading one JSON object key by key, so that a key nobody asked for is an error and not a silent
//! pass.

use serde_json::{Map, Value};

/// The keys of one JSON object that have not been read yet.
#[derive(Debug)]
pub(crate) struct Fields {
    map: Map<String, Value>,
}

impl Fields {
    /// Takes an object apart.
    ///
    /// # Errors
    ///
    /// When `value` is no object.
    pub(crate) fn new(value: Value) -> Result<Self, String> {
        match value {
            Value::Object(map) => Ok(Self { map }),
            other => Err(format!("expected an object, found {other}")),
        }
    }

    /// The raw value of a key; `None` when the key is absent, `Some(Null)` when it is `null`.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.map.remove(key)
    }

    pub(crate) fn string(&mut self, key: &str) -> Result<String, String> {
        self.opt_string(key)?.ok_or_else(|| format!("`{key}` is missing"))
    }

    /// A string that may be absent or `null`.
    pub(crate) fn opt_string(&mut self, key: &str) -> Result<Option<String>, String> {
        match self.take(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => text(&value).map(Some).map_err(|e| format!("`{key}`: {e}")),
        }
    }

    /// A string of characters up to U+00FF, one per octet.
    pub(crate) fn opt_octets(&mut self, key: &str) -> Result<Option<Vec<u8>>, String> {
        self.opt_string(key)?.map(|s| latin1(&s).map_err(|e| format!("`{key}`: {e}"))).transpose()
    }

    pub(crate) fn flag(&mut self, key: &str) -> Result<bool, String> {
        Ok(self.opt_flag(key)?.unwrap_or(false))
    }

    pub(crate) fn opt_flag(&mut self, key: &str) -> Result<Option<bool>, String> {
        match self.take(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(format!("`{key}`: expected true or false, found {other}")),
        }
    }

    pub(crate) fn opt_number<N: TryFrom<u64>>(&mut self, key: &str) -> Result<Option<N>, String> {
        match self.take(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => number(&value).map(Some).map_err(|e| format!("`{key}`: {e}")),
        }
    }

    /// A list of strings; empty when absent.
    pub(crate) fn strings(&mut self, key: &str) -> Result<Vec<String>, String> {
        list(self.take(key), key, text)
    }

    /// A list of statuses; a single number counts as a list of one, `null` as an empty list.
    pub(crate) fn numbers(&mut self, key: &str) -> Result<Vec<u16>, String> {
        match self.take(key) {
            Some(Value::Number(n)) => Ok(vec![number(&Value::Number(n))?]),
            other => list(other, key, number),
        }
    }

    /// A nested object; empty when absent or `null`.
    pub(crate) fn object(&mut self, key: &str) -> Result<Option<Self>, String> {
        match self.take(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => Self::new(value).map(Some).map_err(|e| format!("`{key}`: {e}")),
        }
    }

    /// Everything not read yet, in the order of the file.
    pub(crate) fn drain(&mut self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.map).into_iter().collect()
    }

    /// Says that every key has been read.
    ///
    /// # Errors
    ///
    /// Names a key nobody asked for.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.map.keys().next() {
            None => Ok(()),
            Some(key) => Err(format!("unknown key `{key}`")),
        }
    }
}

/// A JSON string.
pub(crate) fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("expected a string, found {value}"))
}

/// A JSON number that fits `N`.
pub(crate) fn number<N: TryFrom<u64>>(value: &Value) -> Result<N, String> {
    value
        .as_u64()
        .and_then(|n| N::try_from(n).ok())
        .ok_or_else(|| format!("expected a small number, found {value}"))
}

/// A JSON list, read member by member; empty when absent or `null`.
pub(crate) fn list<T>(
    value: Option<Value>,
    key: &str,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(members)) => {
            members.iter().map(|m| read(m).map_err(|e| format!("`{key}`: {e}"))).collect()
        }
        Some(other) => Err(format!("`{key}`: expected a list, found {other}")),
    }
}

/// One octet per character, U+0000 to U+00FF.
pub(crate) fn latin1(text: &str) -> Result<Vec<u8>, String> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).map_err(|_| format!("{c:?} is above U+00FF")))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_keys_are_errors() {
        let mut fields = Fields::new(json!({"a": "x", "b": 1})).unwrap();
        assert_eq!(fields.string("a").unwrap(), "x");
        assert!(fields.finish().unwrap_err().contains("`b`"));
    }

    #[test]
    fn octets_are_latin1() {
        assert_eq!(latin1("a\u{ff}\u{0}").unwrap(), [b'a', 0xff, 0]);
        assert!(latin1("\u{100}").is_err());
    }
}
