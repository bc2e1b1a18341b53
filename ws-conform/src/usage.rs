//! The text of `--help`.

pub(crate) const VERSION: &str = concat!("ws-conform ", env!("CARGO_PKG_VERSION"), "\n");

pub(crate) const HELP: &str = "\
ws-conform: judges a WebSocket server or client from outside

usage:
  ws-conform server ws://HOST:PORT/ [OPTIONS]
  ws-conform client --listen HOST:PORT [OPTIONS] [-- COMMAND.. {url} ..]
  ws-conform setups

TLS is not spoken here: judge what listens behind it, or put something in front that begins it.
A server should take any path and any Host, and send back every message. A client is started once for each
case, with a URL in the place of {url}; it should connect and send back every message until the WebSocket is
closed. Without a command, a client is waited for that asks as it does at the fuzzing server of the Autobahn
suite: /getCaseCount, /runCase?case=N, /updateReports. `setups` prints the settings that some cases need.

what comes of it:
  --html FILE                 a page with each case, its rule, and the octets both ways
  --brief                     a short page: octets of what failed, but for security; else names alone
  --json FILE, --junit FILE   the same for programs, and for CI
  --list                      print the cases, and run none

what the implementation can do:
  --subprotocol NAME          one that is spoken or offered; repeated, the most preferred first
  --deflate                   permessage-deflate
  --origin ORIGIN             lets in these origins alone; may be repeated
  --max-message OCTETS        the longest message
  --handshake-timeout SECONDS how long a server waits for a request
  --pid PID                   the server's process, whose memory is watched (found by a port of this machine)
  --max-growth MIB            how far it may grow for what is only declared (32); for floods, eight times as far
  --no-echo                   messages are not sent back
  --setups FILE               more of the same with other settings, as JSON

how it is run:
  --only PREFIX               cases whose names begin so; may be repeated
  --skip PREFIX               leaves these out; may be repeated
  --timeout SECONDS           how long an answer may take (2)
  --wait SECONDS              how long it may take until a server listens (0) or a client connects (10; 60 without a
                              command)
  --jobs N                    cases at once (16, for clients 4)
  --name NAME                 what reports call it

exit status: 0 when no MUST and no security case failed, 1 when one did, 2 when it could not run
";
