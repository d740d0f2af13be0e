"""Writes down who calls what in the emulator, one JSON object a line, so that the calls can be held against policies.

Each distinct call is written once. Of a body only what names a resource is kept, never data. There are two kinds:
- `request`: a signed request to an API, with the access key id that signed it and the status of the answer;
- `task`: what a state machine does itself, by the role that it runs with.
"""

import contextvars
import json
import re
import threading
from urllib.parse import urlencode
from xml.etree import ElementTree

_role = contextvars.ContextVar("role of the state machine that is running", default="")
_machine = contextvars.ContextVar("state machine that is running", default="")
_answer = contextvars.ContextVar("answer to the request that is being handled")

# Fields of requests that name resources.
_NAMING = re.compile(r".*(Name|Names|Arn|Arns|Path|Url|Bucket|Key)$", re.IGNORECASE)

# Headers of requests to S3 that take more rights than the operation itself.
_TAKING = re.compile(
    r"if-(none-)?match|x-amz-(copy-source|acl|grant-.*|tagging|server-side-encryption.*|object-lock-.*|bypass-.*)"
)

# What the function host passes on was written down there, before it chose a version.
RECORDED = "x-latency-lab-recorded"


class _Calls:
    def __init__(self, file: str):
        self._file = file
        self._seen: set[str] = set()
        self._lock = threading.Lock()

    def add(self, call: dict) -> None:
        line = json.dumps(call, sort_keys=True)
        with self._lock:
            if line in self._seen:
                return
            self._seen.add(line)
            with open(self._file, "a", encoding="utf-8") as file:
                file.write(f"{line}\n")


def _names(body: object) -> dict:
    """Texts, and lists of texts, of the fields that name resources."""
    if not isinstance(body, dict):
        return {}

    def is_text(value: object) -> bool:
        return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))

    return {name: value for name, value in body.items() if _NAMING.match(name) and is_text(value)}


def _names_in(service: str, query: dict, body: bytes) -> dict:
    """As `_names`. What S3 is sent is data, but for the list of the objects to delete."""
    try:
        if service != "s3":
            return _names(json.loads(body or b"{}"))
        if "delete" not in query:
            return {}
        return {"Keys": [one.text or "" for one in ElementTree.fromstring(body).iter() if one.tag.endswith("}Key")]}
    except (ValueError, ElementTree.ParseError):
        return {}


def _request(method: str, path: str, headers: dict, body: bytes, query: dict) -> dict | None:
    from ministack.core.router import extract_access_key_id

    key = extract_access_key_id(headers, query)
    if not key or RECORDED in headers:
        return None
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", headers.get("authorization", ""))
    service = scope.group(1) if scope else ""
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return {
        "kind": "request",
        "accessKeyId": key,
        "service": service,
        "host": headers.get("host", ""),
        "method": method,
        "path": path,
        "query": urlencode(query, doseq=True),
        "target": headers.get("x-amz-target", ""),
        "form": body.decode("utf-8", "replace") if is_form else "",
        "headers": {name: value for name, value in headers.items() if _TAKING.fullmatch(name)},
        "names": {} if is_form else _names_in(service, query, body),
    }


def _record_requests(calls: _Calls) -> None:
    from ministack import app as gateway

    # Every request passes here with its whole body, whatever service and addressing it is for.
    app, handle = gateway.app, gateway._handle_post_body_shortcuts

    async def noting(method, path, headers, body, query_params, request_id):
        _answer.get()["call"] = _request(method, path, headers, body, query_params)
        return await handle(method, path, headers, body, query_params, request_id)

    async def recording(scope, receive, send):
        answer: dict = {}
        _answer.set(answer)

        async def sending(message):
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
            await send(message)

        await app(scope, receive, sending)
        if call := answer.get("call"):
            calls.add({**call, "status": answer.get("status", 0)})

    gateway.app, gateway._handle_post_body_shortcuts = recording, noting


def _record_tasks(calls: _Calls) -> None:
    from ministack.services import stepfunctions

    run, invoke = stepfunctions._run_execution, stepfunctions._invoke_resource
    callback = stepfunctions._invoke_with_callback
    read, fan_out = stepfunctions._read_map_items, stepfunctions._run_distributed_map

    def add(resource: str, names: dict) -> None:
        task = {"kind": "task", "role": _role.get(), "stateMachine": _machine.get()}
        calls.add({**task, "resource": resource, "names": names})

    def running(execution_arn):
        arn = stepfunctions._executions[execution_arn]["stateMachineArn"]
        _machine.set(arn)
        _role.set(stepfunctions._state_machines[arn]["roleArn"])
        return run(execution_arn)

    def invoking(resource, input_data):
        add(resource, _names(input_data))
        return invoke(resource, input_data)

    def calling_back(resource, input_data, *rest):
        add(resource, _names(input_data))
        return callback(resource, input_data, *rest)

    def reading(reader, effective, ctx):
        given = reader.get("Parameters") or reader.get("Arguments") or {}
        add(reader.get("Resource", ""), _names(stepfunctions._resolve_params_obj(given, effective, ctx)))
        return read(reader, effective, ctx)

    def fanning_out(state, raw_input, effective, iterator, execution, ctx):
        # On AWS, children are executions that the state machine starts of itself.
        add("arn:aws:states:::states:startExecution", {"StateMachineArn": _machine.get()})
        return fan_out(state, raw_input, effective, iterator, execution, ctx)

    stepfunctions._run_execution, stepfunctions._invoke_resource = running, invoking
    stepfunctions._invoke_with_callback = calling_back
    stepfunctions._read_map_items, stepfunctions._run_distributed_map = reading, fanning_out


def install(file: str) -> None:
    """Records from now on, appending to the file."""
    calls = _Calls(file)
    _record_requests(calls)
    _record_tasks(calls)
