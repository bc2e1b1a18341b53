//! Our URLs next to those of the crate `url`, which are the URL standard's. Where they differ is listed,
//! with the reason.

use std::collections::BTreeSet;

use ws_core::{ClientConfig, Url, upgrade_request};

/// What matters about a URL: Host, port, target, user name and password.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    host: String,
    port: u16,
    target: String,
    user_info: Option<(String, String)>,
}

/// Ours, if a handshake with it begins.
fn ours(text: &str) -> Option<Parts> {
    let url = Url::parse(text).ok()?;
    let config = match url.user_info() {
        Some((user, password)) => ClientConfig::new().user_info(user, password),
        None => ClientConfig::new(),
    };
    let (request, _) = upgrade_request(&config, url.host_field(), url.target()).ok()?;
    let host = url.host_field().strip_suffix(&format!(":{}", url.port()));
    Some(Parts {
        host: host.unwrap_or(url.host_field()).to_owned(),
        port: url.port(),
        target: request.uri().to_string(),
        user_info: url.user_info().map(|(user, password)| (user.to_owned(), password.to_owned())),
    })
}

/// Theirs, if its scheme is one of ours.
fn theirs(text: &str) -> Option<Parts> {
    let url = url::Url::parse(text).ok().filter(|url| ["ws", "wss"].contains(&url.scheme()))?;
    let mut target = url.path().to_owned();
    if let Some(query) = url.query() {
        target.push('?');
        target.push_str(query);
    }
    let (user, password) = (url.username(), url.password().unwrap_or_default());
    let user_info = !(user.is_empty() && password.is_empty());
    Some(Parts {
        host: url.host_str()?.to_owned(),
        port: url.port_or_known_default()?,
        target,
        user_info: user_info.then(|| (decoded(user), decoded(password))),
    })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        let hex = behind.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *byte == b'%') {
            Some(decoded) => (bytes.push(decoded), rest = &behind[2..]),
            None => (bytes.push(*byte), rest = behind),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The same to both, taken or refused.
#[rustfmt::skip]
const AGREED: &[&str] = &[
    // Schemes.
    "", "h", "ws", "ws:", "wss:", "://h/", "ws:?h", "ws:#h", "//h/", "/h", "?", "#", "ws//h", "h:80", "127.0.0.1",
    "127.0.0.1:80/", "[::1]:80", "localhost:80/x", "http:h", "mailto:a@h", "ftp://h/", "file:///x",
    "wsx://h/", "w-s://h/", "ws+unix://h/", "1ws://h/", "-ws://h/", "w s://h/", "w\u{e9}://h/",
    "WS://h/", "Ws://h/", "wSs://h/", "WSS://h/", "ws://h", "wss://h", "ws://h/", "wss://h/",
    // Hosts.
    "ws://", "wss://", "ws://?", "ws://#", "ws://:80", "ws://:80/", "ws://:/", "ws://@", "ws://@/",
    "ws://u@", "ws://u:p@/", "ws://u@:80/", "ws://a.b.c/", "ws://A.B.C/", "ws://LOCALHOST/",
    "ws://a/", "ws://a./", "ws://a.b./", "ws://-/", "ws://-a/", "ws://a-/", "ws://a--b/",
    "ws://_/", "ws://a_b/", "ws://~/", "ws://a~b/", "ws://a!b/", "ws://a$b/", "ws://a&b/",
    "ws://a'b/", "ws://a(b)/", "ws://a*b/", "ws://*/", "ws://a+b/", "ws://a,b/", "ws://a;b/",
    "ws://a=b/", "ws://a..b/", "ws://.a/", "ws://a b/", "ws:// /", "ws://a^b/", "ws://a|b/",
    "ws://a<b/", "ws://a>b/", "ws://a%b/", "ws://a%/", "ws://%/", "ws://a\u{0}b/",
    "ws://a\u{1}b/", "ws://a\u{7f}b/", "ws://a]b/", "ws://]/", "ws://a[b/", "ws://a[::1]/",
    "ws://%61/", "ws://%41/", "ws://a%2eb/", "ws://%2e/", "ws://a%2Fb/", "ws://a%3A80/",
    "ws://a%40b/", "ws://a%20b/", "ws://a%00b/", "ws://a%0ab/", "ws://a%5Bb/", "ws://a%5cb/",
    "ws://a%7Fb/", "ws://%2561/", "ws://a%2/", "ws://a%zz/", "ws://%ff/", "ws://a%80/",
    "ws://%31%32%37.1/", "ws://1%2e1/", "ws://0%78f/",
    "ws://xn--lwen-5qa.example/", "ws://XN--LWEN-5QA.example/",
    // Addresses of four bytes.
    "ws://1/", "ws://0/", "ws://00/", "ws://0x/", "ws://0X/", "ws://0xg/", "ws://0x1g/", "ws://08/",
    "ws://1.2/", "ws://1.2.3/", "ws://1.2.3.4/", "ws://1.2.3.4./", "ws://1.2.3.4../",
    "ws://1.2.3.4.5/", "ws://1.2.3.4.5.6/", "ws://.1/", "ws://1./", "ws://1../", "ws://1..2/",
    "ws://..1/", "ws://1.2.3.a/", "ws://a.1/", "ws://a.0x1/", "ws://a.1a/", "ws://a.0xz/",
    "ws://a.09/", "ws://255.255.255.255/", "ws://255.255.255.256/", "ws://256.1.1.1/",
    "ws://1.256.1.1/", "ws://1.1.65535/", "ws://1.1.65536/", "ws://1.16777215/",
    "ws://1.16777216/", "ws://4294967295/", "ws://4294967296/", "ws://99999999999999999999999/",
    "ws://0xffffffff/", "ws://0x100000000/", "ws://0x7f.1/", "ws://0X7F.1/", "ws://0177.0.0.01/",
    "ws://0377.0400/", "ws://037777777777/", "ws://040000000000/", "ws://0x7F000001/",
    "ws://1.2.3.-4/", "ws://1.2.3.+4/", "ws://+1/", "ws://-1/", "ws://1e1/", "ws://0.0.0.0/",
    "ws://127.0.0.1:81/", "ws://127.1:81/", "ws://0x.0x.0x.0x/", "ws://1.0x./",
    "ws://1.2.3.4.0/", "ws://0.0.0.0.0/",
    // Addresses of sixteen bytes.
    "ws://[]", "ws://[]/", "ws://[]:80/", "ws://[", "ws://[/", "ws://[::1", "ws://[::1/",
    "ws://[:]/", "ws://[::]/", "ws://[:::]/", "ws://[::1]/", "ws://[::1]", "ws://[::1]:/",
    "ws://[::1]:81/", "ws://[::1]81/", "ws://[::1]x/", "ws://[::1]]/", "ws://[[::1]]/",
    "ws://[::1]:81:82/", "ws://[1]/", "ws://[1:2:3:4:5:6:7:8]/", "ws://[1:2:3:4:5:6:7]/",
    "ws://[1:2:3:4:5:6:7:8:9]/", "ws://[1:2:3:4:5:6:7::]/", "ws://[::2:3:4:5:6:7:8]/",
    "ws://[1::3:4:5:6:7:8]/", "ws://[1:2:3:4::5:6:7:8]/", "ws://[1::2::3]/", "ws://[12345::]/",
    "ws://[0001::]/", "ws://[00001::]/", "ws://[g::]/", "ws://[ABCD::EF]/", "ws://[0:0::1]/",
    "ws://[0:0:0:0:0:0:0:0]/", "ws://[1:0:0:2:0:0:0:3]/", "ws://[1:0:2:0:3:0:4:0]/",
    "ws://[1:0:0:2:0:0:3:4]/", "ws://[::1.2.3.4]/", "ws://[::ffff:1.2.3.4]/",
    "ws://[::ffff:102:304]/", "ws://[64:ff9b::1.2.3.4]/", "ws://[1:2:3:4:5:6:1.2.3.4]/",
    "ws://[1:2:3:4:5:6:7:1.2.3.4]/", "ws://[::1.2.3]/", "ws://[::1.2.3.256]/",
    "ws://[::1.2.3.04]/", "ws://[::1.2.3.4.5]/", "ws://[1.2.3.4]/", "ws://[1.2.3.4::]/",
    "ws://[::1.2.3.4:5]/", "ws://[:1]/", "ws://[1:]/", "ws://[1:::2]/", "ws://[::-1]/",
    "ws://[::+1]/", "ws://[::0x1]/", "ws://[ ::1]/", "ws://[::1 ]/", "ws://[v1.a]/",
    "ws://[vf.a:b]/", "ws://[h]/", "ws://[%3a%3a1]/", "ws://[::1%]/", "ws://[fe80::1%25]/",
    "ws://[fe80::1%eth0]/", "ws://[fe80::1%2]/", "ws://[fe80::1%25e th]/", "ws://[::1%00]/",
    "ws://u@[::1]/", "ws://u:p@[::1]:81/", "ws://[::1]@h/", "ws://[u]:[p]@h/",
    // Ports.
    "ws://h:/", "ws://h:", "ws://h:80/", "ws://h:443/", "wss://h:443/", "wss://h:80/", "ws://h:1/",
    "ws://h:65535/", "ws://h:65536/", "ws://h:99999/", "ws://h:4294967376/", "ws://h:00080/",
    "ws://h:0000000000000000000080/", "ws://h:081/", "ws://h:x/", "ws://h:8x/", "ws://h:x8/",
    "ws://h:-1/", "ws://h:+1/", "ws://h: 80/", "ws://h:80 /", "ws://h:8 0/", "ws://h:0x50/",
    "ws://h:8.0/", "ws://h:%38%30/", "ws://h:\u{661}/", "ws://h::/", "ws://h::80/", "ws://h:80:/",
    "ws://h:80:80/", "ws://1:80:", "ws://1:2:3:4/", "ws://::1/", "ws://h:81?q", "ws://h:81#f",
    "ws://h:81@/", "ws://h:81@i/", "ws://h:81@i:82/",
    // User names and passwords.
    "ws://u@h/", "ws://u:@h/", "ws://:p@h/", "ws://@h/", "ws://:@h/", "ws://u:p@h/",
    "ws://u:p:q@h/", "ws://u::@h/", "ws://u@v@h/", "ws://u:p@v@h/", "ws://u@v:p@h/", "ws://@@h/",
    "ws://u%40v@h/", "ws://u:%3A@h/", "ws://u:%41@h/", "ws://u:%@h/", "ws://u:%4@h/",
    "ws://u:%zz@h/", "ws://u:%C3%A9@h/", "ws://\u{e9}:\u{4e2d}@h/", "ws://u p:q r@h/",
    "ws://u!$&'()*+,;=-._~:p!$&'()*+,;=-._~@h/", "ws://\"<>`{|}^[]:\"<>`{|}^[]@h/",
    "ws://u:p@h:81/", "ws://u:p@h:81", "ws://u:p@h?q", "ws://u:p@h#f", "ws://u/p@h/",
    "ws://u?p@h/", "ws://u#p@h/", "ws://u:1/p@h/", "ws://u:p/q@h/", "ws://u:p?q@h/",
    "ws://u:p#q@h/", "ws://h/@", "ws://h/u:p@i", "ws://h?u@i", "ws://h#u@i", "WS://U:P@H/",
    // Path, query, fragment.
    "ws://h/a", "ws://h/a/", "ws://h//", "ws://h//a", "ws://h///a//b", "ws://h/a//b/", "ws://h/a;b",
    "ws://h/a:b", "ws://h/:80", "ws://h/a=b&c", "ws://h/!$&'()*+,;=-._~:@", "ws://h/[a]",
    "ws://h/a|b", "ws://h/a^b", "ws://h/a%20b", "ws://h/%", "ws://h/%4", "ws://h/%zz", "ws://h/%41", "ws://h/%2f",
    "ws://h/%00", "ws://h/%c3%a9", "ws://h/\u{e9}", "ws://h/\u{4e2d}\u{6587}", "ws://h/\u{1f600}",
    "ws://h/e\u{301}", "ws://h/\u{80}", "ws://h/\u{a0}", "ws://h/\u{200b}", "ws://h/\u{fffd}",
    "ws://h/\u{ffff}", "ws://h/\u{10ffff}", "ws://h/\u{202e}a", "ws://h/a.", "ws://h/.a",
    "ws://h/..a", "ws://h/a..", "ws://h/...", "ws://h/a/...", "ws://h/a.b/c", "ws://h?", "ws://h/?",
    "ws://h?a", "ws://h/?a", "ws://h/?a=b&c=d", "ws://h/??", "ws://h/?a?b", "ws://h/?/", "ws://h?/a",
    "ws://h?a/b", "ws://h/?..", "ws://h/?/../", "ws://h/?a%20b", "ws://h/?%", "ws://h/?%zz",
    "ws://h/?dir=C:\\temp", "ws://h/?[]", "ws://h/?`{|}^", "ws://h/?\u{e9}", "ws://h/?\u{4e2d}=1",
    "ws://h/?\u{1f600}", "ws://h/?\u{a0}", "ws://h/?a+b", "ws://h/?ws://i/", "ws://h/ws://i/",
    "ws://h#", "ws://h/#", "ws://h/a#", "ws://h#a", "ws://h/a#b", "ws://h/a?b#c", "ws://h/#a?b",
    "ws://h/a#b#c", "ws://h#/a", "ws://h/##", "ws://h/#\u{e9}", "ws://h/# ", "ws://h/#a b\"",
    "ws://h/a?#", "ws://h?#a", "ws://h#?a", "ws://h/a%23b", "ws://h/a%3Fb",
];

/// Where ours are not those of the URL standard.
#[rustfmt::skip]
const DIFFERENCES: &[(&str, &[&str])] = &[
    (
        "The URL standard mends what people type into an address bar. \"The \"ws\" and \"wss\" URI \
         schemes\" are \"://\" and a host (RFC 6455 3), and a program that has something else has a \
         mistake in it.",
        &[
            "ws:h", "ws:h/", "wss:h:80/x", "ws:/h", "ws:/h/", "ws:///h", "ws:///h/", "ws:////h/",
            "ws:\\\\h\\", "ws:/\\h/", "ws:\\/h", "ws://\\h/", "ws:u:p@h/", "ws:[::1]", "ws:1",
            "ws:///path", "ws:///@h/",
        ],
    ),
    (
        "Spaces and control characters around, tabs and line ends anywhere: the URL standard drops \
         them. A line end in a URL is a sign of an attack on the request.",
        &[
            " ws://h/", "ws://h/ ", "\tws://h/", "ws://h/\n", "\u{0}ws://h/", "ws://h/\u{1f}",
            "w\ts://h/", "ws:\n//h/", "ws://a\tb/", "ws://a\nb/", "ws://h\r\n/", "ws://h:8\t0/",
            "ws://h/\r\nX: y", "ws://h/a\tb", "ws://h/?a\nb", "ws://u\t@h/", "ws://u:p\n@h/",
            "ws://[::\t1]/", "ws://h\t", " ws://h", "ws://h ",
        ],
    ),
    (
        "A backslash outside of a query is a slash to browsers, and something else to nearly all \
         others: which host it is must not depend on that.",
        &[
            "ws://h\\", "ws://h\\a", "ws://h\\@i/", "ws://u\\@h/", "ws://u:81\\@h/", "ws://h:80\\x",
            "ws://h/a\\b", "ws://h/\\", "ws://h/..\\a", "ws://h\\?a", "ws://[::1]\\a",
        ],
    ),
    (
        "Characters that no URI has (RFC 3986) are encoded by the URL standard. From a program they \
         are a mistake, and those that the RFC reserves for delimiting URLs in text more so.",
        &[
            "ws://h/a b", "ws://h/a\"b", "ws://h/<a>", "ws://h/a`b", "ws://h/\u{7f}",
            "ws://h/\u{1}", "ws://h/?a b", "ws://h/?\"", "ws://h/?<a>", "ws://h/?\u{7f}", "ws://h/?a #b",
            "ws://h/a #b",
        ],
    ),
    (
        "These the URL standard encodes too. Servers of either kind take them as they are.",
        &["ws://h/{a}", "ws://h/{}", "ws://h/?o'hara", "ws://h/?'"],
    ),
    (
        "\"/resource name/\" is path and query of the URL (RFC 6455 3), and dots are a matter of \
         resolving references (RFC 3986 5.2.4), which these are not: they are sent as they stand.",
        &[
            "ws://h/.", "ws://h/..", "ws://h/./", "ws://h/../", "ws://h/a/.", "ws://h/a/..",
            "ws://h/a/../b", "ws://h/a/./b", "ws://h/%2e", "ws://h/%2E%2e/a", "ws://h/.%2e/",
            "ws://h/a/b/../../../c", "ws://h/..//a", "ws://h/../a?b",
        ],
    ),
    ("Nobody can connect to port 0.", &["ws://h:0/", "ws://h:000/", "ws://[::1]:0/", "ws://u@h:0"]),
    (
        "Host has no such characters (RFC 9110 7.2, RFC 3986 3.2.2); the URL standard leaves them.",
        &["ws://a\"b/", "ws://a`b/", "ws://a{b}/", "ws://a%22b/", "ws://%7B/", "ws://%60/"],
    ),
    (
        "The URL standard has no zones, since pages should not know of them. Programs do (RFC 6874).",
        &["ws://[fe80::1%25eth0]/", "ws://[fe80::1%251]:81/", "ws://u@[FE80::1%25a-b._~%2F]/"],
    ),
    (
        "\"The user-id and password MUST NOT contain any control characters\", \"a user-id containing \
         a colon character is invalid\" (RFC 7617 2), and octets without an encoding cannot be text.",
        &[
            "ws://u%3Av@h/", "ws://u%3A@h/", "ws://u:%0A@h/", "ws://u%00@h/", "ws://u:%7f@h/",
            "ws://u:%c2%80@h/", "ws://%ff@h/", "ws://u:%80@h/", "ws://u\u{1}@h/", "ws://u:p\u{7f}@h/",
        ],
    ),
    (
        "A label in Punycode is looked up as it stands; whether it decodes is for the feature `idna`, \
         and what the feature does must not depend on names without it.",
        &["ws://xn--/", "ws://xn--a/", "ws://xn--lwen-5qa-/", "ws://xn--zn7c.com/"],
    ),
];

/// Hosts of more than ASCII; the same to both with the feature `idna`, and refused without it.
#[rustfmt::skip]
const INTERNATIONAL: &[&str] = &[
    "ws://l\u{f6}wen.example/", "ws://L\u{d6}WEN.example/", "ws://l%C3%B6wen.example/",
    "ws://lo\u{308}wen.example:81/", "ws://fa\u{df}.de/", "ws://\u{4e2d}\u{56fd}/",
    "ws://\u{4e2d}\u{3002}\u{56fd}/", "ws://\u{ff11}\u{ff12}\u{ff17}.1/", "ws://\u{2460}/",
    "ws://\u{1f600}.example/", "ws://a\u{ad}b/", "ws://\u{ad}/", "ws://\u{200b}/", "ws://a\u{200d}b/",
    "ws://\u{fffd}/", "ws://\u{ff05}41/", "ws://\u{ff0f}/", "ws://a\u{ff1a}80/", "ws://\u{3c2}/",
    "ws://xn--\u{e9}/", "ws://xn--lwen-5qa.\u{e9}/", "ws://\u{5d0}\u{5d1}.example/",
    "ws://\u{5d0}a/", "ws://\u{301}a/", "ws://u:p@\u{e9}.example:81/\u{e9}?\u{e9}#\u{e9}",
    "ws://-\u{e9}-/", "ws://\u{e9}_/", "ws://\u{212a}/", "ws://\u{130}/", "ws://\u{10ffff}/",
];

#[test]
fn both_say_the_same() {
    for text in AGREED {
        assert_eq!(ours(text), theirs(text), "{text:?}");
    }
}

#[test]
fn every_difference_is_one() {
    for (reason, urls) in DIFFERENCES {
        let same = urls.iter().filter(|text| ours(text) == theirs(text));
        assert!(same.clone().next().is_none(), "{:?}: {reason}", same.collect::<Vec<_>>());
    }
}

#[test]
fn international_hosts() {
    for text in INTERNATIONAL {
        if cfg!(feature = "idna") {
            assert_eq!(ours(text), theirs(text), "{text:?}");
        } else {
            assert_eq!(ours(text), None, "{text:?}");
        }
    }
}

/// Whatever we take, a browser takes, and it leads to the same host. Zones it has none.
#[test]
fn no_url_leads_elsewhere() {
    const PIECES: [&str; 40] = [
        "a", "b.c", "1", "127", "0x", "0", "256", ".", "..", "-", "_", "%", "%41", "%2e", "%00",
        "%31", "%C3%A9", "[", "]", "::", ":", "80", ":443", "@", "u:p@", "/", "//", "\\", "?", "#",
        " ", "\t", "\n", "\0", "\u{e9}", "\u{ff11}", "\u{3002}", "'", "^", "\"",
    ];
    let mut state = 1_u64;
    let mut random = |below: usize| {
        // Knuth's generator; its high bits are good enough.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut taken = 0;
    for _ in 0..100_000 {
        let scheme = ["ws://", "ws://", "WSS://", "ws:/"][random(4)];
        let text = (0..=random(7)).fold(scheme.to_owned(), |text, _| text + PIECES[random(40)]);
        let Some(ours) = ours(&text) else { continue };
        taken += 1;
        let theirs = theirs(&text);
        let place = |parts: Parts| (parts.host, parts.port, parts.user_info);
        assert_eq!(Some(place(ours)), theirs.map(place), "{text:?}");
    }
    assert!(taken > 1000, "{taken}");
}

/// A few hundred, each once.
#[test]
fn there_are_enough() {
    let all =
        AGREED.iter().chain(DIFFERENCES.iter().flat_map(|(_, urls)| *urls)).chain(INTERNATIONAL);
    let count = all.clone().count();
    assert_eq!(all.collect::<BTreeSet<_>>().len(), count);
    assert!(count > 500, "{count}");
}
