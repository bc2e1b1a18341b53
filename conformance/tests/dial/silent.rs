//! Addresses where nobody answers, and peers that say nothing, or too little.

use std::{
    io::{ErrorKind::WouldBlock, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};

/// An address that drops what comes: a listener with as many connections waiting as it takes.
pub(crate) struct Dropping {
    pub(crate) address: SocketAddr,
    listener: Socket,
    waiting: Vec<TcpStream>,
}

impl Dropping {
    pub(crate) fn new() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        // Where nobody else listens later on, for what was dropped may come again until somebody answers.
        let ip = if cfg!(target_os = "linux") { [127, 0, 0, 4] } else { [127, 0, 0, 1] };
        listener.bind(&SocketAddr::from((ip, 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let mut waiting = Vec::new();
        // Two in a row, for one of them may have been slow only.
        let mut hung = 0;
        while hung < 2 {
            match TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
                Ok(stream) => waiting.push(stream),
                Err(_) => hung += 1,
            }
            assert!(waiting.len() < 1000, "the queue has no end");
        }
        Self { address, listener, waiting }
    }

    /// From now on it takes connections, and sees each of them end. Says how many came within this time, besides those that
    /// were waiting.
    pub(crate) fn relent(self, time: Duration) -> usize {
        let Self { listener, waiting, .. } = self;
        let listener = TcpListener::from(listener);
        listener.set_nonblocking(true).unwrap();
        let (count, until) = (waiting.len(), Instant::now() + time);
        drop(waiting);
        let mut all = Vec::new();
        while Instant::now() < until {
            match listener.accept() {
                Ok((stream, _)) => all.push(stream),
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
        for stream in &mut all {
            stream.set_nonblocking(false).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            // An end, or a reset; but not silence.
            let silent = stream.read(&mut [0]).is_err_and(|error| error.kind() == WouldBlock);
            assert!(!silent, "a connection was left behind");
        }
        all.len() - count
    }
}

/// An address that refuses connections, and belongs to nobody else until the process ends.
pub(crate) fn refusing() -> SocketAddr {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    // It does not listen.
    std::mem::forget(socket);
    address
}

/// A peer that does this with each connection, on a thread of its own.
pub(crate) fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, serve) = (stream.unwrap(), serve.clone());
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// A peer that takes connections and hears what is said.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    pub(crate) heard: Arc<Mutex<Vec<u8>>>,
}

impl Listening {
    /// It says the first text at once, and then the other, an octet each 10 ms, again and again.
    pub(crate) fn saying(first: &'static [u8], then: &'static [u8]) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = heard.clone();
        let address = listen(move |mut stream| {
            let (reading, hears) = (stream.try_clone().unwrap(), hears.clone());
            thread::spawn(move || hear(reading, &hears));
            let mut said = stream.write_all(first);
            for octet in then.iter().cycle() {
                thread::sleep(Duration::from_millis(10));
                said = said.and_then(|()| stream.write_all(&[*octet]));
                if said.is_err() {
                    return;
                }
            }
            // Whoever says no more does not go.
            thread::park();
        });
        Self { address, heard }
    }

    pub(crate) fn silent() -> Self {
        Self::saying(b"", b"")
    }
}

fn hear(mut stream: TcpStream, heard: &Mutex<Vec<u8>>) {
    let mut octets = [0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut octets) {
        heard.lock().unwrap().extend_from_slice(&octets[..n]);
    }
}
