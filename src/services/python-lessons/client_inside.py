"""Lesson: the client is made inside the handler, so every request makes one and opens a connection of its own."""

import boto3
from botocore.config import Config
from service import CONFIG, add_one, serve


def increment(counter):
    return add_one(boto3.client("dynamodb", config=Config(**CONFIG)), counter)


handler = serve(increment)
