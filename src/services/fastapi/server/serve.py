"""Runs the hit counter and tells systemd every few seconds that its event loop still turns.

A server that is only busy goes on telling; one that hangs falls silent, and systemd restarts it. Nobody asks it over
HTTP, where a question that waits behind a thousand others looks like a hang: a restart for that would lose the count.
"""

import asyncio
import os
import socket

import uvicorn


def notify(state):
    """systemd's sd_notify; does nothing where nobody asked for it."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            # A leading @ stands for the zero byte of an abstract address.
            sender.sendto(state, "\0" + path[1:] if path[0] == "@" else path)


async def watch(server, seconds):
    while not server.started:
        await asyncio.sleep(0.05)
    notify(b"READY=1")
    while True:
        notify(b"WATCHDOG=1")
        await asyncio.sleep(seconds)


async def main():
    # One process: each would have a counter of its own.
    port = int(os.environ.get("PORT", "8000"))
    config = uvicorn.Config("app:app", host="0.0.0.0", port=port, access_log=False, timeout_keep_alive=75)
    server = uvicorn.Server(config)
    # Often enough that three can be late before systemd gives up.
    watching = asyncio.create_task(watch(server, int(os.environ.get("WATCHDOG_USEC", "60000000")) / 4e6))
    await server.serve()
    watching.cancel()


if __name__ == "__main__":
    asyncio.run(main())
