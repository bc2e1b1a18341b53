//! Texts of one line or a few: URLs, references, proxies, dates, credentials, origins.

use crate::Seeds;

pub(crate) fn add(seeds: &mut Seeds) {
    for (target, inputs) in [
        ("url", URLS),
        ("redirect", REDIRECTS),
        ("proxy_rules", PROXY_RULES),
        ("retry_after", RETRY_AFTER),
        ("credentials", CREDENTIALS),
        ("origin", ORIGINS),
    ] {
        for input in inputs {
            seeds.add(target, input);
        }
    }
    for (kind, answer) in PROXY_ANSWERS {
        for how in 0..2 {
            seeds.add("proxy", [&[*kind, how][..], answer].concat());
        }
    }
}

const URLS: &[&str] = &[
    "ws://h",
    "wss://ws.example/chat?room=7#top",
    "WS://Ada:secret%21@[2001:DB8::1]:8080/a%2Fb",
    "wss://xn--bcher-kva.example:443/",
    "ws://b\u{fc}cher.example/\u{e9}?\u{e9}",
    "ws://192.0.2.1:80",
    "ws://0x7f.1/",
    "ws://h:65536",
    "ws://h:00080/",
    "ws://[fe80::1%25eth0]/",
    "ws://[::ffff:192.0.2.1]/",
    "ws://a%41b.example/",
    "http://h/\\a",
    "ws:h",
    "ws:///h",
    "ws://@h",
    "ws://u:@h/?",
    "ws://h/a b",
    "ws://h\t/",
    "ws://a_b.example./../x/./y",
];

const REDIRECTS: &[&str] = &[
    "ws://h/a/b?c\n/d",
    "ws://h/a/b?c\n../d?e#f",
    "wss://h/a\n//other.example:8443/x",
    "wss://ada:secret@h/a\nws://h/a",
    "ws://h/a\nhttps://h/a",
    "ws://h/a\n?x",
    "ws://h/a\n#x",
    "ws://h/a\n",
    "ws://h/a\nhttps:x",
    "ws://h/a\n\\\\other",
    "ws://h/a\nftp://h",
    "ws://h/a;b\n./../..//c/%2e%2e/d",
    "ws://ada@h/\nws://bob:x@h/",
    "ws://h/a\n///h",
];

const PROXY_RULES: &[&str] = &[
    "ws://ws.example\nlocalhost,.example\nhttp://proxy:3128\n",
    "wss://ws.example:8443/\n*.example:8443, 10.0.0.0/8\n\n\nsocks5h://ada:secret@p:1080",
    "ws://192.0.2.7\n192.0.2.0/24,[::1]\nsocks4://p",
    "ws://[2001:db8::1]\n2001:db8::/32\nsocks5://p",
    "ws://h\n*\nhttp://p",
    "ws://h\n\nhttps://u%40:p%3a@[::1]:8080/",
    "ws://h\n\n\np:3128",
    "ws://h\n\n\n\n\n\n\n\n\n\nGET",
    "ws://h\n h , H2 ,\nhttp://p:99999",
    "ws://h\n\nsocks4a://user@p",
];

const RETRY_AFTER: &[&str] = &[
    "120",
    "0",
    "18446744073709551616",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "Tue, 29 Feb 2000 00:00:00 GMT",
    "Fri, 31 Dec 2038 23:59:60 GMT",
    "Sat Jan  1 00:00:00 2000",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "1.5",
];

const CREDENTIALS: &[&str] = &[
    "ada\nlovelace\nBasic YWRhOmxvdmVsYWNl",
    "ada\nlovelace\nbasic  YWRhOmxvdmVsYWNl",
    "ada\nlovelace\nBearer YWRhOmxvdmVsYWNl",
    "ada\nlovelace\nBasic YWRhOmxvdmVsYWNs",
    "a:b\nc\nBasic YTpiOmM=",
    "\n\nBasic Og==",
    "\u{e9}\"\\\n\u{20ac}\nBasic w6kiXDrigqw=",
    "a\nb\nBasic",
];

const ORIGINS: &[&str] = &[
    "https://app.example\nhttps://app.example\napp.example",
    "HTTPS://App.Example:443/\nhttps://app.example\nws.example",
    "http://h:8080\nhttp://h:8080\nh:8080",
    "http://[::1]\nhttp://[::1]\n[::1]",
    "http://[0:0::1]:80\nhttp://[::1]\n[::1]:80",
    "null\nnull\nh",
    "http://192.0.2.1\nhttp://192.0.2.1\n192.0.2.1:80",
    "chrome-extension://abc\nchrome-extension://abc\nh",
    "http://*.example\nhttp://a.example\na.example",
    "http://h/x\nhttp://u@h\nh",
];

/// What a proxy is, and what it answers.
const PROXY_ANSWERS: &[(u8, &[u8])] = &[
    (0, b"HTTP/1.1 200 Connection established\r\n\r\n\x81\x01a"),
    (0, b"HTTP/1.0 200 OK\r\nProxy-Agent: x\r\n\r\n"),
    (1, b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 4\r\n\r\nnone"),
    (1, b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
    (2, b"HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nno\r\n0\r\nA: b\r\n\r\n"),
    (0, b"HTTP/1.1 403 Forbidden\r\n\r\nto the end"),
    (0, b"SSH-2.0-x\r\n"),
    (3, b"\0\x5a\0\0\0\0\0\0\x81\0"),
    (3, b"\0\x5b\0\0\0\0\0\0"),
    (4, b"\0\x5c\0\0\0\0\0\0"),
    (4, b"\0\x5d\0\0\0\0\0\0"),
    (5, b"\x05\0\x05\0\0\x01\xc0\0\x02\x01\x01\xbb\x81\0"),
    (5, b"\x05\xff"),
    (6, b"\x05\x02\x01\0\x05\0\0\x03\x04host\x01\xbb"),
    (6, b"\x05\x02\x01\x01"),
    (7, b"\x05\0\x05\x04\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    (8, b"\x05\0\x05\x08\0\x01\0\0\0\0\0\0"),
    (8, b"\x04\0"),
];
