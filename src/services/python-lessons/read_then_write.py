"""Lesson: the count is read, then written on condition that nobody else did: two round trips, and races to lose."""

import boto3
from botocore.config import Config
from service import CONFIG, TABLE, key_of, serve

_store = boto3.client("dynamodb", config=Config(**CONFIG))

# As many as a burst of fifty may take; each loser has let somebody else win.
MOST_TRIES = 60


class Contended(Exception):
    """Every try lost its race; nothing was added."""


def try_once(key):
    """Returns the count after it, or None for a lost race."""
    item = _store.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    hits = int(item["hits"]["N"]) if item else 0
    values = {":next": {"N": str(hits + 1)}}
    if item:
        values[":seen"] = {"N": str(hits)}
    try:
        _store.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="SET hits = :next",
            ConditionExpression="hits = :seen" if item else "attribute_not_exists(hits)",
            ExpressionAttributeValues=values,
        )
    except _store.exceptions.ConditionalCheckFailedException:
        return None
    return hits + 1


def increment(counter):
    for _ in range(MOST_TRIES):
        hits = try_once(key_of(counter))
        if hits is not None:
            return hits
    raise Contended(f"lost {MOST_TRIES} races")


handler = serve(increment)
