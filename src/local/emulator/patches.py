"""What the emulator does not do by itself and the lab relies on; each has a test in tests/local/emulator."""

import hashlib
import json
import os
import threading
import urllib.error
import urllib.request
from pathlib import Path

import template_patches
from ministack import app
from ministack.services import lambda_svc, stepfunctions
from ministack.services.cloudformation import provisioners

# Beyond the function's own timeout: the host needs it to start a process, and is the one that ends it in time.
GRACE_SECONDS = 60

_host = {"url": ""}
_host_known = threading.Event()


def forward_to(url: str) -> None:
    """Invocations wait until the function host's URL is known."""
    _host["url"] = url
    _host_known.set()


def apply(code: Path) -> None:
    template_patches.apply()
    _keep_packages(code)
    _put_objects()
    _name_aliases()
    # Seconds until a changed function is Active. For speed alone: nothing happens meanwhile.
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.02
    lambda_svc._proxy_url_for = lambda config: "function host"
    lambda_svc._execute_function_proxy = _forward
    # The function host writes START, END and REPORT; the emulator's own lines would be a second, wrong account.
    lambda_svc._emit_lambda_logs = lambda *_, **__: None


def _keep_packages(code: Path) -> None:
    """Keeps every code package under its digest, because GetFunction serves $LATEST's whatever version is asked for."""

    def keep(package: bytes | None) -> None:
        if not package:
            return
        file = code / f"{hashlib.sha256(package).hexdigest()}.zip"
        if file.exists():
            return
        part = file.with_suffix(f".{threading.get_ident()}")
        part.write_bytes(package)
        os.replace(part, file)

    def keeping_result(load):
        def wrapped(*args, **kwargs):
            package = load(*args, **kwargs)
            keep(package)
            return package

        return wrapped

    def keeping_argument(check):
        def wrapped(package):
            keep(package)
            return check(package)

        return wrapped

    # The three ways by which a package comes in: from S3, inline in a template, in the body of a request.
    lambda_svc._fetch_code_from_s3 = keeping_result(lambda_svc._fetch_code_from_s3)
    provisioners._zip_inline = keeping_result(provisioners._zip_inline)
    lambda_svc._reject_unreadable_zip = keeping_argument(lambda_svc._reject_unreadable_zip)


def _put_objects() -> None:
    """State machines put objects into S3, a JSON value as its text; the emulator knows that from API calls only."""
    dispatch = stepfunctions._dispatch_aws_sdk_rest_xml

    def dispatch_and_put(service_info, service_name, action, given):
        if (service_name, action) != ("s3", "putObject"):
            return dispatch(service_info, service_name, action, given)
        handler = app.SERVICE_HANDLERS["s3"]
        headers = {"host": "s3.amazonaws.com", "content-type": given.get("ContentType", "application/octet-stream")}
        body = json.dumps(given["Body"]).encode()
        status, answered, reply = app.call_service_handler_sync(
            handler, "PUT", f"/{given['Bucket']}/{given['Key']}", headers, body, {}
        )
        if status >= 400:
            raise stepfunctions._ExecutionError("S3.S3Exception", reply.decode())
        return {"ETag": {name.lower(): value for name, value in answered.items()}.get("etag")}

    stepfunctions._dispatch_aws_sdk_rest_xml = dispatch_and_put


def _name_aliases() -> None:
    """Who invokes an alias asks the function host for it under that name, since the host applies its weights.

    Step Functions, queues and every other source of events find their function by this."""
    resolve = lambda_svc._effective_func_record_for_qualifier

    def resolve_and_name(func, qualifier):
        record, config = resolve(func, qualifier)
        if config is None or qualifier not in func.get("aliases", {}):
            return record, config
        named = {**config, "FunctionArn": f"{func['config']['FunctionArn']}:{qualifier}"}
        return {**record, "config": named}, named

    lambda_svc._effective_func_record_for_qualifier = resolve_and_name


def _forward(func: dict, event: object, _url: str, request_id: str) -> dict:
    """Runs one invocation at the function host and gives its outcome in the emulator's terms."""
    config = func.get("config") or func
    _host_known.wait()
    request = urllib.request.Request(
        _host["url"],
        data=json.dumps(event, ensure_ascii=False).encode(),
        headers={
            "content-type": "application/json",
            "x-latency-lab-key": os.environ["LATENCY_LAB_KEY_PREFIX"],
            "x-amzn-lambda-function-arn": config["FunctionArn"],
            "x-amzn-lambda-function-version": config.get("Version", "$LATEST"),
            "x-amzn-lambda-request-id": request_id,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=int(config.get("Timeout") or 3) + GRACE_SECONDS) as reply:
            return _outcome(reply.read(), reply.headers.get("x-amz-function-error"))
    except urllib.error.HTTPError as refusal:
        return _refused(refusal.code, refusal.read())
    except OSError as error:
        return _error("Lambda.ServiceException", f"the function host did not answer: {error}")


def _outcome(body: bytes, function_error: str | None) -> dict:
    text = body.decode("utf-8", "replace")
    result: dict = {"body": None}
    if text:
        try:
            result = {"body": json.loads(text)}
        except json.JSONDecodeError:
            result = {"body": text, "raw_payload": True}
    return {**result, "error": True, "function_error": function_error} if function_error else result


def _refused(status: int, body: bytes) -> dict:
    text = body.decode("utf-8", "replace")
    if status != 429:
        return _error("Lambda.ServiceException", f"the function host answered {status}: {text[:1000]}")
    try:
        reason = json.loads(text)
    except json.JSONDecodeError:
        reason = {"message": text}
    # Step Functions reads errorType, API callers read __type.
    kind = {"__type": "TooManyRequestsException", "errorType": "Lambda.TooManyRequestsException"}
    return {"throttle": True, "error": True, "body": {**kind, **reason}}


def _error(kind: str, message: str) -> dict:
    return {"error": True, "body": {"errorType": kind, "errorMessage": message}}
