//! Requests as a whole: how they begin, end and come.

use super::row::Row;
use crate::grade::Grade::{Information, Must, Robustness, Should};

pub(super) const ROWS: &[Row] = &[
    (
        "server/ok/",
        Must,
        "A request that has all that is asked for is answered with 101 and the accept value of its key.",
    ),
    (
        "server/ok/rfc-chat",
        Should,
        "A server that speaks none of the subprotocols goes on without one, unless it wants one.",
    ),
    (
        "server/ok/rfc-nonce",
        Should,
        "The key is answered as it was sent; base64 with spare bits that are not zero may be refused, but this is the RFC's own example.",
    ),
    (
        "server/version/",
        Robustness,
        "Only HTTP/1.1 and later minor versions of it have this handshake.",
    ),
    (
        "server/version/1.0",
        Must,
        "A server must ignore Upgrade in a request of HTTP/1.0; a handshake needs HTTP/1.1 or higher.",
    ),
    (
        "server/version/1.0-upgrade",
        Information,
        "What a server makes of an upgrade in HTTP/1.0 is asked in server/version/1.0.",
    ),
    (
        "server/version/1.2",
        Information,
        "A later minor version may be taken as HTTP/1.1 or be refused: nobody sends one.",
    ),
    (
        "server/version/1.3",
        Information,
        "A later minor version may be taken as HTTP/1.1 or be refused: nobody sends one.",
    ),
    (
        "server/version/1.4",
        Information,
        "A later minor version may be taken as HTTP/1.1 or be refused: nobody sends one.",
    ),
    (
        "server/version/1.5",
        Information,
        "A later minor version may be taken as HTTP/1.1 or be refused: nobody sends one.",
    ),
    (
        "server/version/1.6",
        Information,
        "A later minor version may be taken as HTTP/1.1 or be refused: nobody sends one.",
    ),
    (
        "server/version/1.7",
        Information,
        "A later minor version may be taken as HTTP/1.1 or be refused: nobody sends one.",
    ),
    (
        "server/version/1.8",
        Information,
        "A later minor version may be taken as HTTP/1.1 or be refused: nobody sends one.",
    ),
    (
        "server/version/1.9",
        Information,
        "A later minor version may be taken as HTTP/1.1 or be refused: nobody sends one.",
    ),
    (
        "server/version/not-",
        Should,
        "A request line that is not well formed should be answered with 400.",
    ),
    (
        "server/version/two-digit",
        Should,
        "A request line that is not well formed should be answered with 400.",
    ),
    (
        "server/version/no-minor",
        Should,
        "A request line that is not well formed should be answered with 400.",
    ),
    (
        "server/version/garbage",
        Should,
        "A request line that is not well formed should be answered with 400.",
    ),
    (
        "server/version/other",
        Should,
        "A request line that is not well formed should be answered with 400.",
    ),
    (
        "server/version/comma",
        Should,
        "A request line that is not well formed should be answered with 400.",
    ),
    (
        "server/version/space",
        Should,
        "A request line that is not well formed should be answered with 400.",
    ),
    (
        "server/version/missing",
        Must,
        "A handshake needs HTTP/1.1 or higher, and without a version there is none.",
    ),
    (
        "server/method/",
        Must,
        "A handshake is a GET, and methods are case-sensitive: anything else is refused.",
    ),
    ("server/head/", Must, "A handshake is a GET: HEAD is refused."),
    ("server/line/", Should, "A request line that is not well formed should be answered with 400."),
    (
        "server/line/two-spaces",
        Information,
        "More white space between the parts of a request line may be let in.",
    ),
    ("server/line/trailing", Information, "White space behind the request line may be let in."),
    (
        "server/line/tab-separator",
        Information,
        "Other white space between the parts of a request line may be let in.",
    ),
    ("server/line/cr-cr", Information, "A bare CR makes the line invalid, or counts as a space."),
    (
        "server/target/",
        Should,
        "A target has one of the forms of RFC 9112 3.2; a request line with another should be answered with 400.",
    ),
    ("server/target/query", Should, "A path may have a query."),
    ("server/target/query-only", Should, "A target in origin-form begins with a slash."),
    (
        "server/target/query-backslash",
        Information,
        "Browsers leave some octets raw that the grammar of URIs does not have.",
    ),
    ("server/target/query-apostrophe", Should, "An apostrophe may stand in a query."),
    ("server/target/question", Should, "Further question marks belong to the query."),
    ("server/target/empty-query", Should, "A query may be empty."),
    ("server/target/double", Should, "A path may begin with two slashes."),
    ("server/target/all", Should, "A path may have all characters of the grammar."),
    (
        "server/target/browser",
        Information,
        "Browsers leave some octets raw that the grammar of URIs does not have.",
    ),
    ("server/target/percent", Should, "What is encoded in a target stays encoded."),
    ("server/target/absolute", Must, "A server has to take requests in absolute-form."),
    (
        "server/target/absolute-no-path",
        Should,
        "An empty path in absolute-form is as good as a slash.",
    ),
    (
        "server/target/absolute-query-backslash",
        Information,
        "Browsers leave some octets raw that the grammar of URIs does not have.",
    ),
    ("server/target/absolute-empty", Should, "An http URI with an empty host is invalid."),
    (
        "server/target/absolute-without-host",
        Must,
        "Host is there in every request of HTTP/1.1, whatever the form of its target.",
    ),
    (
        "server/target/path-quote",
        Information,
        "Browsers encode this octet in a target, and the grammar does not have it; to take it is common.",
    ),
    (
        "server/target/path-backslash",
        Information,
        "Browsers encode this octet in a target, and the grammar does not have it; to take it is common.",
    ),
    (
        "server/target/query-quote",
        Information,
        "Browsers encode this octet in a target, and the grammar does not have it; to take it is common.",
    ),
    (
        "server/target/query-angle",
        Information,
        "Browsers encode this octet in a target, and the grammar does not have it; to take it is common.",
    ),
    (
        "server/target/backslash",
        Information,
        "Browsers encode this octet in a target, and the grammar does not have it; to take it is common.",
    ),
    ("server/target/other-scheme", Should, "A target in absolute-form is an http or https URI."),
    (
        "server/octet/",
        Information,
        "Browsers encode this octet in a target, and the grammar does not have it; to take it is common.",
    ),
    (
        "server/octet/path-nul",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/path-tab",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/path-vt",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/path-us",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/path-del",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/path-80",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/path-ff",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/query-nul",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/query-tab",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/query-vt",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/query-us",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/query-del",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/query-80",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    (
        "server/octet/query-ff",
        Should,
        "A request line with an octet that no target can have should be answered with 400.",
    ),
    ("server/octet/path-space", Information, "More white space in a request line may be let in."),
    ("server/octet/query-space", Information, "More white space in a request line may be let in."),
    (
        "server/octet/path-braces",
        Information,
        "Browsers leave some octets raw that the grammar of URIs does not have.",
    ),
    (
        "server/octet/query-all",
        Information,
        "Browsers leave some octets raw that the grammar of URIs does not have.",
    ),
    ("server/plain/", Must, "A request that asks for no upgrade gets none."),
    (
        "server/plain/hixie",
        Information,
        "Draft 76 had two keys and no version: a server may speak it, or refuse.",
    ),
    ("server/plain/tls", Robustness, "What is no HTTP gets no WebSocket, and an answer or an end."),
    ("server/start/", Robustness, "What is no HTTP gets no WebSocket, and an answer or an end."),
    (
        "server/start/one-crlf",
        Should,
        "A server should ignore an empty line before the request line.",
    ),
    ("server/start/nothing", Must, "Nothing is answered before it was asked."),
    ("server/start/one-octet", Must, "Nothing is answered before it was asked."),
    ("server/start/cr", Information, "A bare CR makes a line invalid, or counts as a space."),
    (
        "server/size/",
        Robustness,
        "Common sizes are taken; what is over a limit is answered, with 414 or 431.",
    ),
    ("server/size/line-8000", Should, "A request line of 8000 octets should be taken."),
    (
        "server/leftover/",
        Robustness,
        "What comes right behind the request is for the WebSocket, and not lost.",
    ),
    ("server/leftover/bad-then", Must, "A request without a key is no handshake."),
    ("server/buffered/", Must, "Nothing is answered before it was asked."),
    ("server/buffered/refused", Must, "A request without a key is no handshake."),
    ("server/partial/", Must, "Nothing is accepted before the head is complete."),
    ("server/delivery/", Robustness, "It makes no difference in which pieces a head comes."),
    (
        "server/delivery/every-split-version",
        Information,
        "Drafts had versions of their own, which a server may speak; another version is refused.",
    ),
    (
        "server/delivery/every-split-bare",
        Information,
        "A bare CR makes a field invalid, or counts as a space.",
    ),
    (
        "server/delivery/bytewise-at",
        Robustness,
        "It makes no difference for a limit in which pieces a head comes.",
    ),
    (
        "server/delivery/bytewise-over",
        Robustness,
        "It makes no difference for a limit in which pieces a head comes.",
    ),
];
