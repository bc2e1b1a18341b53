//! From the vectors: what they send is a head, and its fields are lists.

use std::{fs, path::Path};

use serde_json::Value;

use crate::Seeds;

const FILES: [&str; 5] = ["server", "client", "deflate", "lenient", "extra"];

/// Longer ones only wait for a limit.
const MAX_LEN: usize = 3000;

pub(crate) fn add(seeds: &mut Seeds) {
    for file in FILES {
        let path = format!("../ws-conform/vectors/{file}.jsonl");
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
        for line in text.expect("the vectors are there").lines() {
            let vector: Value = serde_json::from_str(line).expect("a vector a line");
            let input = vector["input"].as_str().expect("every vector has an input");
            // A character for each octet.
            let input: Vec<u8> = input.chars().map(|c| c as u8).collect();
            if input.len() > MAX_LEN {
                continue;
            }
            let how = input.len() as u8;
            if vector["role"] == "server" {
                seeds.add("request_head", &input);
                seeds.add("server_handshake", [&[how], &input[..]].concat());
                fields(seeds, &input);
            } else {
                seeds.add("response_head", &input);
                seeds.add("client_handshake", [&[how], &input[..]].concat());
                seeds.add("proxy", [&[how % 2, how][..], &input].concat());
                extensions(seeds, &input);
            }
        }
    }
}

fn fields(seeds: &mut Seeds, head: &[u8]) {
    let (connection, upgrade) = (values(head, "connection"), values(head, "upgrade"));
    let upgrade = upgrade.iter().map(|value| [b">", &value[..]].concat());
    let lists: Vec<_> = connection.into_iter().chain(upgrade).collect();
    seeds.add("token_list", lists.join(&b'\n'));
    let subprotocols = values(head, "sec-websocket-protocol");
    if !subprotocols.is_empty() {
        seeds.add("subprotocols", subprotocols.join(&b'\n'));
    }
    extensions(seeds, head);
    let (origin, host) = (values(head, "origin"), values(head, "host"));
    if let ([origin], [host]) = (&origin[..], &host[..]) {
        seeds.add("origin", [&origin[..], origin, host].join(&b'\n'));
    }
    // The order of the target's lines.
    let names = [
        "host",
        "connection",
        "upgrade",
        "sec-websocket-key",
        "sec-websocket-version",
        "sec-websocket-protocol",
        "sec-websocket-extensions",
        "origin",
    ];
    let first = |name: &&str| values(head, name).into_iter().next().unwrap_or(b"-".to_vec());
    let lines: Vec<_> = names.iter().map(first).collect();
    seeds.add("respond", [b"\0", &lines.join(&b'\n')[..]].concat());
}

fn extensions(seeds: &mut Seeds, head: &[u8]) {
    let values = values(head, "sec-websocket-extensions");
    if !values.is_empty() {
        let params = [values[0].len() as u8, 0x14];
        seeds.add("extensions", [&params[..], &values.join(&b'\n')].concat());
    }
}

/// The values of the lines with a name.
fn values(head: &[u8], name: &str) -> Vec<Vec<u8>> {
    let lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
    let value = |line: &[u8]| {
        let at = line.iter().position(|&byte| byte == b':')?;
        let is_it = line[..at].eq_ignore_ascii_case(name.as_bytes());
        is_it.then(|| line[at + 1..].trim_ascii_start().to_vec())
    };
    lines.filter_map(value).collect()
}
