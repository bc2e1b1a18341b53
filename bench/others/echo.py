"""Gives back every message. Prints the port first."""

import asyncio

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


async def echo(connection):
    try:
        async for message in connection:
            await connection.send(message)
    except ConnectionClosed:
        pass


async def main():
    settings = {"compression": None, "max_size": None, "ping_interval": None}
    async with serve(echo, "127.0.0.1", 0, **settings) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
