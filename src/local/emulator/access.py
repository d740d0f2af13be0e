"""Who may ask the emulator: programs of this run, by the secret in their access key, and no page in a browser."""

import json
import re
from urllib.parse import parse_qs

# What the function host sends on carries its key here: it has looked at the request itself, whoever signed it.
KEY_HEADER = "x-latency-lab-key"

_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]|[\w.-]+\.localhost):(\d+)", re.IGNORECASE)

# Unsigned on AWS too: addresses that only who was told them knows, and whether the emulator is up.
_UNSIGNED = ("/_ministack/health", "/_ministack/cfn-", "/_ministack/lambda-code/", "/_ministack/lambda-layers/")


def _is_known(key: str, prefix: str) -> bool:
    """A key of the run, or one that the emulator gave out to somebody who had one."""
    from ministack.core.iam_evaluator import find_iam_access_key_account
    from ministack.services import sts

    return key.startswith(prefix) or key in sts._sessions or find_iam_access_key_account(key) is not None


def _fault(headers: dict, path: str, query: dict, port: int, prefix: str) -> str | None:
    """What is wrong with a request, in words; None where nothing is."""
    from ministack.core.router import extract_access_key_id

    host = _OWN_HOST.fullmatch(headers.get("host", ""))
    if host is None or int(host.group(2)) != port:
        return f'this is 127.0.0.1:{port}, not "{headers.get("host", "")}"'
    if headers.get("origin", f"http://{host.group(0)}") != f"http://{host.group(0)}":
        return "a page from elsewhere has no business here"
    key = extract_access_key_id(headers, query)
    if path.startswith(_UNSIGNED) or (key and _is_known(key, prefix)):
        return None
    return "these are not the credentials of this local plane"


async def _refuse(scope: dict, send, message: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": message})
        return
    body = json.dumps({"__type": "UnrecognizedClientException", "message": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _without_cors(send):
    async def sending(message):
        if message["type"] == "http.response.start":
            kept = [one for one in message["headers"] if not one[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    return sending


def guarded(app, port: int, prefix: str):
    """The application behind a check of every request. `prefix` is what the run's access keys begin with."""

    async def guard(scope, receive, send):
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get(KEY_HEADER, "").startswith(prefix):
            rest = [one for one in scope["headers"] if one[0].lower() != KEY_HEADER.encode()]
            # What an HTTP API allows other origins is its own affair.
            is_api = ".execute-api." in headers.get("host", "")
            await app({**scope, "headers": rest}, receive, send if is_api else _without_cors(send))
            return
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        fault = _fault(headers, scope["path"], query, port, prefix)
        if fault is None:
            await app(scope, receive, _without_cors(send))
        else:
            await _refuse(scope, send, fault)

    return guard
