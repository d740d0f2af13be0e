"""The hit counter: Lambda, Python, one S3 object. boto3 comes with the runtime."""

import json
import os
import random
import sys
import time
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

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

BUCKET = os.environ["BUCKET_NAME"]
ARCHITECTURE = os.environ["ARCHITECTURE_ID"]
VERSION = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
INSTANCE = str(uuid.uuid4())
_cold = True

# What S3 answers to the loser of a race: another write came first, is under way, or took the object away.
LOST_RACE = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"}
# Seconds. Full jitter: a uniform wait up to a bound that doubles with each try.
FIRST_WAIT, LONGEST_WAIT = 0.01, 0.5
# What a try may need of the function's time; with less left, the request fails before Lambda cuts it off.
RESERVE = 1.0

# One attempt: a write that S3 made and the SDK repeats would lose the race to itself, and then be counted twice.
_store = boto3.client(
    "s3",
    config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5, tcp_keepalive=True),
)


def send_at_once(request, **_):
    """The SDK asks S3 for leave before it sends a body; for one of a few digits that is only a round trip more."""
    del request.headers["Expect"]


_store.meta.events.register("before-sign.s3.PutObject", send_at_once)


class Contended(Exception):
    """Every try lost its race until the time was used up; nothing was added."""


def read(key):
    """Returns the count, and the condition under which it may be replaced."""
    try:
        reply = _store.get_object(Bucket=BUCKET, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return 0, {"IfNoneMatch": "*"}
        raise
    return int(reply["Body"].read()), {"IfMatch": reply["ETag"]}


def increment(key, seconds_left):
    """
    Adds one to the counter that is kept under `key` and returns the count after it; raises Contended, or botocore's
    errors. `seconds_left` tells how long the caller still has.
    """
    tries = 0
    while seconds_left() > RESERVE:
        count, unchanged = read(key)
        try:
            _store.put_object(Bucket=BUCKET, Key=key, Body=str(count + 1).encode(), **unchanged)
            return count + 1
        except ClientError as error:
            if error.response["Error"]["Code"] not in LOST_RACE:
                raise
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2**tries, max(0.0, seconds_left() - RESERVE))
        time.sleep(random.uniform(0, longest))
        tries += 1
    raise Contended(f"lost {tries} races")


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


def answer(event, seconds_left):
    """Returns status, content type and body."""
    match route_of(event):
        case ("GET", "/hits"):
            try:
                return 200, "application/json", to_json({"hits": increment(counter_of(event), seconds_left)})
            except (BotoCoreError, ClientError, Contended) as error:
                print("increment failed:", repr(error), file=sys.stderr)
                return 500, "application/json", to_json({"error": "the counter is unavailable"})
        case ("GET", "/"):
            return 200, "text/html; charset=utf-8", PAGE
    return 404, "application/json", to_json({"error": "not found"})


def to_json(body):
    return json.dumps(body, separators=(",", ":"))


def handler(event, context):
    global _cold
    was_cold, _cold = _cold, False
    status, content_type, body = answer(event, lambda: context.get_remaining_time_in_millis() / 1000)
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
