"""An echo server by hypercorn, which speaks HTTP/2 with the library h2 and frames with wsproto.

asgi.py PORT [CERTIFICATE KEY]    listens there on 127.0.0.1, with TLS if there is a certificate
"""

import asyncio
import sys

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.protocol.h2 import H2Protocol


class Gone:
    """A stream that has ended, where nobody waits for what still comes."""

    idle = True

    async def handle(self, _):
        pass


class Streams(dict):
    """The streams of a connection.

    A client that ends a stream behind the server sends an empty DATA frame with END_STREAM. hypercorn looks for the
    stream then, has forgotten it, and ends the connection with a KeyError, along with all other WebSockets on it.
    """

    def __missing__(self, _):
        return Gone()


def mended(make):
    def make_mended(self, *args, **kwargs):
        make(self, *args, **kwargs)
        self.streams = Streams(self.streams)

    return make_mended


H2Protocol.__init__ = mended(H2Protocol.__init__)


async def app(scope, receive, send):
    if scope["type"] != "websocket":
        return
    await receive()
    if scope["path"] == "/origin":
        await send({"type": "websocket.close", "code": 1000})
        return
    names = [name for name in scope["subprotocols"] if name == "chat.v2"]
    await send({"type": "websocket.accept", "subprotocol": names[0] if names else None})
    if scope["path"].startswith("/close/"):
        await send({"type": "websocket.close", "code": int(scope["path"][7:])})
        return
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event.get("text"), "bytes": event.get("bytes")})


async def main(port, certificate=None, key=None):
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.certfile, config.keyfile = certificate, key
    await serve(app, config)


asyncio.run(main(*sys.argv[1:]))
