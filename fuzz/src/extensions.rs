//! Any lines as Sec-WebSocket-Extensions, of a request and of an answer: how the list is cut into lines does not
//! matter, nor what else it names; what is agreed upon is within what either side allows, and means the same
//! when it is written down. The first two octets are the parameters of both sides.

use http::{Response, header::SEC_WEBSOCKET_EXTENSIONS};
use ws_core::{
    ClientConfig, ClientWindow, DeflateConfig, DeflateOffer, DeflateParams, ServerConfig,
    connect_request, respond,
};

use crate::{
    asking::asking,
    input::{Input, lines},
};

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (bits, flags) = (input.byte(), input.byte());
    let lines: Vec<_> = lines(input.rest()).collect();
    offer(bits, flags, &lines);
    answer(bits, flags, &lines);
}

fn offer(bits: u8, flags: u8, lines: &[&[u8]]) {
    let (server_bits, client_bits) = (9 + (bits & 7) % 7, 9 + (bits >> 4 & 7) % 7);
    let deflate = DeflateConfig::new()
        .server_max_window_bits(server_bits)
        .client_max_window_bits(client_bits)
        .server_no_context_takeover(flags & 1 != 0)
        .client_no_context_takeover(flags & 2 != 0);
    let config = ServerConfig::new().deflate(deflate);
    let asked = |lines: &[&[u8]]| {
        let mut request = asking("h");
        for line in lines {
            request = request.header(SEC_WEBSOCKET_EXTENSIONS, *line);
        }
        // Some octets cannot stand in a field.
        let request = request.body(()).ok()?;
        let answered = respond(&request, &config);
        Some(match answered {
            Ok((response, negotiated)) => {
                let named = response.headers().get(SEC_WEBSOCKET_EXTENSIONS);
                let named = named.map(|it| it.to_str().expect("ASCII").to_owned());
                assert_eq!(named, negotiated.extensions());
                Ok(negotiated.deflate().copied())
            }
            Err(rejection) => Err(rejection.rule()),
        })
    };
    let Some(agreed) = asked(lines) else { return };
    if let Ok(Some(params)) = &agreed {
        assert_eq!(params.to_string().parse().as_ref(), Ok(params));
        assert!((9..=server_bits).contains(&params.server_max_window_bits), "{params}");
        assert!((8..=client_bits).contains(&params.client_max_window_bits), "{params}");
        assert!(params.server_no_context_takeover || flags & 1 == 0, "{params}");
        assert!(params.client_no_context_takeover || flags & 2 == 0, "{params}");
    }
    // One line is as good as several, and what nobody knows is passed over.
    let joined = lines.join(&b","[..]);
    assert_eq!(asked(&[&joined]).as_ref(), Some(&agreed), "joined");
    let with_others = [&b"x-one"[..], &joined, b"x-two; a=\"b\"; c"].join(&b", "[..]);
    let expected = match &agreed {
        // It was empty.
        Err(_) if joined.iter().all(|byte| b" \t,".contains(byte)) => Ok(None),
        agreed => *agreed,
    };
    assert_eq!(asked(&[&with_others]), Some(expected), "with others");
}

fn answer(bits: u8, flags: u8, lines: &[&[u8]]) {
    let hint = 9 + (bits >> 4 & 7) % 7;
    let window = [ClientWindow::Omitted, ClientWindow::Any, ClientWindow::Bits(hint)];
    let server_bits = (flags & 4 != 0).then_some(9 + (bits & 7) % 7);
    let offer = DeflateOffer::new()
        .server_max_window_bits(server_bits)
        .client_max_window_bits(window[usize::from(flags >> 4) % window.len()])
        .server_no_context_takeover(flags & 1 != 0)
        .client_no_context_takeover(flags & 2 != 0);
    // In HTTP/2 there is no key, so that an answer can be written down.
    let config = ClientConfig::new().deflate(offer);
    let (_, verifier) = connect_request(&config, "ws", "h", "/").expect("it can be asked");
    let answered = |lines: &[&[u8]]| {
        let mut response = Response::builder().version(http::Version::HTTP_2);
        for line in lines {
            response = response.header(SEC_WEBSOCKET_EXTENSIONS, *line);
        }
        let response = response.body(()).ok()?;
        let verified = verifier.verify(&response);
        Some(verified.map(|it| it.deflate().copied()).map_err(|error| error.name()))
    };
    let Some(agreed) = answered(lines) else { return };
    if let Ok(Some(params)) = &agreed {
        let DeflateParams { server_max_window_bits, client_max_window_bits, .. } = *params;
        assert!(server_max_window_bits <= server_bits.unwrap_or(15), "{params}");
        assert!((9..=15).contains(&client_max_window_bits), "{params}");
        assert!(params.server_no_context_takeover || flags & 1 == 0, "{params}");
        assert!(params.client_no_context_takeover || flags & 2 == 0, "{params}");
    }
    let joined = lines.join(&b","[..]);
    assert_eq!(answered(&[&joined]), Some(agreed), "joined");
    let with_another = [&joined[..], b"x-other"].join(&b","[..]);
    assert!(answered(&[&with_another]).is_some_and(|it| it.is_err()), "nobody offered that");
}
