//! The texts of `--help`.

/// What follows the message about a command line that is not understood.
pub(crate) const HINT: &str = "`ws-demo --help` lists what is understood";

/// `ws-demo --help`
pub(crate) const COMMANDS: &str = "\
ws-demo: the WebSocket opening handshake on every runtime

usage: ws-demo COMMAND [OPTIONS]

  matrix    every client against every server, with the bytes on the wire
  serve     a server
  connect   a client
  vectors   the conformance vectors over the core and every adapter

`ws-demo COMMAND --help` tells the options.
";

/// `ws-demo matrix --help`
pub(crate) const MATRIX: &str = "\
usage: ws-demo matrix

Opens a WebSocket between each client and each server over the loopback interface. Prints the first
request and its answer as they were on the wire, then a table: a row for each server, a column for
each client.

exit status: 0 when all are `ok`, 1 otherwise
";

/// `ws-demo serve --help`
pub(crate) const SERVE: &str = "\
usage: ws-demo serve --runtime RUNTIME --addr HOST:PORT [OPTIONS]

Answers WebSocket handshakes, and `GET /health` with 200. An open WebSocket is read, and what was
read thrown away, until its client closes it. The first line on standard output is
`listening on ws://HOST:PORT`; each connection is a line on standard error.

  --runtime tokio|async-std|smol|blocking
  --addr HOST:PORT            where to listen; port 0 picks one
  --subprotocol NAME          one that is spoken; repeated, the most preferred first
  --require-subprotocol       refuse clients that offer none of these
  --origin ORIGIN             one whose pages are let in; may be repeated
  --basic-auth USER:PASS      ask for these credentials
  --deflate                   agree to permessage-deflate
  --max-request-line BYTES    longest request line (8192)
  --max-head BYTES            largest request head (16384)
  --max-headers N             most field lines (100)
  --handshake-timeout-ms N    longest handshake (10000)
  --keep-alive                keep a connection after a refusal, for 8 attempts in all
";

/// `ws-demo connect --help`
pub(crate) const CONNECT: &str = "\
usage: ws-demo connect --runtime RUNTIME URL [OPTIONS]

Connects, shakes hands, and prints the answer's status line and header fields. When a WebSocket is
open, four lines follow: `open`, `subprotocol: NAME`, `extensions: LIST` and `leftover: N`, the
number of bytes that came behind the head. When the server declined, an empty line and the body
follow.

  --runtime tokio|async-std|smol|blocking
  --subprotocol NAME          one to offer; repeated, the most preferred first
  --header 'Name: value'      a field to send; may be repeated
  --deflate                   offer permessage-deflate
  --timeout-ms N              longest time for all of it (10000)
  --handshake-only            end once the handshake is done

exit status: 0 when open, 2 when declined, 1 when it failed otherwise
";

/// `ws-demo vectors --help`
pub(crate) const VECTORS: &str = "\
usage: ws-demo vectors DIR [--runtime RUNTIME]

Runs every vector of the `.jsonl` files in DIR over the core and every adapter, or over one of them.
Prints each failure, and last `N passed, N failed`.

  --runtime core|tokio|async-std|smol|blocking

exit status: 0 when nothing failed, 1 otherwise
";
