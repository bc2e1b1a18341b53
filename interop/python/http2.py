"""WebSockets over HTTP/2 (RFC 8441) with the library h2, which knows HTTP/2 and nothing of WebSocket.

http2.py HOST:PORT [--authority FILE] [--idle N] [--behind] [--below PATH]

Checks the echo server there: without TLS it has to speak HTTP/2, with an authority it has to choose it. `--idle` is
how many streams are left alone while one is used. `--behind` says that a proxy stands in front: what is then its own
business is not checked. `--below` is a path that all others are below.
"""

import argparse
import os
import socket
import ssl

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    PingAckReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.settings import SettingCodes

from checks import Checks, same

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

# What no answer of HTTP/2 has, and no answer to this form of a handshake.
NOT_THERE = ["connection", "upgrade", "transfer-encoding", "sec-websocket-accept"]
check = Checks()


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--authority")
    parser.add_argument("--idle", type=int, default=1000)
    parser.add_argument("--behind", action="store_true")
    parser.add_argument("--below", default="")
    return parser.parse_args()


ARGS = arguments()
ADDRESS, SCHEME = ARGS.address, "https" if ARGS.authority else "http"


def unless_behind(check):
    """Of the server alone: a proxy has a way of its own."""
    return (lambda _: None) if ARGS.behind else check


def frame(opcode, payload=b"", masked=True):
    bit = masked << 7
    if len(payload) < 126:
        start = bytes([0x80 | opcode, bit | len(payload)])
    elif len(payload) < 1 << 16:
        start = bytes([0x80 | opcode, bit | 126]) + len(payload).to_bytes(2, "big")
    else:
        start = bytes([0x80 | opcode, bit | 127]) + len(payload).to_bytes(8, "big")
    if not masked:
        return start + payload
    key = os.urandom(4)
    return start + key + bytes(octet ^ key[at % 4] for at, octet in enumerate(payload))


class Stream:
    """What has come over one stream."""

    def __init__(self):
        self.fields, self.data, self.ended, self.reset = None, b"", False, None


def connect(address, version):
    """A connection without TLS, or one for which the server has chosen this version of HTTP."""
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)), timeout=20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not ARGS.authority:
        return connection
    context = ssl.create_default_context(cafile=ARGS.authority)
    context.set_alpn_protocols([version])
    connection = context.wrap_socket(connection, server_hostname=host)
    same(connection.selected_alpn_protocol(), version)
    return connection


class Client:
    """One connection, which is driven by whoever waits for something."""

    def __init__(self, address):
        self.authority = address
        self.socket = connect(address, "h2")
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.streams, self.settings, self.pongs, self.gone = {}, None, 0, False
        self.h2.initiate_connection()
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def wait(self, until):
        while not until():
            octets = self.socket.recv(65536)
            if not octets:
                raise AssertionError("the server has closed the connection")
            for event in self.h2.receive_data(octets):
                self.handle(event)
            self.flush()

    def handle(self, event):
        stream = self.streams.get(getattr(event, "stream_id", None))
        if isinstance(event, RemoteSettingsChanged):
            self.settings = event.changed_settings
        elif isinstance(event, PingAckReceived):
            self.pongs += 1
        elif isinstance(event, ConnectionTerminated):
            self.gone = True
        elif stream is None:
            pass
        elif isinstance(event, ResponseReceived):
            stream.fields = dict(event.headers)
        elif isinstance(event, DataReceived):
            stream.data += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            stream.ended = True
        elif isinstance(event, StreamReset):
            stream.reset = event.error_code

    def settle(self):
        """Waits until everything that was under way has come."""
        before = self.pongs
        self.h2.ping(os.urandom(8))
        self.flush()
        self.wait(lambda: self.pongs > before)

    def ask(self, *fields, data=b"", **pseudo):
        start = {"method": "CONNECT", "protocol": "websocket", "scheme": SCHEME, "path": "/echo"}
        start = {**start, "authority": self.authority, **pseudo}
        start["path"] = ARGS.below + start["path"]
        start = [(f":{name}", value) for name, value in start.items() if value is not None]
        number = self.h2.get_next_available_stream_id()
        self.streams[number] = stream = Stream()
        self.h2.send_headers(number, start + list(fields))
        self.flush()
        self.send(number, data)
        self.wait(lambda: stream.fields or stream.reset is not None)
        return number, stream

    def open(self, *fields, **more):
        number, stream = self.ask(("sec-websocket-version", "13"), *fields, **more)
        same(stream.fields[":status"], "200")
        return number, stream

    def send(self, number, octets):
        """Sends as the windows of the server allow."""
        while octets:
            self.wait(lambda: self.h2.local_flow_control_window(number) > 0)
            most = min(self.h2.local_flow_control_window(number), self.h2.max_outbound_frame_size)
            piece, octets = octets[:most], octets[most:]
            self.h2.send_data(number, piece)
            self.flush()

    def read(self, stream, length):
        self.wait(lambda: len(stream.data) >= length or stream.ended)
        read, stream.data = stream.data[:length], stream.data[length:]
        return read


VERSION = ("sec-websocket-version", "13")


def connected():
    client = Client(ADDRESS)
    client.wait(lambda: client.settings is not None)
    return client


def leave(client, number, stream):
    """Ends a stream that the server has ended, and waits for what it makes of that."""
    client.wait(lambda: stream.ended)
    if ARGS.behind:
        # Proxies end a stream, and may reset it right away.
        client.settle()
        same((stream.reset in (None, ErrorCodes.NO_ERROR, ErrorCodes.CANCEL), client.gone), (True, False))
        return
    client.h2.end_stream(number)
    client.flush()
    client.settle()
    same((stream.reset, client.gone), (None, False))


@check("the server offers it")
def offered():
    with connected() as client:
        same(client.settings[SettingCodes.ENABLE_CONNECT_PROTOCOL].new_value, 1)


@check("a message is echoed, and the closing handshake ends the stream without a reset")
def echo():
    with connected() as client:
        number, stream = client.open(("sec-websocket-protocol", "none, chat.v2"))
        same(stream.fields.get("sec-websocket-protocol"), "chat.v2")
        same([name for name in stream.fields if name in NOT_THERE and not ARGS.behind], [])
        client.send(number, frame(TEXT, "löwe".encode()))
        same(client.read(stream, 7), frame(TEXT, "löwe".encode(), masked=False))
        client.send(number, frame(PING, b"here"))
        same(client.read(stream, 6), frame(PONG, b"here", masked=False))
        client.send(number, frame(CLOSE, b"\x03\xe8"))
        same(client.read(stream, 4), frame(CLOSE, b"\x03\xe8", masked=False))
        leave(client, number, stream)


@check("a message is longer than all windows")
def long():
    with connected() as client:
        number, stream = client.open()
        payload = os.urandom(300_000)
        client.send(number, frame(BINARY, payload))
        whole, first = b"", 0
        while not first & 0x80:
            first, length = client.read(stream, 2)
            if length >= 126:
                length = int.from_bytes(client.read(stream, 2 if length == 126 else 8), "big")
            whole += client.read(stream, length)
        same(whole, payload)


@check("a broken rule is answered with a close, and the stream ends without a reset")
def broken():
    with connected() as client:
        number, stream = client.open()
        client.send(number, frame(TEXT, b"not masked", masked=False))
        client.wait(lambda: stream.ended)
        same((stream.data[:1], stream.data[2:4]), (b"\x88", b"\x03\xea"))
        leave(client, number, stream)


@unless_behind(check("a message comes with the request"))
def early():
    with connected() as client:
        _, stream = client.open(data=frame(TEXT, b"early"))
        same(client.read(stream, 7), frame(TEXT, b"early", masked=False))


@check("a hundred on one connection, and then they are cancelled")
def many():
    with connected() as client:
        streams = [client.open() for _ in range(100)]
        for at, (number, _) in enumerate(streams):
            client.send(number, frame(TEXT, str(at).encode()))
        for at, (_, stream) in reversed(list(enumerate(streams))):
            answer = frame(TEXT, str(at).encode(), masked=False)
            same(client.read(stream, len(answer)), answer)
        for number, _ in streams:
            client.h2.reset_stream(number, ErrorCodes.CANCEL)
        client.flush()
        client.settle()
        number, stream = client.open()
        client.send(number, frame(TEXT, b"still here"))
        same(client.read(stream, 12), frame(TEXT, b"still here", masked=False))


@check("others are idle on the same connection, and one is used")
def idle():
    with connected() as client:
        streams = [client.open() for _ in range(ARGS.idle)]
        number, stream = client.open()
        for at in range(200):
            answer = frame(TEXT, str(at).encode(), masked=False)
            client.send(number, frame(TEXT, str(at).encode()))
            same(client.read(stream, len(answer)), answer)
        client.send(number, frame(CLOSE, b"\x03\xe8"))
        same(client.read(stream, 4), frame(CLOSE, b"\x03\xe8", masked=False))
        leave(client, number, stream)
        # And those that were idle are there.
        for number, stream in streams:
            client.send(number, frame(PING))
            same(client.read(stream, 2), frame(PONG, masked=False))


@check("a close with a code ends the stream without a reset")
def closes():
    with connected() as client:
        number, stream = client.open(path="/close/4000")
        same(client.read(stream, 4)[2:], b"\x0f\xa0")
        client.send(number, frame(CLOSE, b"\x0f\xa0"))
        leave(client, number, stream)


@unless_behind(check("HTTP/1.1 on the same port, and the first frame comes with the request"))
def http1():
    with connect(ADDRESS, "http/1.1") as connection:
        request = (
            f"GET {ARGS.below}/echo HTTP/1.1\r\nHost: {ADDRESS}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        connection.sendall(request.encode() + frame(TEXT, b"early"))
        answer = frame(TEXT, b"early", masked=False)
        octets = b""
        while not octets.endswith(b"\r\n\r\n" + answer):
            more = connection.recv(65536)
            if not more:
                raise AssertionError(f"it ended behind {octets}")
            octets += more
        same(octets.split(b"\r\n")[0], b"HTTP/1.1 101 Switching Protocols")


def refusal(name, status, *fields, **pseudo):
    @check(f"{name} is answered with {status}")
    def refused():
        with connected() as client:
            _, stream = client.ask(*fields, **pseudo)
            same(stream.fields[":status"], status)
            same([name for name in stream.fields if name in NOT_THERE], [])
            client.wait(lambda: stream.ended)
            # And the connection goes on.
            client.open()


refusal("another origin", "403", VERSION, ("origin", "https://evil.example"), path="/origin")
refusal("what is no token", "400", VERSION, ("sec-websocket-protocol", "ch@t"))
refusal("an ordinary request", "200", method="GET", protocol=None)
if not ARGS.behind:
    refusal("another version", "400", ("sec-websocket-version", "8"))
    refusal("no version", "400")

check.run()
