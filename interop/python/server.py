"""A server on `websockets`. See ../README.md for what it takes and how it answers."""

import argparse
import asyncio
import ssl
from http import HTTPStatus

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

CREDENTIALS = "Basic dXNlcjpwYXNz"  # user:pass


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--subprotocol", action="append", default=[])
    parser.add_argument("--deflate", action="store_true")
    parser.add_argument("--window", type=int)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    return parser.parse_args()


def gate(connection, request):
    """Refuses what is to be refused; None lets the handshake go on."""
    if request.path.startswith("/refuse/"):
        status = HTTPStatus(int(request.path.removeprefix("/refuse/")))
        return connection.respond(status, "refused as asked\n")
    if request.path == "/private" and request.headers.get("Authorization") != CREDENTIALS:
        response = connection.respond(HTTPStatus.UNAUTHORIZED, "who are you?\n")
        response.headers["WWW-Authenticate"] = 'Basic realm="interop"'
        return response
    return None


async def in_fragments(ws, message):
    """Cut anywhere, with a ping behind the first fragment."""
    octets = message.encode() if isinstance(message, str) else message
    for at in range(0, len(octets), 7):
        yield octets[at : at + 7]
        if at == 0:
            await ws.ping()


async def talk(ws):
    what, *details = ws.request.path.strip("/").split("/")
    try:
        async for message in ws:
            match what:
                case "fragments":
                    await ws.send(in_fragments(ws, message), text=isinstance(message, str))
                case "ping":
                    await (await ws.ping())
                    await ws.send(message)
                case "repeat":
                    await ws.send(message * int(details[0]))
                case "burst":
                    for number in range(int(details[0])):
                        await ws.send(f"{message} {number + 1}")
                    await ws.wait_closed()
                case "close":
                    await ws.close(int(details[0]), details[1])
                case _:
                    await ws.send(message)
    except ConnectionClosed:
        pass


async def main():
    args = arguments()

    def choose(_connection, offered):
        return next((name for name in args.subprotocol if name in offered), None)

    extensions = None
    if args.window:
        extensions = [
            ServerPerMessageDeflateFactory(
                server_max_window_bits=args.window, client_max_window_bits=args.window
            )
        ]
    elif args.deflate:
        extensions = [ServerPerMessageDeflateFactory()]
    context = None
    if args.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert, args.key)
    async with serve(
        talk,
        "127.0.0.1",
        0,
        process_request=gate,
        select_subprotocol=choose,
        compression=None,
        extensions=extensions,
        max_queue=None,
        ping_interval=None,
        ssl=context,
    ) as server:
        port = server.sockets[0].getsockname()[1]
        scheme = "wss" if context else "ws"
        print(f"listening on {scheme}://127.0.0.1:{port}", flush=True)
        await server.serve_forever()


asyncio.run(main())
