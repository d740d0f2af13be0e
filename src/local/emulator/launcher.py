"""Starts the AWS emulator for one run and puts the function host in the place of its own Lambda workers.

Started with two directories: where code packages go and where temporary files go. Says `{"port": ..., "version": ...}`
on stdout as soon as it listens on 127.0.0.1, reads the function host's forwarding URL as one line from stdin, and ends
when stdin closes. Everything else that is printed goes to stderr.
"""

import asyncio
import importlib.metadata
import json
import os
import resource
import signal
import socket
import sys
import threading
from pathlib import Path


def listen() -> socket.socket:
    """Takes a free port and keeps it: choosing a number and binding it later would be a race."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    return listener


def configure(port: int, temporary: Path) -> None:
    """The emulator reads its settings from the environment, while it is imported."""
    temporary.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        GATEWAY_PORT=str(port),
        TMPDIR=str(temporary),
        LOG_LEVEL=os.environ.get("LATENCY_LAB_EMULATOR_LOG", "WARNING"),
        MINISTACK_REGION=os.environ["AWS_REGION"],
        MINISTACK_ACCOUNT_ID=os.environ["LATENCY_LAB_ACCOUNT_ID"],
        # The function host counts concurrency and throttles; counting twice would throttle too early.
        LAMBDA_ACCOUNT_CONCURRENCY="0",
        # A Docker that happens to be there is not ours to touch.
        DOCKER_HOST=f"unix://{temporary}/no-docker.sock",
    )
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def serve(listener: socket.socket) -> None:
    import access
    from hypercorn.asyncio import serve as serve_forever
    from hypercorn.config import Config
    from ministack.app import app

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    # Longer than any client keeps an idle connection, so that it is never the server that closes one.
    config.keep_alive_timeout = 3600
    config.loglevel = "WARNING"
    port = listener.getsockname()[1]
    asyncio.run(serve_forever(access.guarded(app, port, os.environ["LATENCY_LAB_KEY_PREFIX"]), config))


def follow_parent(patches) -> None:
    """Ends this process with its parent, whatever way the parent went."""
    for line in sys.stdin:
        patches.forward_to(line.strip())
        # Takes half a second of CPU, which the first template would wait for. Meanwhile `sam deploy` is still starting.
        import samtranslator.translator.transform  # noqa: F401
    os._exit(0)


def main() -> None:
    code, temporary = (Path(given) for given in sys.argv[1:3])
    code.mkdir(parents=True, exist_ok=True)
    ready = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # State lives in memory and ends with the run: there is nothing to shut down in good order.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener = listen()
    port = listener.getsockname()[1]
    configure(port, temporary)
    print(json.dumps({"port": port, "version": importlib.metadata.version("ministack")}), file=ready, flush=True)
    import patches

    patches.apply(code)
    if calls := os.environ.get("LATENCY_LAB_CALLS_FILE"):
        import call_recorder

        call_recorder.install(calls)
    threading.Thread(target=follow_parent, args=(patches,), daemon=True).start()
    serve(listener)


if __name__ == "__main__":
    main()
