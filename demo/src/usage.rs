//! The texts of `--help` and `--version`.

use std::borrow::Cow;

/// What follows the message about a command line that is not understood, by its first argument.
pub(crate) fn hint(command: Option<&str>) -> Cow<'static, str> {
    match command {
        None => Cow::Owned(format!("\n{}", COMMANDS.trim_end())),
        Some(name) if NAMES.contains(&name) => {
            Cow::Owned(format!("`ws-demo {name} --help` lists what is understood"))
        }
        Some(_) => Cow::Borrowed("`ws-demo --help` lists what is understood"),
    }
}

/// The commands.
pub(crate) const NAMES: [&str; 5] = ["matrix", "serve", "connect", "autobahn-client", "vectors"];

/// `ws-demo --version`
pub(crate) const VERSION: &str = concat!("ws-demo ", env!("CARGO_PKG_VERSION"), "\n");

/// `ws-demo --help`
pub(crate) const COMMANDS: &str = "\
ws-demo: WebSockets on every runtime

usage: ws-demo COMMAND [OPTIONS]

  matrix           every client against every server, with the bytes on the wire
  serve            a server that echoes
  connect          a client, for a terminal or between pipes
  autobahn-client  a client for the fuzzing server of the Autobahn suite
  vectors          the conformance vectors over the core and every adapter

`ws-demo COMMAND --help` explains a command, with examples. Two terminals are enough to begin with:

  ws-demo serve --addr 127.0.0.1:9000
  ws-demo connect ws://127.0.0.1:9000

exit status: 64 when the command line is not valid; for the others see the help of the command
";

/// `ws-demo matrix --help`
pub(crate) const MATRIX: &str = "\
usage: ws-demo matrix

Opens a WebSocket between each client and each server over the loopback interface, and exchanges text,
bytes, a message of 1 MiB in fragments, a ping and its pong, and close frames; then does the same
compressed. Prints the first request and its answer as they were on the wire, then a table: a row for
each server, a column for each client.

example:
  ws-demo matrix | tail -5      the table alone

exit status: 0 when all are `ok`, 1 otherwise
";

/// `ws-demo serve --help`
pub(crate) const SERVE: &str = "\
usage: ws-demo serve [OPTIONS]

Answers WebSocket handshakes, and `GET /health` with 200 (HEAD, OPTIONS and HTTP/1.0, too). An open
WebSocket gets back every message that it brings, until it is closed. The first line on standard
output is `listening on ws://HOST:PORT`, or `wss://` with TLS. Each connection is a line on standard
error when it ends: what came of its requests, or why there is no TLS, and how its WebSocket ended, with
the close codes that were received and sent. Where no descriptor is left, clients wait until others have
gone. Ctrl-C and SIGTERM end it: each WebSocket is closed with 1001 and has 3 seconds to answer, requests
get 503. The second time it ends at once.

  --runtime tokio|async-std|smol|blocking     what it runs on (tokio)
  --addr HOST:PORT            where to listen; port 0 picks one (127.0.0.1:0)
  --tls-cert FILE             do TLS with this certificate: PEM, with those that issued it behind it
  --tls-key FILE              its private key: PEM, in PKCS#8, PKCS#1 or SEC1
  --tls-client-ca FILE        refuse clients without a certificate that an authority in this file has
                              issued
  --subprotocol NAME          one that is spoken; repeated, the most preferred first
  --require-subprotocol       refuse clients that offer none of these
  --origin ORIGIN             one whose pages are let in, such as https://a.example; may be repeated
  --basic-auth USER:PASS      ask for these credentials
  --deflate[=PARAMS]          agree to permessage-deflate, with these parameters of RFC 7692 if any:
                              'server_no_context_takeover; client_max_window_bits=10'
  --no-context-takeover       the same; neither side keeps its context between messages
  --max-window-bits N         the same; both windows have at most so many bits, 9 to 15
  --deflate-level N           how hard to compress, 0 to 9 (6)
  --min-deflate BYTES         shortest message that is compressed (64)
  --max-request-line BYTES    longest request line (8192)
  --max-head BYTES            largest request head (16384)
  --max-headers N             most field lines (100)
  --handshake-timeout-ms N    longest handshake, with TLS (10000)
  --keep-alive                keep a connection after a refusal, for 8 attempts in all
  --max-message BYTES         largest message (16777216)
  --max-frame BYTES           largest frame (16777216, or what --max-message says if that is more)
  --fragment-len N|none       longest frame that is sent, in bytes, or none for one frame a message: for
                              clients that cannot put fragments together, or give them out one by
                              one (65536)
  --lenient NAME              let in what the RFCs do not allow; may be repeated: empty-lists, any-key,
                              missing-connection, bare-line-feeds
  --idle-timeout-ms N         longest silence of a client (for ever)
  --ping-interval-ms N        send a ping after so much silence, and wait as long for its pong (never)
  --close-after N             close with 1000 after so many messages (never)

examples:
  ws-demo serve                             on a free port of the loopback interface
  ws-demo serve --addr 0.0.0.0:8080         on all interfaces
  ws-demo serve --runtime smol --deflate --subprotocol chat
  ws-demo serve --basic-auth ada:lovelace --origin https://a.example
  ws-demo serve --addr 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem

exit status: 1 when it cannot listen, or a file cannot be used; otherwise 0, when it has been stopped
";

/// `ws-demo connect --help`
pub(crate) const CONNECT: &str = "\
usage: ws-demo connect URL [OPTIONS]

Opens a WebSocket at a `ws` or `wss` URL, sends messages, prints those it receives, and closes. What is
sent:

  --send, --send-binary     these messages in this order, each once the one before has its reply;
                            standard input is not read
  typed at a terminal       each line as a text message, until Ctrl-D
  piped, or from a file     each line as a text message, or with --binary all of it as one binary
                            message; then replies are printed until none has come for a second
  /dev/null                 nothing

Then it closes with 1000. Ctrl-C closes at once.

What is printed, a line each: the status line and header fields of the response; `open`,
`subprotocol: NAME`, `extensions: LIST`, and `leftover: N`, the number of bytes read behind the head;
the messages, text as it is, binary as `binary: HEX`; `closed: CODE REASON`, from the server's close
frame. If the server declines, or the proxy, the head is followed by an empty line and the body. On a
terminal the head is left out, `< ` marks messages received and `> ` messages sent, and long binary
messages are cut.

With --reconnect one session follows the other: when the server closes or is lost, and when it cannot be
had for a reason that may pass. Standard error has a line for the end of each session and for the
beginning of the next, with its number and the time between, and a line for each attempt that fails.
Lines that are typed or piped meanwhile are sent in the next session, up to 64 ahead; so is one that
could not be sent. What was sent just before the server was lost may be lost with it. It ends when
standard input has ended and all of it is sent, when this side closes after --wait, and with Ctrl-C.

  --send TEXT                 a message to send; may be repeated
  --send-binary HEX           the same, of bytes
  --binary                    send standard input as one binary message
  --expect-reply              fail unless as many messages are received as sent; close once they are
  --wait SECONDS              send everything without waiting for replies, and close when the server
                              has been silent for so long; 0 is at once, and 0.5 is possible
  --timeout-ms N              longest time for everything until it is open, and for a reply (10000)
  --echo                      send back every message until the server closes; read nothing else
  --handshake-only            exit after the handshake, without closing
  -q, --quiet                 print messages only
  -v, --verbose               print the head on a terminal, too, and on standard error each step to an
                              open WebSocket, with the milliseconds since the start
  --runtime tokio|async-std|smol|blocking     what it runs on (tokio)
  --subprotocol NAME          one to offer; repeated, the most preferred first
  --header 'Name: value'      a field to send; may be repeated. User and password in the URL are sent
                              as Basic credentials, unless there is an Authorization here
  --ca FILE                   trust the authorities in this file of PEM, in place of the system's
  --insecure                  take any certificate for the server's, or a proxy's, and warn of that on
                              standard error each time
  --cert FILE, --key FILE     show this certificate to a server that asks for one: PEM, with those that
                              issued it behind it, and its private key in PKCS#8, PKCS#1 or SEC1
  --proxy URL                 connect over this proxy: [SCHEME://][USER:PASSWORD@]HOST[:PORT], with
                              the scheme http, https, socks4, socks4a, socks5 or socks5h (http)
  --proxy-from-env            connect over the proxy that the environment names: wss_proxy, ws_proxy,
                              https_proxy, http_proxy, all_proxy, and no_proxy for exceptions
  --redirects N               follow up to so many redirects (0)
  --resolve HOST:PORT:ADDR    take this address for this host and port, be it the server's or a proxy's;
                              may be repeated, and have several addresses, with commas between them
  --reconnect                 open another session whenever one ends
  --reconnect-max-delay-ms N  the same, with no longer time between two attempts (90000)
  --max-message BYTES         largest message that is received (16777216)
  --fragment-len N|none       longest frame that is sent, in bytes, or none for one frame a message: for
                              servers that cannot put fragments together, or give them out one by
                              one (65536)
  --lenient NAME              let in what the RFCs do not allow; may be repeated: empty-lists,
                              empty-subprotocol, missing-connection, bare-line-feeds, folded-lines
  --deflate[=PARAMS]          offer permessage-deflate as browsers do, or with these parameters of
                              RFC 7692 and no other:
                              'server_no_context_takeover; client_max_window_bits=10'
  --no-context-takeover       the same; neither side keeps its context between messages
  --max-window-bits N         the same; both windows have at most so many bits, 9 to 15
  --deflate-level N           how hard to compress, 0 to 9 (6)
  --min-deflate BYTES         shortest message that is compressed (64)

examples:
  ws-demo connect ws://127.0.0.1:9000                            interactive
  ws-demo connect ws://127.0.0.1:9000 --send hello               one message, and its reply
  ws-demo connect ws://127.0.0.1:9000 -q <requests >replies
  echo ping | ws-demo connect ws://127.0.0.1:9000 -q --expect-reply
  ws-demo connect ws://127.0.0.1:9000 --binary <picture.png
  ws-demo connect ws://127.0.0.1:9000 -q --wait 3600 </dev/null   receive only
  ws-demo connect wss://localhost:9443 --ca ca.pem -v            each step, in an own network

exit status:
  0    opened and closed; a message without a reply is no failure
  1    failed, or closed by the server before everything was sent or with an error code, or with
       --expect-reply a reply is missing; standard error has the reason, as `error: NAME: ...`. So it
       is, too, where a file, TLS, a proxy, or a redirect that is followed is at fault
  2    the server declined: its response was not 101; without --redirects that goes for a redirect
  64   the command line is not valid
  130  interrupted by Ctrl-C
";

/// `ws-demo autobahn-client --help`
pub(crate) const AUTOBAHN_CLIENT: &str = "\
usage: ws-demo autobahn-client URL [OPTIONS]

Lets the Autobahn suite's fuzzing server at URL run all of its cases, echoing what it sends, and then
has it write its report. Prints how many cases there were; what came of them is in the report.

  --runtime tokio|async-std|smol|blocking     what it runs on (tokio)
  --agent NAME                what the report calls this client (ws-RUNTIME)

example:
  ws-demo autobahn-client ws://127.0.0.1:9001 --runtime blocking

exit status: 0 when all cases were run, whatever came of them, 1 otherwise
";

/// `ws-demo vectors --help`
pub(crate) const VECTORS: &str = "\
usage: ws-demo vectors DIR [--runtime RUNTIME]

Runs every vector of the `.jsonl` files in DIR over the core and every adapter, or over one of them.
Prints each failure, and last `N passed, N failed`.

  --runtime core|tokio|async-std|smol|blocking     one of them alone

example:
  ws-demo vectors ws-conform/vectors --runtime core

exit status: 0 when nothing failed, 1 otherwise
";
