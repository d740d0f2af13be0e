"""Runs with nothing but the standard library: boto3 is stood in for, the real one is met by the contract tests."""

import contextlib
import importlib
import io
import json
import os
import pathlib
import re
import sys
import types
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).parents[3]
VECTORS = ROOT / "events" / "contract"
COMMON = json.loads((VECTORS / "common.json").read_text())["headers"]


class ClientError(Exception):
    pass


class Table:
    """The one item, in memory; `broken` makes every update fail."""

    def __init__(self):
        self.hits, self.broken, self.calls = 0, False, []

    def update_item(self, **request):
        if self.broken:
            raise ClientError("connect refused by 10.0.0.7")
        self.calls.append(request)
        self.hits += 1
        return {"Attributes": {"hits": {"N": str(self.hits)}}}


def fresh_service(table):
    """The module as a new process would load it; also what it passed to botocore's Config."""
    config = {}
    modules = {
        "boto3": types.SimpleNamespace(client=lambda name, config: table),
        "botocore": types.ModuleType("botocore"),
        "botocore.config": types.SimpleNamespace(Config=config.update),
        "botocore.exceptions": types.SimpleNamespace(BotoCoreError=ClientError, ClientError=ClientError),
    }
    environment = {"TABLE_NAME": "counters", "ARCHITECTURE_ID": "python-dynamodb"}
    folder = str(ROOT / "src" / "services" / "python-dynamodb")
    with mock.patch.dict(sys.modules, modules), mock.patch.dict(os.environ, environment):
        with mock.patch.object(sys, "path", [folder, *sys.path]):
            sys.modules.pop("app", None)
            return importlib.import_module("app"), config


def vectors(store):
    files = sorted(path for path in VECTORS.glob("*.json") if path.name != "common.json")
    found = [json.loads(path.read_text()) for path in files]
    return [vector for vector in found if vector["kind"] == "sync-counter" and vector["store"] == store]


class Contract(unittest.TestCase):
    def setUp(self):
        self.table = Table()
        self.service, self.config = fresh_service(self.table)

    def ask(self, vector, request_id="request-0"):
        return self.service.handler(vector["event"], types.SimpleNamespace(aws_request_id=request_id))

    def check(self, vector, reply):
        expected = vector["expect"]
        self.assertEqual(reply["statusCode"], expected["status"])
        for name, pattern in {**COMMON, **expected["headers"]}.items():
            self.assertRegex(reply["headers"][name], pattern)
        self.assertRegex(reply["body"], expected["body"])

    def test_conforms_to_every_vector_and_counts_only_what_must_count(self):
        replies = []
        for number, vector in enumerate(vectors("up")):
            with self.subTest(vector["title"]):
                replies.append(self.ask(vector, f"request-{number}"))
                self.check(vector, replies[-1])
        self.assertEqual([r["headers"]["x-cold"] for r in replies], ["1"] + ["0"] * (len(replies) - 1))
        self.assertEqual(len({r["headers"]["x-instance"] for r in replies}), 1)
        self.assertEqual([r["headers"]["x-request-id"] for r in replies], [f"request-{n}" for n in range(len(replies))])
        counting = [v for v in vectors("up") if re.search('hits":', v["expect"]["body"])]
        self.assertEqual(self.table.hits, len(counting))

    def test_increments_in_one_atomic_update_with_one_attempt(self):
        self.service.increment()
        self.assertEqual(
            self.table.calls,
            [
                {
                    "TableName": "counters",
                    "Key": {"id": {"S": "hits"}},
                    "UpdateExpression": "ADD hits :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                    "ReturnValues": "UPDATED_NEW",
                }
            ],
        )
        self.assertEqual(self.config["retries"], {"total_max_attempts": 1})

    def test_answers_500_without_internals_and_logs_the_cause(self):
        self.table.broken = True
        [down] = vectors("down")
        with contextlib.redirect_stderr(io.StringIO()) as log:
            self.check(down, self.ask(down))
        self.assertIn("10.0.0.7", log.getvalue())


if __name__ == "__main__":
    unittest.main()
