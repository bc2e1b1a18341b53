//! What cannot be left out of a handshake, or of a masked frame, bare.

use std::io::{Read, Write};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{stream::Answering, wire};

/// A server's: takes the request apart and computes the accept value for its key. Looks at no
/// field, checks no rule and writes no answer.
#[inline(never)]
pub fn accept(request: &[u8], key: &[u8]) -> Option<(usize, [u8; 28])> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Request::new(&mut fields);
    let Ok(httparse::Status::Complete(head_len)) = head.parse(request) else { return None };
    Some((head_len, wire::accept_value(key)))
}

/// A client's: draws a key, writes a request of 200 bytes, computes the accept value and takes the
/// answer apart. Looks at no field, and checks nothing but that a value in the answer is right.
#[inline(never)]
pub fn connect(peer: &mut Answering) -> Option<usize> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).ok()?;
    let mut key = [b'='; 24];
    STANDARD.encode_slice(nonce, &mut key).ok()?;
    let mut request = [0; REQUEST.0.len() + 24 + REQUEST.1.len()];
    let (before, rest) = request.split_at_mut(REQUEST.0.len());
    let (middle, after) = rest.split_at_mut(key.len());
    before.copy_from_slice(REQUEST.0);
    middle.copy_from_slice(&key);
    after.copy_from_slice(REQUEST.1);
    peer.write_all(&request).ok()?;

    let accept = wire::accept_value(&key);
    let mut answer = [0; 1024];
    let answer_len = peer.read(&mut answer).ok()?;
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let Ok(httparse::Status::Complete(head_len)) = head.parse(&answer[..answer_len]) else {
        return None;
    };
    head.headers.iter().any(|field| field.value == accept).then_some(head_len)
}

/// Masks a payload, eight bytes at a time.
#[inline(never)]
pub fn mask(payload: &mut [u8], key: [u8; 4]) {
    let [a, b, c, d] = key;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut words = payload.chunks_exact_mut(8);
    for word in &mut words {
        if let Ok(word) = <&mut [u8; 8]>::try_from(word) {
            *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
        }
    }
    let rest = words.into_remainder();
    rest.iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
}

/// The request without its key.
const REQUEST: (&[u8], &[u8]) = (
    b"GET /chat HTTP/1.1\r\n\
      Host: www.example.com\r\n\
      Upgrade: websocket\r\n\
      Connection: Upgrade\r\n\
      Sec-WebSocket-Key: ",
    b"\r\n\
      Sec-WebSocket-Version: 13\r\n\
      Origin: https://www.example.com\r\n\
      \r\n",
);

/// Room for as many fields as the browser's request has, and for not many more: setting up the
/// room is work, too.
const MAX_FIELDS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn does_its_work() {
        let (head_len, accept) = accept(wire::BROWSER_REQUEST, wire::KEY).unwrap();
        assert_eq!((head_len, &accept[..]), (wire::BROWSER_REQUEST.len(), wire::ACCEPT));
        assert!(connect(&mut Answering::default()).is_some());
    }

    #[test]
    fn masking_twice_changes_nothing() {
        for len in [0, 1, 7, 8, 9, 31] {
            let mut payload = vec![5; len];
            mask(&mut payload, [1, 2, 3, 4]);
            assert!(payload.iter().zip([4, 7, 6, 1].iter().cycle()).all(|(a, b)| a == b));
            mask(&mut payload, [1, 2, 3, 4]);
            assert_eq!(payload, vec![5; len]);
        }
    }

    #[test]
    fn the_request_measures_about_200_bytes() {
        assert!((180..=220).contains(&(REQUEST.0.len() + 24 + REQUEST.1.len())));
    }
}
