//! A limit that was exceeded says by how much.

#![cfg(test)]

use ws_core::{Connection, FrameRule, Negotiated, Role, WebSocketConfig};

/// What a client says of frames that break a rule.
fn broken(config: &WebSocketConfig, frames: &[u8], parts: bool) -> (FrameRule, Option<[u64; 2]>) {
    let mut client = Connection::new(Role::Client, Negotiated::default(), frames, config);
    loop {
        let polled = if parts { client.poll_part() } else { client.poll() };
        match polled {
            Ok(Some(_)) => {}
            Ok(None) => panic!("no rule was broken"),
            Err(rule) => {
                let violation = client.receiver().violation().unwrap();
                assert_eq!(violation.rule(), rule);
                let excess = violation.found().zip(violation.max()).map(<[u64; 2]>::from);
                if let Some([found, max]) = excess {
                    let shown = violation.to_string();
                    assert!(
                        shown.ends_with(&format!("{found}, and the limit is {max}")),
                        "{shown}"
                    );
                }
                return (rule, excess);
            }
        }
    }
}

#[test]
fn a_frame_says_how_long_it_would_have_been() {
    let config = WebSocketConfig::new().max_frame_len(1000);
    for parts in [false, true] {
        let (rule, excess) = broken(&config, b"\x82\x7e\x03\xe9rest", parts);
        assert_eq!((rule, excess), (FrameRule::FrameTooLarge, Some([1001, 1000])));
        let longest = b"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff";
        let (rule, excess) = broken(&config, longest, parts);
        assert_eq!((rule, excess), (FrameRule::FrameTooLarge, Some([i64::MAX as u64, 1000])));
    }
}

#[test]
fn a_message_says_how_long_it_has_become() {
    let config = WebSocketConfig::new().max_message_len(5);
    for parts in [false, true] {
        let (rule, excess) = broken(&config, b"\x02\x03abc\x00\x02de\x80\x03fgh", parts);
        assert_eq!((rule, excess), (FrameRule::MessageTooLarge, Some([8, 5])));
    }
}

#[test]
fn fragments_are_counted() {
    let config = WebSocketConfig::new().max_fragments(2);
    let (rule, excess) = broken(&config, b"\x02\x00\x00\x00\x80\x00", false);
    assert_eq!((rule, excess), (FrameRule::TooManyFragments, Some([3, 2])));
}

#[test]
fn other_rules_have_no_number() {
    let (rule, excess) = broken(&WebSocketConfig::new(), b"\x83\x00", false);
    assert_eq!((rule, excess), (FrameRule::ReservedOpcode, None));
}

#[test]
fn nothing_is_broken_before_it_is() {
    let config = WebSocketConfig::new();
    let mut client = Connection::new(Role::Client, Negotiated::default(), b"\x81\x00", &config);
    assert!(client.poll().unwrap().is_some());
    assert_eq!(client.receiver().violation(), None);
    // A close is an end, and breaks nothing.
    client.receiver().recv_buf().extend_from_slice(b"\x88\x02\x03\xe8");
    while client.poll().unwrap().is_some() {}
    assert!(client.close_info().received.is_some());
    assert_eq!(client.receiver().violation(), None);
}

#[cfg(feature = "deflate")]
#[test]
fn an_inflated_message_says_how_long_it_has_become() {
    let config = WebSocketConfig::new().max_message_len(1000);
    let negotiated = || Negotiated::new(None, Some("permessage-deflate".parse().unwrap()));
    let mut server = Connection::new(Role::Server, negotiated(), b"", &WebSocketConfig::new());
    server.sender().send(&vec![0; 5000].into()).unwrap();
    let sent = bytes::Buf::copy_to_bytes(server.send_queue(), 20);
    let mut client = Connection::new(Role::Client, negotiated(), &sent[..], &config);
    assert_eq!(client.poll(), Err(FrameRule::MessageTooLarge));
    let violation = client.receiver().violation().unwrap();
    assert_eq!((violation.found(), violation.max()), (Some(1001), Some(1000)));
}
