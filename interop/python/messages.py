"""Messages to an echo server and back, on `websockets`. See ../README.md for what it takes and prints."""

import asyncio
import random
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode

from checks import Checks, same

URL, LIMITED_URL = sys.argv[1:3]
DEFLATE = "--deflate" in sys.argv[3:]
GREEK = "κόσμε 🦀 €"
check = Checks()


class Counting(ClientConnection):
    """A connection that counts the pings it answers, and compresses if it is to."""

    pings = 0

    async def handshake(self, *args, **kwargs):
        await super().handshake(*args, **kwargs)
        same([extension.name for extension in self.protocol.extensions], ["permessage-deflate"] * DEFLATE)

    def process_event(self, event):
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.pings += 1
        super().process_event(event)


def opened(url=URL):
    return connect(
        url,
        compression=None,
        extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=True)] if DEFLATE else None,
        create_connection=Counting,
        max_size=None,
        open_timeout=10,
        ping_interval=None,
        proxy=None,
    )


async def echoes(*messages):
    async with opened() as ws:
        for message in messages:
            await ws.send(message)
            same(await ws.recv(), message)


async def closing_code(ws):
    """Waits for the end; the code of the server's close frame."""
    try:
        while True:
            await ws.recv()
    except ConnectionClosed as closed:
        return closed.rcvd and closed.rcvd.code


@check("text")
async def text():
    await echoes("hello", "world")


@check("text beyond ASCII")
async def text_beyond_ascii():
    await echoes(GREEK, "\0\x7f\x80\u07ff\u0800\ud7ff\ue000\ufffd\uffff\U00010000\U0010ffff")


@check("binary")
async def binary():
    await echoes(bytes(range(256)), b"\xff")


@check("empty messages")
async def empty():
    await echoes("", b"", "")


@check("lengths where their encoding changes")
async def lengths():
    await echoes(*(random.randbytes(length) for length in (125, 126, 65535, 65536)))


@check("1 MiB of text and of bytes")
async def large():
    await echoes(("é€🦀a" * (1 << 20))[: 1 << 18], "x" * (1 << 20), random.randbytes(1 << 20))


@check("fragments")
async def fragments():
    data = random.randbytes(100_000)
    async with opened() as ws:
        for size in (7_000, 65_536, 99_999):
            await ws.send([data[at : at + size] for at in range(0, len(data), size)])
            same(await ws.recv(), data)
        await ws.send(["", "a", "", "", "b", ""])
        same(await ws.recv(), "ab")


@check("text cut inside characters")
async def cut_text():
    async with opened() as ws:
        await ws.send([bytes([octet]) for octet in GREEK.encode()], text=True)
        same(await ws.recv(), GREEK)


@check("a ping between fragments")
async def ping_between():
    async def parts(ws):
        yield "one "
        await (await ws.ping(b"between"))
        yield "two"

    async with opened() as ws:
        await ws.send(parts(ws))
        same(await ws.recv(), "one two")


@check("pings of 0, 1 and 125 bytes")
async def pings():
    async with opened() as ws:
        for length in (0, 1, 125):
            await (await ws.ping(random.randbytes(length)))


@check("a pong nobody asked for")
async def unsolicited_pong():
    async with opened() as ws:
        await ws.pong(b"unasked")
        await ws.send("still here")
        same(await ws.recv(), "still here")


@check("100 messages pipelined")
async def pipelined():
    messages = [random.randbytes(random.randrange(2_000)) for _ in range(99)] + ["the last"]

    async def send(ws):
        for message in messages:
            await ws.send(message)

    async def receive(ws):
        for message in messages:
            same(await ws.recv(), message)

    async with opened() as ws:
        await asyncio.gather(send(ws), receive(ws))


@check("the same message again")
async def again():
    await echoes(*[random.randbytes(500)] * 3)


async def closes(code, reason):
    ws = await opened()
    await ws.send("a")
    same(await ws.recv(), "a")
    await ws.close(code, reason)
    same(ws.protocol.close_sent.code, code)
    same(ws.protocol.close_rcvd and ws.protocol.close_rcvd.code, code)


@check("close 1000 with a reason")
async def close_normal():
    await closes(1000, "done")


@check("close 4000 with a reason beyond ASCII")
async def close_own_code():
    await closes(4000, GREEK)


@check("close without a code")
async def close_without_code():
    async with opened() as ws:
        ws.protocol.send_close()
        for data in ws.protocol.data_to_send():
            ws.transport.write(data)
        assert await closing_code(ws) in (1000, 1005)


@check("closed by the server after three messages")
async def closed_by_server():
    async with opened(LIMITED_URL) as ws:
        for message in ("one", "two", "three"):
            await ws.send(message)
            same(await ws.recv(), message)
        same(await closing_code(ws), 1000)


@check("a message over the limit")
async def over_the_limit():
    async with opened(LIMITED_URL) as ws:
        await ws.send(bytes(1_000))
        same(await ws.recv(), bytes(1_000))
        await ws.send(bytes(1_001))
        same(await closing_code(ws), 1009)


@check("the server's pings")
async def server_pings():
    async with opened(LIMITED_URL) as ws:
        await asyncio.sleep(3.2)
        assert ws.pings > 0, "no ping"
        await ws.send("still here")
        same(await ws.recv(), "still here")


check.run()
