"""One handshake as a client, on `websockets`. See ../README.md for what it takes and prints."""

import argparse
import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--subprotocol", action="append", default=[])
    parser.add_argument("--deflate", action="store_true")
    parser.add_argument("--window", type=int)
    parser.add_argument("--header", action="append", default=[])
    return parser.parse_args()


def extensions(args):
    if args.window:
        return [
            ClientPerMessageDeflateFactory(
                server_max_window_bits=args.window, client_max_window_bits=args.window
            )
        ]
    return [ClientPerMessageDeflateFactory(client_max_window_bits=True)] if args.deflate else None


def tell(response):
    print(f"status: {response.status_code}")
    for name, value in response.headers.raw_items():
        print(f"header: {name.lower()}: {value}")


async def main():
    args = arguments()
    headers = [tuple(part.strip() for part in line.split(":", 1)) for line in args.header]
    try:
        ws = await connect(
            args.url,
            subprotocols=args.subprotocol or None,
            compression=None,
            extensions=extensions(args),
            additional_headers=headers,
            proxy=None,
            ping_interval=None,
            open_timeout=10,
        )
    except InvalidStatus as refusal:
        print("refused")
        tell(refusal.response)
        body = (refusal.response.body or b"").decode(errors="replace").splitlines()
        if body:
            print(f"body: {body[0]}")
        return
    print("open")
    tell(ws.response)
    if ws.subprotocol:
        print(f"subprotocol: {ws.subprotocol}")
    if ws.protocol.extensions:
        print(f"extensions: {ws.response.headers['Sec-WebSocket-Extensions']}")
    ws.transport.abort()


try:
    asyncio.run(main())
except Exception as error:  # whatever went wrong is what the caller wants to hear
    print(f"error: {type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(1)
