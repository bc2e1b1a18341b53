//! The command line.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use lexopt::{Arg, Error, Parser, ValueExt};
use ws_core::{BackoffConfig, Lenient, Message, Role, ServerConfig, WebSocketConfig};

use crate::{
    deflate::Compression,
    dialling::Dialling,
    hex,
    runtimes::Runtime,
    tls::{Identity, ServerTls},
    usage,
};

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Print this text.
    Print(&'static str),
    Matrix,
    Serve(ServeOptions),
    Connect(ConnectOptions),
    AutobahnClient(AutobahnOptions),
    Vectors(VectorsOptions),
}

/// How to serve.
#[derive(Debug)]
pub(crate) struct ServeOptions {
    pub(crate) runtime: Runtime,
    pub(crate) addr: String,
    /// `None` without TLS.
    pub(crate) tls: Option<ServerTls>,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) require_subprotocol: bool,
    pub(crate) origins: Vec<String>,
    /// User and password.
    pub(crate) basic_auth: Option<(String, String)>,
    pub(crate) compression: Compression,
    pub(crate) max_request_line_len: Option<usize>,
    pub(crate) max_head_len: Option<usize>,
    pub(crate) max_fields: Option<usize>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) keep_alive: bool,
    pub(crate) max_message_len: Option<usize>,
    pub(crate) max_frame_len: Option<usize>,
    /// `None` sends every message in one frame.
    pub(crate) fragment_len: Option<usize>,
    /// What is let in although the RFCs do not allow it.
    pub(crate) lenient: Lenient,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) ping_interval: Option<Duration>,
    /// In messages.
    pub(crate) close_after: Option<u64>,
}

/// How to connect, and where to.
#[derive(Debug)]
pub(crate) struct ConnectOptions {
    pub(crate) runtime: Runtime,
    pub(crate) url: String,
    /// The way there.
    pub(crate) dialling: Dialling,
    pub(crate) subprotocols: Vec<String>,
    /// Names and values.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) compression: Compression,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_message_len: Option<usize>,
    /// `None` sends every message in one frame.
    pub(crate) fragment_len: Option<usize>,
    /// What is let in although the RFCs do not allow it.
    pub(crate) lenient: Lenient,
    pub(crate) handshake_only: bool,
    /// Send back what comes, and nothing else.
    pub(crate) echo: bool,
    /// What to send, in this order.
    pub(crate) messages: Vec<Message>,
    /// Standard input is sent as one binary message.
    pub(crate) binary: bool,
    /// Every message needs a reply.
    pub(crate) expect_reply: bool,
    /// The silence of the server after which to close.
    pub(crate) wait: Option<Duration>,
    /// One session after the other.
    pub(crate) reconnecting: Option<BackoffConfig>,
    /// Print each step, and the head on a terminal, too.
    pub(crate) verbose: bool,
    /// Print messages only.
    pub(crate) quiet: bool,
}

impl ConnectOptions {
    /// Checks that no option is without effect.
    fn check(&self) -> Result<(), Error> {
        let sends = !self.messages.is_empty() || self.binary || self.expect_reply;
        if self.handshake_only && (sends || self.wait.is_some()) {
            return Err("with --handshake-only nothing is sent".into());
        }
        let ends = self.handshake_only || self.wait.is_some() || self.reconnecting.is_some();
        if self.echo && (sends || ends) {
            return Err(
                "with --echo nothing is sent but what comes, until the server closes".into()
            );
        }
        if self.binary && !self.messages.is_empty() {
            return Err("--binary is about standard input, which is not read with --send".into());
        }
        if self.verbose && self.quiet {
            return Err("it cannot be both --verbose and --quiet".into());
        }
        if self.reconnecting.is_some() && (self.handshake_only || self.binary || sends) {
            return Err("--reconnect is about lines of standard input: it goes with none of \
                        --handshake-only, --send, --binary and --expect-reply"
                .into());
        }
        self.dialling.check()?;
        self.compression.check()
    }

    /// What stands on the command line behind a URL.
    #[cfg(test)]
    pub(crate) fn of_args(args: &[&str]) -> Self {
        let args = ["connect", "ws://h"].iter().chain(args).map(OsString::from);
        match parse(args) {
            Ok(Command::Connect(options)) => options,
            other => panic!("{other:?}"),
        }
    }
}

/// Which server of the Autobahn suite to be tested by, and under which name.
#[derive(Debug)]
pub(crate) struct AutobahnOptions {
    pub(crate) runtime: Runtime,
    pub(crate) url: String,
    pub(crate) agent: String,
}

/// What to run the vectors over.
#[derive(Debug)]
pub(crate) struct VectorsOptions {
    pub(crate) folder: PathBuf,
    pub(crate) over: Over,
}

/// What the vectors are run over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// The core and every adapter.
    All,
    /// The core alone.
    Core,
    /// One adapter.
    Adapter(Runtime),
}

/// Reads the arguments behind the program's name.
///
/// # Errors
///
/// Says which argument is not understood, or which is missing.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Error> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    if args.is_empty() {
        return Err("there is no command".into());
    }
    let name = args.remove(0);
    let mut parser = Parser::from_args(args);
    match name.to_str() {
        Some("--help" | "-h" | "help") => Ok(Command::Print(usage::COMMANDS)),
        Some("--version" | "-V") => Ok(Command::Print(usage::VERSION)),
        Some("matrix") => matrix(&mut parser),
        Some("serve") => serve(&mut parser),
        Some("connect") => connect(&mut parser),
        Some("autobahn-client") => autobahn_client(&mut parser),
        Some("vectors") => vectors(&mut parser),
        _ => Err(format!("there is no command {name:?}").into()),
    }
}

fn matrix(parser: &mut Parser) -> Result<Command, Error> {
    match parser.next()? {
        None => Ok(Command::Matrix),
        Some(HELP | SHORT_HELP) => Ok(Command::Print(usage::MATRIX)),
        Some(other) => Err(other.unexpected()),
    }
}

fn serve(parser: &mut Parser) -> Result<Command, Error> {
    let mut options = ServeOptions {
        runtime: Runtime::default(),
        addr: ANY_PORT.to_owned(),
        tls: None,
        subprotocols: Vec::new(),
        require_subprotocol: false,
        origins: Vec::new(),
        basic_auth: None,
        compression: Compression::new(Role::Server),
        max_request_line_len: None,
        max_head_len: None,
        max_fields: None,
        timeout: None,
        keep_alive: false,
        max_message_len: None,
        max_frame_len: None,
        fragment_len: WebSocketConfig::default().fragment_len,
        lenient: Lenient::new(),
        idle_timeout: None,
        ping_interval: None,
        close_after: None,
    };
    let (mut chain, mut key, mut client_ca) = (None, None, None);
    while let Some(arg) = parser.next()? {
        match arg {
            HELP | SHORT_HELP => return Ok(Command::Print(usage::SERVE)),
            Arg::Long("runtime") => options.runtime = parser.value()?.parse()?,
            Arg::Long("addr") => options.addr = parser.value()?.string()?,
            Arg::Long("tls-cert") => chain = Some(parser.value()?.into()),
            Arg::Long("tls-key") => key = Some(parser.value()?.into()),
            Arg::Long("tls-client-ca") => client_ca = Some(parser.value()?.into()),
            Arg::Long("subprotocol") => options.subprotocols.push(parser.value()?.string()?),
            Arg::Long("require-subprotocol") => options.require_subprotocol = true,
            Arg::Long("origin") => options.origins.push(origin(parser)?),
            Arg::Long("basic-auth") => {
                options.basic_auth = Some(pair(parser, "--basic-auth takes USER:PASS")?);
            }
            Arg::Long("deflate") => options.compression.agree(parser)?,
            Arg::Long("no-context-takeover") => options.compression.forget_contexts(),
            Arg::Long("max-window-bits") => options.compression.limit_windows(parser)?,
            Arg::Long("deflate-level") => options.compression.level(parser)?,
            Arg::Long("min-deflate") => options.compression.min_len(parser)?,
            Arg::Long("max-request-line") => {
                options.max_request_line_len = Some(parser.value()?.parse()?);
            }
            Arg::Long("max-head") => options.max_head_len = Some(parser.value()?.parse()?),
            Arg::Long("max-headers") => options.max_fields = Some(parser.value()?.parse()?),
            Arg::Long("handshake-timeout-ms") => options.timeout = Some(milliseconds(parser)?),
            Arg::Long("keep-alive") => options.keep_alive = true,
            Arg::Long("max-message") => options.max_message_len = Some(parser.value()?.parse()?),
            Arg::Long("max-frame") => options.max_frame_len = Some(parser.value()?.parse()?),
            Arg::Long("fragment-len") => options.fragment_len = fragment_len(parser)?,
            Arg::Long("lenient") => {
                options.lenient = lenient(parser, options.lenient, Role::Server)?;
            }
            Arg::Long("idle-timeout-ms") => options.idle_timeout = Some(milliseconds(parser)?),
            Arg::Long("ping-interval-ms") => options.ping_interval = Some(milliseconds(parser)?),
            Arg::Long("close-after") => options.close_after = Some(parser.value()?.parse()?),
            other => return Err(other.unexpected()),
        }
    }
    options.compression.check()?;
    options.tls = match (chain, key, client_ca) {
        (Some(chain), Some(key), client_ca) => {
            Some(ServerTls { identity: Identity { chain, key }, client_ca })
        }
        (None, None, None) => None,
        (None, None, Some(_)) => {
            return Err("--tls-client-ca takes --tls-cert and --tls-key as well".into());
        }
        _ => return Err("--tls-cert and --tls-key belong together".into()),
    };
    Ok(Command::Serve(options))
}

fn connect(parser: &mut Parser) -> Result<Command, Error> {
    let mut url = None;
    let mut options = ConnectOptions {
        runtime: Runtime::default(),
        url: String::new(),
        dialling: Dialling::default(),
        subprotocols: Vec::new(),
        headers: Vec::new(),
        compression: Compression::new(Role::Client),
        timeout: None,
        max_message_len: None,
        fragment_len: WebSocketConfig::default().fragment_len,
        lenient: Lenient::new(),
        handshake_only: false,
        echo: false,
        messages: Vec::new(),
        binary: false,
        expect_reply: false,
        wait: None,
        reconnecting: None,
        verbose: false,
        quiet: false,
    };
    while let Some(arg) = parser.next()? {
        match arg {
            HELP | SHORT_HELP => return Ok(Command::Print(usage::CONNECT)),
            Arg::Long("runtime") => options.runtime = parser.value()?.parse()?,
            Arg::Long("ca") => options.dialling.trust(parser)?,
            Arg::Long("insecure") => options.dialling.trust_anybody(),
            Arg::Long("cert") => options.dialling.chain(parser)?,
            Arg::Long("key") => options.dialling.key(parser)?,
            Arg::Long("proxy") => options.dialling.proxy(parser)?,
            Arg::Long("proxy-from-env") => options.dialling.proxy_from_env(),
            Arg::Long("redirects") => options.dialling.redirects(parser)?,
            Arg::Long("resolve") => options.dialling.resolve(parser)?,
            Arg::Long("subprotocol") => options.subprotocols.push(parser.value()?.string()?),
            Arg::Long("header") => {
                let (name, value) = pair(parser, "--header takes 'Name: value'")?;
                options.headers.push((name, value.trim_start_matches([' ', '\t']).to_owned()));
            }
            Arg::Long("deflate") => options.compression.agree(parser)?,
            Arg::Long("no-context-takeover") => options.compression.forget_contexts(),
            Arg::Long("max-window-bits") => options.compression.limit_windows(parser)?,
            Arg::Long("deflate-level") => options.compression.level(parser)?,
            Arg::Long("min-deflate") => options.compression.min_len(parser)?,
            Arg::Long("timeout-ms") => options.timeout = Some(milliseconds(parser)?),
            Arg::Long("max-message") => options.max_message_len = Some(parser.value()?.parse()?),
            Arg::Long("fragment-len") => options.fragment_len = fragment_len(parser)?,
            Arg::Long("lenient") => {
                options.lenient = lenient(parser, options.lenient, Role::Client)?;
            }
            Arg::Long("handshake-only") => options.handshake_only = true,
            Arg::Long("echo") => options.echo = true,
            Arg::Long("send") => options.messages.push(parser.value()?.string()?.into()),
            Arg::Long("send-binary") => {
                let bytes = hex::decode(&parser.value()?.string()?);
                let bytes = bytes.ok_or("--send-binary takes pairs of hexadecimal digits")?;
                options.messages.push(bytes.into());
            }
            Arg::Long("binary") => options.binary = true,
            Arg::Long("expect-reply") => options.expect_reply = true,
            Arg::Long("wait") => options.wait = Some(seconds(parser)?),
            Arg::Long("reconnect") => {
                options.reconnecting.get_or_insert_default();
            }
            Arg::Long("reconnect-max-delay-ms") => {
                let how = options.reconnecting.take().unwrap_or_default();
                options.reconnecting = Some(how.max(milliseconds(parser)?));
            }
            Arg::Long("verbose") | Arg::Short('v') => options.verbose = true,
            Arg::Long("quiet") | Arg::Short('q') => options.quiet = true,
            Arg::Value(value) if url.is_none() => url = Some(value.string()?),
            other => return Err(other.unexpected()),
        }
    }
    options.check()?;
    options.url = url.ok_or("the URL is missing")?;
    Ok(Command::Connect(options))
}

fn autobahn_client(parser: &mut Parser) -> Result<Command, Error> {
    let mut runtime = Runtime::default();
    let (mut url, mut agent) = (None, None);
    while let Some(arg) = parser.next()? {
        match arg {
            HELP | SHORT_HELP => return Ok(Command::Print(usage::AUTOBAHN_CLIENT)),
            Arg::Long("runtime") => runtime = parser.value()?.parse()?,
            Arg::Long("agent") => agent = Some(parser.value()?.string()?),
            Arg::Value(value) if url.is_none() => url = Some(value.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let url = url.ok_or("the URL is missing")?;
    let agent = agent.unwrap_or_else(|| format!("ws-{runtime}"));
    Ok(Command::AutobahnClient(AutobahnOptions { runtime, url, agent }))
}

fn vectors(parser: &mut Parser) -> Result<Command, Error> {
    let (mut folder, mut over) = (None, Over::All);
    while let Some(arg) = parser.next()? {
        match arg {
            HELP | SHORT_HELP => return Ok(Command::Print(usage::VECTORS)),
            Arg::Long("runtime") => {
                let name = parser.value()?;
                over = if name == "core" { Over::Core } else { Over::Adapter(name.parse()?) };
            }
            Arg::Value(value) if folder.is_none() => folder = Some(value.into()),
            other => return Err(other.unexpected()),
        }
    }
    let folder = folder.ok_or("the folder of the vectors is missing")?;
    Ok(Command::Vectors(VectorsOptions { folder, over }))
}

/// Two texts with a colon between them.
fn pair(parser: &mut Parser, otherwise: &'static str) -> Result<(String, String), Error> {
    let value = parser.value()?.string()?;
    let (first, second) = value.split_once(':').ok_or(otherwise)?;
    Ok((first.to_owned(), second.to_owned()))
}

/// Another switch, of those that mean something for a server, or for a client.
fn lenient(parser: &mut Parser, lenient: Lenient, role: Role) -> Result<Lenient, Error> {
    let name = parser.value()?.string()?;
    let here: Vec<_> = Lenient::names_for(role).collect();
    match lenient.by_name(&name) {
        Some(lenient) if here.contains(&&*name) => Ok(lenient),
        known => {
            let other = match role {
                Role::Client => "servers",
                Role::Server => "clients",
            };
            let why = known.map_or(String::new(), |_| format!("{name} is for {other}: "));
            Err(format!("{why}--lenient takes one of {}", here.join(", ")).into())
        }
    }
}

/// What can be an origin.
fn origin(parser: &mut Parser) -> Result<String, Error> {
    let origin = parser.value()?.string()?;
    match ServerConfig::new().origins([&origin]) {
        Ok(_) => Ok(origin),
        Err(error) => Err(format!("--origin: {error}").into()),
    }
}

/// The length of a fragment, or none.
fn fragment_len(parser: &mut Parser) -> Result<Option<usize>, Error> {
    let value = parser.value()?.string()?;
    if value == "none" {
        return Ok(None);
    }
    let len = value.parse().ok().filter(|len| *len > 0);
    Ok(Some(len.ok_or("--fragment-len takes a number of bytes above 0, or none")?))
}

fn milliseconds(parser: &mut Parser) -> Result<Duration, Error> {
    Ok(Duration::from_millis(parser.value()?.parse()?))
}

fn seconds(parser: &mut Parser) -> Result<Duration, Error> {
    let seconds = parser.value()?.parse::<f64>().ok().map(Duration::try_from_secs_f64);
    Ok(seconds.and_then(Result::ok).ok_or("--wait takes a number of seconds, such as 0.5")?)
}

/// Where a server listens by default: on a free port of the loopback interface.
const ANY_PORT: &str = "127.0.0.1:0";

const HELP: Arg<'static> = Arg::Long("help");
const SHORT_HELP: Arg<'static> = Arg::Short('h');

#[cfg(test)]
mod tests {
    use ws_core::DeflateConfig;

    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_server_is_described() {
        let line = "serve --runtime async-std --addr=127.0.0.1:0 --subprotocol b --subprotocol a \
                    --basic-auth ada:love:lace --max-head 99 --handshake-timeout-ms 250 \
                    --keep-alive --max-message 5 --idle-timeout-ms 7 --close-after 3";
        let Command::Serve(options) = parsed(line).unwrap() else { panic!() };
        assert_eq!((options.runtime, &*options.addr), (Runtime::AsyncStd, "127.0.0.1:0"));
        assert_eq!(options.subprotocols, ["b", "a"]);
        assert_eq!(options.basic_auth, Some(("ada".to_owned(), "love:lace".to_owned())));
        assert_eq!((options.max_head_len, options.max_fields), (Some(99), None));
        assert_eq!(options.timeout, Some(Duration::from_millis(250)));
        assert!(options.keep_alive && options.compression.config().is_none());
        assert_eq!((options.max_message_len, options.max_frame_len), (Some(5), None));
        assert_eq!((options.idle_timeout, options.ping_interval), {
            (Some(Duration::from_millis(7)), None)
        });
        assert_eq!(options.close_after, Some(3));
    }

    #[test]
    fn a_client_is_described() {
        let args = ["connect", "ws://h/", "--runtime", "smol", "--header", "A:  b:c ", "--deflate"];
        let Command::Connect(options) = parse(args.map(OsString::from)).unwrap() else { panic!() };
        assert_eq!((options.runtime, &*options.url), (Runtime::Smol, "ws://h/"));
        assert_eq!(options.headers, [("A".to_owned(), "b:c ".to_owned())]);
        assert!(options.compression.offer().is_some() && options.timeout.is_none());
        assert!(options.messages.is_empty() && !options.handshake_only);
        assert!(!options.binary && !options.expect_reply && options.wait.is_none());
        assert!(!options.verbose && !options.quiet && options.max_message_len.is_none());

        let line = "connect -q --wait 0.25 ws://h --expect-reply --binary --max-message 5";
        let Command::Connect(options) = parsed(line).unwrap() else { panic!() };
        assert!(options.quiet && options.expect_reply && options.binary && !options.verbose);
        assert_eq!(options.wait, Some(Duration::from_millis(250)));
        assert_eq!(options.max_message_len, Some(5));
    }

    #[test]
    fn what_can_be_guessed_need_not_be_said() {
        let Command::Serve(options) = parsed("serve").unwrap() else { panic!() };
        assert_eq!((options.runtime, &*options.addr), (Runtime::Tokio, "127.0.0.1:0"));
        let Command::Connect(options) = parsed("connect ws://h").unwrap() else { panic!() };
        assert_eq!(options.runtime, Runtime::Tokio);
        let Command::AutobahnClient(options) = parsed("autobahn-client ws://h").unwrap() else {
            panic!()
        };
        assert_eq!((options.runtime, &*options.agent), (Runtime::Tokio, "ws-tokio"));
    }

    #[test]
    fn compression_is_described_the_same_for_both() {
        for line in ["serve --runtime smol --addr a", "connect --runtime smol ws://h"] {
            let of = |options: &str| match parsed(&format!("{line} {options}")).unwrap() {
                Command::Serve(options) => options.compression,
                Command::Connect(options) => options.compression,
                other => panic!("{other:?}"),
            };
            assert_eq!((of("").config(), of("").offer()), (None, None));
            let plain = of("--deflate");
            assert_eq!(plain.config(), Some(DeflateConfig::default()));
            let long = "--deflate=server_no_context_takeover;client_no_context_takeover;\
                        server_max_window_bits=9;client_max_window_bits=9";
            assert_eq!(of(long), of("--no-context-takeover --max-window-bits 9"));
            let mut config = WebSocketConfig::default();
            of("--deflate --deflate-level 1 --min-deflate 0").tune(&mut config);
            assert_eq!((config.deflate_level, config.min_deflate_len), (1, 0));
        }
    }

    #[test]
    fn fragments_are_described_the_same_for_both() {
        for line in ["serve", "connect ws://h"] {
            let of = |options: &str| match parsed(&format!("{line} {options}")).unwrap() {
                Command::Serve(options) => options.fragment_len,
                Command::Connect(options) => options.fragment_len,
                other => panic!("{other:?}"),
            };
            assert_eq!(of(""), Some(64 << 10));
            assert_eq!((of("--fragment-len 1"), of("--fragment-len none")), (Some(1), None));
        }
    }

    #[test]
    fn messages_keep_their_order() {
        let args = ["connect", "ws://h", "--runtime", "smol", "--send", "a b", "--send-binary"];
        let args = args.into_iter().chain(["00fF", "--send", "", "--send-binary="]);
        let Command::Connect(options) = parse(args.map(OsString::from)).unwrap() else { panic!() };
        let binary = |bytes: &'static [u8]| Message::binary(bytes);
        assert_eq!(
            options.messages,
            [Message::text("a b"), binary(b"\x00\xff"), Message::text(""), binary(b"")]
        );
    }

    #[test]
    fn a_client_of_the_suite_is_described() {
        let line = "autobahn-client --runtime blocking ws://h:9001";
        for (line, name) in [(line.to_owned(), "ws-blocking"), (format!("{line} --agent x"), "x")] {
            let Command::AutobahnClient(options) = parsed(&line).unwrap() else { panic!() };
            assert_eq!((options.runtime, &*options.agent), (Runtime::Blocking, name));
            assert_eq!(options.url, "ws://h:9001");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (line, message) in [
            ("", "there is no command"),
            ("dance", "there is no command \"dance\""),
            ("matrix --fast", "invalid option '--fast'"),
            ("serve --basic-auth ada", "--basic-auth takes USER:PASS"),
            ("connect", "the URL is missing"),
            ("connect --header x ws://h", "--header takes 'Name: value'"),
            ("connect ws://h ws://i", "unexpected argument \"ws://i\""),
            ("connect --send-binary 0", "--send-binary takes pairs of hexadecimal digits"),
            ("connect --deflate-level 10", "--deflate-level takes 0 to 9"),
            ("serve --max-window-bits 8", "server_max_window_bits takes 9 to 15 here, not \"8\""),
            ("connect --max-window-bits 8", "client_max_window_bits takes 9 to 15 here, not \"8\""),
            (
                "serve --max-window-bits 9 --deflate=client_max_window_bits=10",
                "client_max_window_bits cannot be both 9 and 10",
            ),
            ("serve --min-deflate 0", "--min-deflate is nothing without --deflate"),
            ("connect --deflate-level 1", "--deflate-level is nothing without --deflate"),
            (
                "connect --no-context-takeover=1",
                "unexpected argument for option '--no-context-takeover': \"1\"",
            ),
            ("serve --deflate=fast", "permessage-deflate has no parameter \"fast\""),
            ("connect --handshake-only --send a", "with --handshake-only nothing is sent"),
            (
                "connect --echo --send a",
                "with --echo nothing is sent but what comes, until the server closes",
            ),
            (
                "connect --echo --reconnect",
                "with --echo nothing is sent but what comes, until the server closes",
            ),
            ("connect --handshake-only --binary", "with --handshake-only nothing is sent"),
            ("connect --handshake-only --wait 1", "with --handshake-only nothing is sent"),
            (
                "connect --binary --send a",
                "--binary is about standard input, which is not read with --send",
            ),
            (
                "serve --lenient everything",
                "--lenient takes one of empty-lists, any-key, missing-connection, bare-line-feeds",
            ),
            (
                "serve --lenient folded-lines",
                "folded-lines is for clients: --lenient takes one of empty-lists, any-key, \
                 missing-connection, bare-line-feeds",
            ),
            (
                "connect --lenient any-key",
                "any-key is for servers: --lenient takes one of empty-lists, empty-subprotocol, \
                 missing-connection, bare-line-feeds, folded-lines",
            ),
            ("serve --fragment-len 0", "--fragment-len takes a number of bytes above 0, or none"),
            (
                "connect --fragment-len -1",
                "--fragment-len takes a number of bytes above 0, or none",
            ),
            (
                "connect --fragment-len all",
                "--fragment-len takes a number of bytes above 0, or none",
            ),
            ("connect ws://h --cert c", "--cert and --key belong together"),
            ("connect ws://h --key k", "--cert and --key belong together"),
            (
                "connect ws://h --ca a --insecure",
                "with --insecure no certificate is verified, so --ca is without effect",
            ),
            (
                "connect ws://h --proxy p --proxy-from-env",
                "the proxy is either that of --proxy or that of --proxy-from-env",
            ),
            (
                "connect ws://h --proxy ftp://ada:secret@p",
                "--proxy: the scheme \"ftp\" is not one of a proxy: http, https, socks4, socks4a, \
                 socks5 or socks5h",
            ),
            ("connect ws://h --resolve h:1", "--resolve takes HOST:PORT:ADDR, not \"h:1\""),
            (
                "connect ws://h --reconnect --send a",
                "--reconnect is about lines of standard input: it goes with none of \
                 --handshake-only, --send, --binary and --expect-reply",
            ),
            ("serve --tls-cert c", "--tls-cert and --tls-key belong together"),
            ("serve --tls-key k", "--tls-cert and --tls-key belong together"),
            ("serve --tls-client-ca a", "--tls-client-ca takes --tls-cert and --tls-key as well"),
            ("connect -v -q", "it cannot be both --verbose and --quiet"),
            ("connect --wait soon", "--wait takes a number of seconds, such as 0.5"),
            ("connect --wait -1", "--wait takes a number of seconds, such as 0.5"),
            ("autobahn-client --runtime smol", "the URL is missing"),
            ("vectors --runtime smol", "the folder of the vectors is missing"),
        ] {
            assert_eq!(parsed(line).unwrap_err(), message, "{line}");
        }
        for origin in ["*", "irc.example.com", "https://h/app"] {
            let error = parsed(&format!("serve --origin {origin}")).unwrap_err();
            let shown =
                error.starts_with("--origin: ") && error.ends_with(&format!(": \"{origin}\""));
            assert!(shown, "{error}");
        }
        assert!(parsed("serve --origin https://h/ --origin http://i:80").is_ok());
        for line in [
            "connect --timeout-ms soon",
            "connect ws://h --redirects many",
            "serve --runtime java",
            "serve --max-head -1",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }

    #[test]
    fn help_is_there_for_each_command() {
        for command in usage::NAMES {
            let Command::Print(text) = parsed(&format!("{command} --help")).unwrap() else {
                panic!("{command}")
            };
            assert!(text.starts_with(&format!("usage: ws-demo {command}")));
            assert!(usage::COMMANDS.contains(command));
        }
        assert!(matches!(parsed("--help"), Ok(Command::Print(usage::COMMANDS))));
        assert!(matches!(parsed("--version"), Ok(Command::Print(usage::VERSION))));
    }
}
