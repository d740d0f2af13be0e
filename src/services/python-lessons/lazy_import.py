"""Lesson: the first request that needs the SDK imports it. Init is short, and that request pays in its duration."""

import functools

from service import CONFIG, add_one, serve


@functools.cache
def store():
    import boto3
    from botocore.config import Config

    return boto3.client("dynamodb", config=Config(**CONFIG))


def increment(counter):
    return add_one(store(), counter)


handler = serve(increment)
