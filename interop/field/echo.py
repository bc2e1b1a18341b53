"""Echo servers and clients on Python's libraries, each in the way its documentation shows first.

    echo.py LIBRARY server          listens on a free port, and says which
    echo.py LIBRARY client URL      sends back what comes, until it is closed
    echo.py LIBRARY version
"""

import asyncio
import importlib.metadata
import socket
import sys


def free_socket():
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    bound.listen(200)
    bound.setblocking(False)
    print(f"listening on ws://127.0.0.1:{bound.getsockname()[1]}", flush=True)
    return bound


async def websockets_server():
    from websockets.asyncio.server import serve

    async def echo(ws):
        async for message in ws:
            await ws.send(message)

    async with serve(echo, sock=free_socket()) as server:
        await server.serve_forever()


async def websockets_client(url):
    from websockets.asyncio.client import connect

    async with connect(url, proxy=None) as ws:
        async for message in ws:
            await ws.send(message)


async def aiohttp_server():
    from aiohttp import WSMsgType, web

    async def echo(request):
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                await ws.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await ws.send_bytes(message.data)
        return ws

    app = web.Application()
    app.router.add_get("/{path:.*}", echo)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, free_socket()).start()
    await asyncio.Event().wait()


async def aiohttp_client(url):
    import aiohttp

    async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
        async for message in ws:
            if message.type is aiohttp.WSMsgType.TEXT:
                await ws.send_str(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                await ws.send_bytes(message.data)


async def tornado_server():
    from tornado.httpserver import HTTPServer
    from tornado.web import Application
    from tornado.websocket import WebSocketHandler

    class Echo(WebSocketHandler):
        def check_origin(self, origin):
            return True

        async def on_message(self, message):
            await self.write_message(message, binary=isinstance(message, bytes))

    server = HTTPServer(Application([(r".*", Echo)]))
    server.add_socket(free_socket())
    await asyncio.Event().wait()


async def tornado_client(url):
    from tornado.websocket import websocket_connect

    ws = await websocket_connect(url)
    while (message := await ws.read_message()) is not None:
        await ws.write_message(message, binary=isinstance(message, bytes))


async def asgi(scope, receive, send):
    """An application of ASGI, for servers of that."""
    if scope["type"] == "http":
        body = b"a WebSocket is expected\n"
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 426, "headers": [*headers, (b"upgrade", b"websocket")]})
        await send({"type": "http.response.body", "body": body})
        return
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        text, octets = event.get("text"), event.get("bytes")
        if text is not None:
            await send({"type": "websocket.send", "text": text})
        else:
            await send({"type": "websocket.send", "bytes": octets})


async def uvicorn_server():
    import uvicorn

    config = uvicorn.Config(asgi, ws="wsproto", http="h11", lifespan="off", log_level="critical")
    await uvicorn.Server(config).serve(sockets=[free_socket()])


async def hypercorn_server():
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    bound = free_socket()
    config = Config()
    config.bind = [f"fd://{bound.fileno()}"]
    config.errorlog = None
    await serve(asgi, config)


def websocket_client_client(url):
    from websocket import WebSocketConnectionClosedException, create_connection

    ws = create_connection(url)
    try:
        while True:
            opcode, data = ws.recv_data()
            if opcode == 8:
                break
            ws.send(data, opcode)
    except WebSocketConnectionClosedException:
        pass


def main():
    library, role, *arguments = sys.argv[1:]
    if role == "version":
        print(importlib.metadata.version(library))
        return
    run = globals()[f"{library.replace('-', '_')}_{role}"]
    done = run(*arguments)
    if asyncio.iscoroutine(done):
        asyncio.run(done)


main()
