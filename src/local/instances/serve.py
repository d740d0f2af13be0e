"""Runs the FastAPI service as its systemd unit does on a server, but on a free port of 127.0.0.1.

Says its URL in one line of JSON on stdout, and ends when stdin does.
"""

import json
import socket
import sys
import threading

import uvicorn


def end_with_stdin(server):
    sys.stdin.read()
    server.should_exit = True


def main():
    # A socket that listens already: who connects before the application is loaded waits, and is not refused.
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config("app:app", access_log=False, log_level="warning", timeout_keep_alive=75)
    server = uvicorn.Server(config)
    threading.Thread(target=end_with_stdin, args=[server], daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
