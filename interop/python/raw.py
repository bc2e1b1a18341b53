"""What no WebSocket library would send, from a bare socket. See ../README.md for what is printed.

raw.py server URL LIMITED_URL     breaks rules in front of the echo servers at these addresses
raw.py client COMMAND [ARG]...    the same in front of a client: the command, with a URL behind it,
                                  is run against a server in here, and has to end with status 1
"""

import base64
import hashlib
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

from checks import LIMIT, Checks, same

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
check = Checks()


def head(opcode, length, fin=True, rsv=0, masked=True):
    """The first bytes of a frame, which may claim any length."""
    first = bytes([fin << 7 | rsv << 4 | opcode])
    bit = masked << 7
    if length < 126:
        return first + bytes([bit | length])
    if length < 1 << 16:
        return first + bytes([bit | 126]) + length.to_bytes(2, "big")
    return first + bytes([bit | 127]) + length.to_bytes(8, "big")


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True):
    start = head(opcode, len(payload), fin, rsv, masked)
    if not masked:
        return start + payload
    key = os.urandom(4)
    return start + key + bytes(octet ^ key[at % 4] for at, octet in enumerate(payload))


class Wire:
    """A socket whose frames are read one by one."""

    def __init__(self, stream):
        stream.settimeout(LIMIT)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = stream
        self.unread = b""
        self.key = None

    def send(self, octets):
        self.stream.sendall(octets)

    def more(self):
        octets = self.stream.recv(65536)
        self.unread += octets
        return octets

    def take(self, count):
        while len(self.unread) < count:
            if not self.more():
                raise EOFError(f"the end, with {self.unread!r} unread")
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def head(self):
        """Everything up to an empty line."""
        while b"\r\n\r\n" not in self.unread:
            if not self.more():
                raise EOFError(f"the end within {self.unread!r}")
        text, _, self.unread = self.unread.partition(b"\r\n\r\n")
        return text.decode("latin-1")

    def frame(self, masked):
        """Opcode and payload of a frame that is masked or is not."""
        first, second = self.take(2)
        same(bool(second & 0x80), masked)
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(self.take(2 if length == 126 else 8), "big")
        self.key = self.take(4) if masked else b"\0\0\0\0"
        return first & 15, bytes(
            octet ^ self.key[at % 4] for at, octet in enumerate(self.take(length))
        )

    def closed(self, code, masked):
        """The next frame has to close with this code; a goodbye goes back, and the end has to come."""
        opcode, payload = self.frame(masked)
        same((opcode, int.from_bytes(payload[:2], "big")), (CLOSE, code))
        payload[2:].decode()
        self.stream.settimeout(5)
        try:
            self.send(frame(CLOSE, payload[:2], masked=not masked))
            self.stream.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has turned away already
        try:
            same(self.stream.recv(1), b"")
        except ConnectionResetError:
            pass  # the same, for an end that had something unread


def violations(masked):
    """Broken rules: a name, what is sent, and the close code it deserves; frames masked or not, as
    they have to be from this side."""

    def good(*args, **kwargs):
        return frame(*args, masked=masked, **kwargs)

    def claim(*args, **kwargs):
        return head(*args, masked=masked, **kwargs) + bytes(4 * masked)

    wrong = "a masked frame" if not masked else "an unmasked frame"
    return [
        (wrong, frame(TEXT, b"x", masked=not masked), 1002),
        ("a reserved bit", good(TEXT, b"x", rsv=4), 1002),
        ("a reserved opcode", good(3, b"x"), 1002),
        ("a reserved opcode of control frames", good(11), 1002),
        ("a continuation of nothing", good(0, b"x"), 1002),
        ("a message inside another", good(TEXT, b"x", fin=False) + good(TEXT, b"y"), 1002),
        ("a ping in fragments", good(PING, b"x", fin=False), 1002),
        ("a ping of 126 bytes", good(PING, bytes(126)), 1002),
        ("a length with its top bit set", claim(BINARY, 1 << 63), 1002),
        ("a close frame of 1 byte", good(CLOSE, b"\x03"), 1002),
        ("a close code not for the wire", good(CLOSE, (1005).to_bytes(2, "big")), 1002),
        ("a close reason that is not UTF-8", good(CLOSE, b"\x03\xe8\xff"), 1007),
        ("text that is not UTF-8", good(TEXT, b"\xed\xa0\x80"), 1007),
        ("text that ends inside a character", good(TEXT, b"\xe2\x82"), 1007),
        (
            "text that ends inside a character, in fragments",
            good(TEXT, b"\xe2", fin=False) + good(0, b"\x82"),
            1007,
        ),
        # What is missing never comes.
        ("text not UTF-8 in its first bytes", claim(TEXT, 100) + b"a\xff", 1007),
        ("a claim of 16 MiB and a byte", claim(BINARY, (16 << 20) + 1), 1009),
    ]


# In front of a server


@contextmanager
def opened(url):
    at = urlsplit(url)
    with socket.create_connection((at.hostname, at.port), LIMIT) as stream:
        wire = Wire(stream)
        key = base64.b64encode(os.urandom(16)).decode()
        wire.send(
            f"GET / HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        same(wire.head().split("\r\n")[0], "HTTP/1.1 101 Switching Protocols")
        yield wire


def in_front_of_server(url, limited_url):
    def breaks(name, at, octets, code):
        @check(name)
        def _():
            with opened(at) as wire:
                wire.send(octets)
                wire.closed(code, masked=False)

    for name, octets, code in violations(masked=True):
        breaks(name, url, octets, code)
    one = frame(BINARY, bytes(501), fin=False)
    breaks("fragments over the limit", limited_url, one + head(0, 500) + bytes(4), 1009)

    @check("byte by byte")
    def _():
        with opened(url) as wire:
            parts = [frame(TEXT, b"\xe2\x82", fin=False), frame(PING, b"p"), frame(0, b"\xac!")]
            for octet in b"".join(parts):
                wire.send(bytes([octet]))
            same(wire.frame(masked=False), (PONG, b"p"))
            same(wire.frame(masked=False), (TEXT, "€!".encode()))
            wire.send(frame(CLOSE, b"\x03\xe8"))
            wire.closed(1000, masked=False)

    @check("an end inside a frame")
    def _():
        with opened(url) as wire:
            wire.send(head(TEXT, 100) + b"....gone")
        # Whoever comes next is served as ever.
        with opened(url) as wire:
            wire.send(frame(TEXT, b"next"))
            same(wire.frame(masked=False), (TEXT, b"next"))


# In front of a client


@contextmanager
def visited(command):
    """Runs the command against a server in here, up to its first message; yields the wire, and what
    the command did is added when it has ended."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"
        client = subprocess.Popen(
            [*command, url, "--send", "hello"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            stream, _ = listener.accept()
            with stream:
                wire = Wire(stream)
                fields = dict(line.split(": ", 1) for line in wire.head().split("\r\n")[1:])
                key = {name.lower(): value for name, value in fields.items()}["sec-websocket-key"]
                accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
                wire.send(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    f"Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode()
                )
                same(wire.frame(masked=True), (TEXT, b"hello"))
                yield wire
            wire.stdout, wire.stderr = client.communicate(timeout=LIMIT)
            wire.status = client.returncode
        finally:
            client.kill()
            client.wait()


def complained(wire):
    same(wire.status, 1)
    assert wire.stderr.startswith("error: "), f"it said {wire.stderr!r}"


def in_front_of_client(command):
    def breaks(name, octets, code):
        @check(name)
        def _():
            with visited(command) as wire:
                wire.send(octets)
                wire.closed(code, masked=True)
            complained(wire)

    for name, octets, code in violations(masked=False):
        breaks(name, octets, code)

    @check("byte by byte")
    def _():
        with visited(command) as wire:
            parts = [
                frame(TEXT, b"\xe2\x82", fin=False, masked=False),
                frame(PING, b"p", masked=False),
                frame(0, b"\xac!", masked=False),
            ]
            for octet in b"".join(parts):
                wire.send(bytes([octet]))
            same(wire.frame(masked=True), (PONG, b"p"))
            wire.closed(1000, masked=True)
        same(wire.status, 0)
        same(wire.stdout.splitlines()[-2:], ["€!", "closed: 1000"])

    @check("an end inside a frame")
    def _():
        with visited(command) as wire:
            wire.send(head(TEXT, 100, masked=False) + b"gone")
        complained(wire)

    @check("a mask of its own for each connection")
    def _():
        keys = set()
        for _ in range(3):
            with visited(command) as wire:
                keys.add(wire.key)
        same(len(keys), 3)


if sys.argv[1] == "server":
    in_front_of_server(*sys.argv[2:])
else:
    in_front_of_client(sys.argv[2:])
check.run()
