"""Runs the FastAPI service as its systemd unit does on a server, but on a free port of 127.0.0.1.

Says its URL in one line of JSON on stdout, and ends when stdin does.
"""

import json
import re
import socket
import sys
import threading

import uvicorn

from app import app

OWN_HOST = r"(127\.0\.0\.1|localhost|\[::1\]):%d"


def end_with_stdin(server):
    sys.stdin.read()
    server.should_exit = True


def guarded(port):
    """The service, but not for pages of elsewhere in a browser: they cannot choose Host and Origin."""

    async def guard(scope, receive, send):
        headers = {name.lower(): value.decode("latin-1") for name, value in scope.get("headers", [])}
        host = headers.get(b"host", "")
        is_own = re.fullmatch(OWN_HOST % port, host) and headers.get(b"origin", f"http://{host}") == f"http://{host}"
        if scope["type"] != "http" or is_own:
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return guard


def main():
    # A socket that listens already: who connects before the application is loaded waits, and is not refused.
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    port = listener.getsockname()[1]
    config = uvicorn.Config(guarded(port), access_log=False, log_level="warning", timeout_keep_alive=75)
    server = uvicorn.Server(config)
    threading.Thread(target=end_with_stdin, args=[server], daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
