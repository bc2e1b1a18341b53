//! Compression, from one program to the other and in front of a client that speaks it by hand.

use crate::program::{BINARY, RUNTIMES, Server, TEXT, run};

#[test]
fn two_programs_compress_for_each_other() {
    let text = "so much of the same, ".repeat(50);
    let binary = "00ff".repeat(300);
    for runtime in RUNTIMES {
        for (options, agreed) in [
            (&["--deflate"][..], "permessage-deflate"),
            (
                &["--no-context-takeover", "--deflate-level", "1", "--min-deflate", "0"],
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            ),
            (
                &["--max-window-bits", "9"],
                "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
            ),
            (
                &["--deflate=server_no_context_takeover; client_max_window_bits=10"],
                "permessage-deflate; server_no_context_takeover; client_max_window_bits=10",
            ),
        ] {
            let server = Server::start(runtime, options);
            let url = format!("ws://{}/", server.address());
            let messages =
                ["--send", &text, "--send", &text, "--send", "", "--send-binary", &binary];
            let all = [&["connect", "--runtime", runtime, &url], &messages[..], options].concat();
            let output = run(&all);
            let said = String::from_utf8(output.stdout).unwrap();
            let heard = format!(
                "extensions: {agreed}\nleftover: 0\n{text}\n{text}\n\nbinary: {binary}\n\
                 closed: 1000\n"
            );
            assert!(said.ends_with(&heard), "{runtime}, {options:?}: {said}");
        }
    }
}

/// The examples of RFC 7692 7.2.3: the second message refers to the first.
#[test]
fn a_server_compresses_what_is_worth_it() {
    for runtime in RUNTIMES {
        let server = Server::start(runtime, &["--deflate", "--min-deflate", "5"]);
        let mut client = server.connect();
        client.open_with("Sec-WebSocket-Extensions: permessage-deflate\r\n");
        let hello = b"\xf2\x48\xcd\xc9\xc9\x07\x00";
        client.say(TEXT | 0x40, hello);
        assert_eq!(client.hear(), (TEXT | 0x40, hello.to_vec()), "{runtime}");
        client.say(TEXT | 0x40, b"\xf2\x00\x11\x00\x00");
        let (first, again) = client.hear();
        assert_eq!((first, again.len()), (TEXT | 0x40, 5), "{runtime}");
        client.say(BINARY, b"four");
        assert_eq!(client.hear(), (BINARY, b"four".to_vec()), "{runtime}");
    }
}
