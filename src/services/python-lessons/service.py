"""What the lessons have in common: the contract of the hit counter around an increment. They differ in nothing else."""

import json
import os
import sys
import uuid

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hits</title>
<h1>Hits: <output id="count">...</output></h1>
<script>
const show = (text) => { document.getElementById("count").textContent = text; };
fetch("hits").then((answer) => answer.json()).then((body) => show(body.hits ?? body.error), () => show("unreachable"));
</script>
</html>
"""

TABLE = os.environ["TABLE_NAME"]
# One attempt, as the service that the lessons are compared with.
CONFIG = {"retries": {"total_max_attempts": 1}, "connect_timeout": 5, "read_timeout": 5, "tcp_keepalive": True}
ARCHITECTURE = os.environ["ARCHITECTURE_ID"]
VERSION = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
INSTANCE = str(uuid.uuid4())


def key_of(counter):
    return {"id": {"S": counter}}


def add_one(store, counter):
    """Adds one to the counter in one atomic update and returns the count after it."""
    reply = store.update_item(
        TableName=TABLE,
        Key=key_of(counter),
        UpdateExpression="ADD hits :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    return int(reply["Attributes"]["hits"]["N"])


def to_json(body):
    return json.dumps(body, separators=(",", ":"))


def route_of(event):
    """Method and path; the raw path of a named stage begins with the stage's name."""
    context = event["requestContext"]
    stage, path = context["stage"], event["rawPath"]
    if stage != "$default" and path.startswith(f"/{stage}/"):
        path = path.removeprefix(f"/{stage}")
    return context["http"]["method"], path


def counter_of(event):
    """The production counter, or that of whoever tries a version out."""
    return "canary" if event.get("headers", {}).get("x-counter") == "canary" else "hits"


def answer(event, increment):
    """Returns status, content type and body."""
    match route_of(event):
        case ("GET", "/hits"):
            try:
                return 200, "application/json", to_json({"hits": increment(counter_of(event))})
            except Exception as error:  # The SDK's own errors have no names before it is imported.
                print("increment failed:", repr(error), file=sys.stderr)
                return 500, "application/json", to_json({"error": "the counter is unavailable"})
        case ("GET", "/"):
            return 200, "text/html; charset=utf-8", PAGE
    return 404, "application/json", to_json({"error": "not found"})


def serve(increment):
    """The function's handler. `increment` adds one to the counter and returns the count after it."""
    cold = True

    def handler(event, context):
        nonlocal cold
        was_cold, cold = cold, False
        status, content_type, body = answer(event, increment)
        return {
            "statusCode": status,
            "headers": {
                "content-type": content_type,
                "cache-control": "no-store",
                "x-architecture": ARCHITECTURE,
                "x-request-id": context.aws_request_id,
                "x-instance": INSTANCE,
                "x-cold": "1" if was_cold else "0",
                "x-version": VERSION,
            },
            "body": body,
        }

    return handler
