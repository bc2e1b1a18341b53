//! The grammar of Sec-WebSocket-Extensions (RFC 6455 9.1), read in one pass.
//!
//! ```text
//! extension-list  = 1#extension
//! extension       = extension-token *( ";" extension-param )
//! extension-param = token [ "=" (token | quoted-string) ]
//! ```

use crate::codec::list::is_token_byte;

/// The line breaks the grammar. "If a value is received by either the client or the server during
/// negotiation that does not conform to the ABNF below, the recipient of such malformed data MUST
/// immediately _Fail the WebSocket Connection_." RFC 6455 9.1
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// One extension of a list, its parameters known to be well formed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension<'a> {
    pub(crate) name: &'a [u8],
    params: &'a [u8],
}

impl<'a> Extension<'a> {
    /// The parameters in order: name and value.
    pub(crate) fn params(&self) -> impl Iterator<Item = Param<'a>> + use<'a> {
        let mut cursor = Cursor { rest: self.params };
        std::iter::from_fn(move || cursor.param().ok().flatten())
    }
}

/// The extensions of one field line. After an error nothing more comes.
pub(crate) fn extensions(line: &[u8]) -> impl Iterator<Item = Result<Extension<'_>, Malformed>> {
    let mut cursor = Cursor { rest: line };
    std::iter::from_fn(move || {
        let next = cursor.extension();
        if next.is_err() {
            cursor.rest = &[];
        }
        next.transpose()
    })
}

/// A parameter: its name, and its value if it has one.
pub(crate) type Param<'a> = (&'a [u8], Option<Value<'a>>);

/// A parameter's value: the token, or the token that the quoted string stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// Without the quotes, backslashes still in it.
    raw: &'a [u8],
    quoted: bool,
}

impl<'a> Value<'a> {
    /// The bytes meant: a quoted-pair stands for the byte behind its backslash (RFC 9110 5.6.4).
    pub(crate) fn bytes(self) -> impl Iterator<Item = u8> + use<'a> {
        let mut rest = self.raw.iter();
        std::iter::from_fn(move || match rest.next()? {
            b'\\' if self.quoted => rest.next().copied(),
            byte => Some(*byte),
        })
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn extension(&mut self) -> Result<Option<Extension<'a>>, Malformed> {
        while let [b' ' | b'\t' | b',', rest @ ..] = self.rest {
            self.rest = rest;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let name = self.token()?;
        let params = self.rest;
        while self.param()?.is_some() {}
        let params = &params[..params.len() - self.rest.len()];
        match self.rest {
            [] | [b',', ..] => Ok(Some(Extension { name, params })),
            _ => Err(Malformed),
        }
    }

    fn param(&mut self) -> Result<Option<Param<'a>>, Malformed> {
        self.skip_space();
        let [b';', rest @ ..] = self.rest else { return Ok(None) };
        self.rest = rest;
        self.skip_space();
        let name = self.token()?;
        self.skip_space();
        let [b'=', rest @ ..] = self.rest else { return Ok(Some((name, None))) };
        self.rest = rest;
        self.skip_space();
        let value = match self.rest {
            [b'"', rest @ ..] => {
                self.rest = rest;
                self.quoted()?
            }
            _ => Value { raw: self.token()?, quoted: false },
        };
        self.skip_space();
        Ok(Some((name, Some(value))))
    }

    fn token(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.rest.iter().take_while(|&&byte| is_token_byte(byte)).count();
        let (token, rest) = self.rest.split_at(len);
        self.rest = rest;
        if token.is_empty() { Err(Malformed) } else { Ok(token) }
    }

    /// "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST
    /// conform to the 'token' ABNF." RFC 6455 9.1
    fn quoted(&mut self) -> Result<Value<'a>, Malformed> {
        let mut at = 0;
        loop {
            at += match &self.rest[at..] {
                [b'"', ..] => break,
                [b'\\', escaped, ..] if is_token_byte(*escaped) => 2,
                [byte, ..] if is_token_byte(*byte) => 1,
                _ => return Err(Malformed),
            };
        }
        let raw = &self.rest[..at];
        self.rest = &self.rest[at + 1..];
        if raw.is_empty() { Err(Malformed) } else { Ok(Value { raw, quoted: true }) }
    }

    fn skip_space(&mut self) {
        while let [b' ' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Vec<String>, Malformed> {
        extensions(line.as_bytes())
            .map(|extension| {
                let extension = extension?;
                let mut text = String::from_utf8_lossy(extension.name).into_owned();
                for (name, value) in extension.params() {
                    text += &format!(";{}", String::from_utf8_lossy(name));
                    if let Some(value) = value {
                        text += &format!("={}", value.bytes().map(char::from).collect::<String>());
                    }
                }
                Ok(text)
            })
            .collect()
    }

    #[test]
    fn lists() {
        assert_eq!(
            parse(r#" ,a; b ="1\0" ;c , ,d;e = f,"#).as_deref(),
            Ok(&["a;b=10;c".to_owned(), "d;e=f".to_owned()][..])
        );
        assert_eq!(parse(" , ,"), Ok(vec![]));
    }

    #[test]
    fn malformed() {
        for line in [
            "a;;",
            "a;",
            ";a",
            "a; =1",
            "a b",
            "a; b=",
            "a; b=, a",
            "a; b==1",
            "a; b=1 0",
            r#"a; b="""#,
            r#"a; b="1, 2""#,
            r#"a; b="1"#,
            r#"a; b="1\"#,
            r#"a; b="1\,2""#,
            r#"a; b="1\"2""#,
            r#""a""#,
            r#"a; "b"=1"#,
            "a/b",
            "a, @",
            r#"a; b="1"2"#,
        ] {
            assert_eq!(parse(line), Err(Malformed), "{line}");
        }
    }

    #[test]
    fn an_unclosed_quote_full_of_escapes_is_read_once() {
        let line = format!(r#"a;b="{}"#, r"\c".repeat(100_000));
        assert_eq!(parse(&line), Err(Malformed));
    }
}
