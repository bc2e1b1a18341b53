//! The fields of requests.

use super::row::Row;
use crate::grade::Grade::{Information, Must, Robustness, Security, Should};

pub(super) const ROWS: &[Row] = &[
    (
        "server/host/",
        Must,
        "A server must answer 400 to a request without Host, with more than one line of it, or with a value that breaks its grammar.",
    ),
    ("server/host/ok", Robustness, "Host is a host in any of its forms, and perhaps a port."),
    (
        "server/connection/",
        Must,
        "Connection is a list on any number of lines, and has the option upgrade in any case: a member of the list, not a part of a word.",
    ),
    (
        "server/connection/close-bad-version",
        Information,
        "Drafts had versions of their own, which a server may speak; another version is refused.",
    ),
    (
        "server/connection/close-",
        Must,
        "What is refused is refused whether or not the connection is to be closed.",
    ),
    (
        "server/upgrade/",
        Must,
        "Upgrade has the value websocket in any case of ASCII, and what breaks its grammar is refused.",
    ),
    (
        "server/upgrade/with-version",
        Should,
        "A protocol with a version is another protocol than one without.",
    ),
    (
        "server/upgrade/parameter",
        Should,
        "Members of Upgrade are protocols, which have no parameters.",
    ),
    ("server/upgrade/quoted", Should, "Members of Upgrade are protocols, which are not quoted."),
    (
        "server/upgrade/slash",
        Should,
        "Members of Upgrade are protocols, with a version behind the slash.",
    ),
    (
        "server/upgrade/malformed-before",
        Information,
        "A member that is none beside a good one may be passed over, or be refused.",
    ),
    (
        "server/upgrade/list",
        Should,
        "Upgrade is a list, in which a client may name other protocols.",
    ),
    (
        "server/upgrade/rfc9110",
        Should,
        "Upgrade is a list, in which a client may name other protocols.",
    ),
    ("server/upgrade/empty-member", Should, "Empty members of a list are ignored."),
    (
        "server/key/",
        Should,
        "The key is 16 octets in base64, and what breaks the grammar is refused (4.2.1); but a server need not decode it (4.2.2), so who never looks inside is lax and no more.",
    ),
    ("server/key/missing", Must, "A request without a key is no handshake."),
    ("server/key/empty", Must, "The grammar of the key does not let it be empty."),
    (
        "server/key/duplicate",
        Should,
        "A client must not send the key twice; that a server has to mind is not said, but two of them make two accept values.",
    ),
    ("server/key/outer", Must, "White space around a value is not part of it."),
    (
        "server/key/loose",
        Information,
        "Base64 with spare bits that are not zero may be taken or refused.",
    ),
    (
        "server/key/pad-bits",
        Information,
        "Base64 with spare bits that are not zero may be taken or refused.",
    ),
    (
        "server/key/pad-bits-not",
        Should,
        "The key is 16 octets in base64, and what breaks the grammar is refused (4.2.1); but a server need not decode it (4.2.2), so who never looks inside is lax and no more.",
    ),
    (
        "server/wsversion/",
        Should,
        "Sec-WebSocket-Version is one number, without signs or zeros in front.",
    ),
    ("server/wsversion/missing", Must, "Sec-WebSocket-Version is there, with the value 13."),
    (
        "server/wsversion/version-missing",
        Must,
        "Sec-WebSocket-Version is there, with the value 13.",
    ),
    (
        "server/wsversion/8",
        Information,
        "Drafts had versions of their own, which a server may speak. Another version is refused, and the answer names the versions that are spoken.",
    ),
    (
        "server/wsversion/0",
        Information,
        "Drafts had versions of their own, which a server may speak. Another version is refused, and the answer names the versions that are spoken.",
    ),
    (
        "server/wsversion/7",
        Information,
        "Drafts had versions of their own, which a server may speak. Another version is refused, and the answer names the versions that are spoken.",
    ),
    (
        "server/wsversion/12",
        Information,
        "Drafts had versions of their own, which a server may speak. Another version is refused, and the answer names the versions that are spoken.",
    ),
    (
        "server/wsversion/14",
        Must,
        "Another version is refused, and the answer names the versions that are spoken.",
    ),
    (
        "server/wsversion/two-lines",
        Should,
        "A client must not send the version twice; that a server has to mind is not said.",
    ),
    (
        "server/wsversion/version-twice",
        Should,
        "A client must not send the version twice; that a server has to mind is not said.",
    ),
    (
        "server/wsversion/bad-key",
        Should,
        "Drafts had versions of their own, which a server may speak; but a key that is none was none in those, too.",
    ),
    (
        "server/wsversion/no-key",
        Must,
        "A request without a key is no handshake, whatever its version.",
    ),
    ("server/wsversion/key-missing", Must, "A request without a key is no handshake."),
    (
        "server/wsversion/key-bad",
        Should,
        "The key is 16 octets in base64, and what breaks the grammar is refused (4.2.1); but a server need not decode it (4.2.2), so who never looks inside is lax and no more.",
    ),
    (
        "server/wsversion/key-twice",
        Should,
        "A client must not send the key twice; that a server has to mind is not said, but two of them make two accept values.",
    ),
    (
        "server/wsversion/draft",
        Information,
        "Draft 76 had two keys and no version: a server may speak it, or refuse.",
    ),
    ("server/field/", Should, "A field has a name, which is a token, and a value."),
    (
        "server/field/tab-before",
        Security,
        "White space between a name and its colon is answered with 400: whoever lets it in may see another field than the next in line.",
    ),
    (
        "server/field/nul-in",
        Should,
        "A name is a token, which has no NUL; what breaks the grammar should be answered with 400.",
    ),
    (
        "server/field/escape-in",
        Information,
        "Other control characters in values may be kept, where nobody takes them for what they are not.",
    ),
    ("server/field/bare-cr", Information, "A bare CR makes a field invalid, or counts as a space."),
    ("server/field/cr-cr", Information, "A bare CR makes a field invalid, or counts as a space."),
    ("server/field/lf-", Information, "A lone LF may be taken as the end of a line."),
    ("server/field/leading-lf", Information, "A lone LF may be taken as the end of a line."),
    (
        "server/field/leading-space",
        Must,
        "Lines with white space in front of the first field are refused, or left out without looking at what they say.",
    ),
    (
        "server/field/leading-space-line",
        Information,
        "A line of white space before the request line may be skipped.",
    ),
    ("server/field/fold", Information, "A folded line is refused, or counts as a space."),
    (
        "server/field/fold-hides",
        Must,
        "A folded line is part of the field before it, and no field of its own.",
    ),
    ("server/field/odd-token", Must, "A name of a field may have every character of a token."),
    ("server/field/colons-in", Must, "A value may have colons in it."),
    ("server/field/prefix", Must, "Names of fields are compared as a whole."),
    (
        "server/field/leftover-crlf",
        Information,
        "What is behind the blank line is for the WebSocket.",
    ),
    (
        "server/framing/",
        Must,
        "A length that is none cannot be recovered from: the answer is 400, and the connection is closed.",
    ),
    (
        "server/framing/cl-2-64",
        Should,
        "A length beyond all integers is a length: such a request is refused, or its body waited for.",
    ),
    ("server/framing/cl-zero", Should, "A length of zero is no body."),
    ("server/framing/cl-lookalike", Must, "Names of fields are compared as a whole."),
    (
        "server/framing/te",
        Must,
        "Where chunked is not the last coding, nobody can tell where a body ends: the answer is 400, and the connection is closed.",
    ),
    (
        "server/framing/te-empty",
        Should,
        "A field of codings that names none is no framing that anybody has defined; to take it as absent is lax.",
    ),
    (
        "server/framing/te-chunked-twice",
        Should,
        "A sender must not apply chunked twice; that a recipient has to mind is not said.",
    ),
    (
        "server/framing/te-chunked-param",
        Should,
        "chunked has no parameters, and those that are there should be an error.",
    ),
    (
        "server/framing/te-chunked-bad",
        Should,
        "What breaks the grammar should be answered with 400, in a body as well; an upgrade waits for the end of the body.",
    ),
    (
        "server/framing/te-chunked-huge",
        Should,
        "A size of a chunk beyond all integers is not to be wrapped: such a request is refused, or its body waited for.",
    ),
    (
        "server/framing/te-space",
        Security,
        "White space between a name and its colon is answered with 400: whoever lets it in may see another framing than the next in line.",
    ),
    (
        "server/framing/cl-and",
        Security,
        "Both kinds of framing are a sign of smuggling: the connection is closed behind the answer, so there is no upgrade.",
    ),
    (
        "server/framing/te-and",
        Security,
        "Both kinds of framing are a sign of smuggling: the connection is closed behind the answer, so there is no upgrade.",
    ),
    (
        "server/framing/post",
        Must,
        "A handshake is a GET, and the body of what is refused is no request.",
    ),
    ("server/framing/no-key", Must, "A request without a key is no handshake."),
    (
        "server/framing/1.0",
        Information,
        "What a server makes of an upgrade in HTTP/1.0 is asked in server/version/1.0.",
    ),
    ("server/framing/plain", Must, "A request that asks for no upgrade gets none."),
    (
        "server/framing/get-hidden",
        Information,
        "A GET with a body may be refused or taken; what would be smuggling is to take the body for the next request.",
    ),
    ("server/expect/", Should, "Who expects 100 gets it, or a final answer."),
    (
        "server/expect/1.0",
        Information,
        "What a server makes of an upgrade in HTTP/1.0 is asked in server/version/1.0.",
    ),
    ("server/expect/head-open", Must, "Nothing is answered before the head is complete."),
    (
        "server/protocol/",
        Should,
        "The server chooses one of the subprotocols that were offered, or none.",
    ),
    (
        "server/protocol/bad",
        Information,
        "Names of subprotocols are tokens; a server may refuse a list with others, or pass them over.",
    ),
    (
        "server/protocol/empty",
        Information,
        "A list without a member may be refused, or be as good as none.",
    ),
    (
        "server/protocol/only",
        Information,
        "A list without a member may be refused, or be as good as none.",
    ),
    ("server/origin/", Security, "Pages of other origins are refused where only some are let in."),
    ("server/origin/listed", Robustness, "An origin is let in however its list is spelled."),
    (
        "server/origin/listed-slash-other",
        Security,
        "Pages of other origins are refused where only some are let in.",
    ),
    (
        "server/origin/listed-other-port",
        Security,
        "Pages of other origins are refused where only some are let in.",
    ),
    ("server/origin/required-there", Robustness, "An origin that is let in is let in."),
    (
        "server/origin/same",
        Robustness,
        "A page of the same origin is let in, and so is who is no page.",
    ),
    (
        "server/origin/same-not",
        Security,
        "Pages of other origins are refused where only the same is let in.",
    ),
    ("server/origin/same-required", Security, "Who has to say an origin and does not is refused."),
    (
        "server/deflate/",
        Should,
        "An offer that cannot be met is declined, and the handshake goes on without it or with the next; what is answered fits an offer.",
    ),
    (
        "server/deflate/malformed",
        Must,
        "A list of extensions that breaks the grammar fails the handshake, where extensions are negotiated.",
    ),
    (
        "server/deflate/space-around",
        Information,
        "White space around an equals sign was implied once.",
    ),
    ("server/deflate/cfg-", Should, "What is answered fits an offer and the settings."),
];
