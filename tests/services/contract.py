"""The contract's vectors for services in Python; needs nothing but the standard library."""

import contextlib
import importlib
import io
import json
import os
import pathlib
import sys
import types
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).parents[2]
VECTORS = ROOT / "events" / "contract"
COMMON = json.loads((VECTORS / "common.json").read_text())["headers"]

sys.dont_write_bytecode = True  # a service's folder is what is deployed


def vectors(store):
    """The vectors of a counter with the given state of its store, by file name."""
    files = sorted(path for path in VECTORS.glob("*.json") if path.name != "common.json")
    found = [json.loads(path.read_text()) for path in files]
    return [vector for vector in found if vector["kind"] == "sync-counter" and vector["store"] == store]


def counts(vectors):
    """How many of the vectors each of the two counters must count."""
    counted = [vector["event"]["headers"] for vector in vectors if 'hits":' in vector["expect"]["body"]]
    canary = sum(headers.get("x-counter") == "canary" for headers in counted)
    return {"hits": len(counted) - canary, "canary": canary}


def fresh_service(folder, environment, modules=None, name="app"):
    """The service's module as a new process would load it."""
    path = [str(ROOT / "src" / "services" / folder), *sys.path]
    with mock.patch.dict(sys.modules, modules or {}), mock.patch.dict(os.environ, environment):
        with mock.patch.object(sys, "path", path):
            for own in (name, "service"):
                sys.modules.pop(own, None)
            return importlib.import_module(name)


class ContractCase(unittest.TestCase):
    def check(self, vector, status, headers, body):
        expected = vector["expect"]
        self.assertEqual(status, expected["status"])
        for name, pattern in {**COMMON, **expected["headers"]}.items():
            self.assertRegex(headers[name], pattern)
        self.assertRegex(body, expected["body"])

    def check_sequence(self, answers):
        """What must hold between the headers of one process's answers, first answer first."""
        self.assertEqual([h["x-cold"] for h in answers], ["1"] + ["0"] * (len(answers) - 1))
        self.assertEqual(len({h["x-instance"] for h in answers}), 1)
        self.assertEqual(len({h["x-request-id"] for h in answers}), len(answers))


class HandlerCase(ContractCase):
    """A Lambda function in Python; boto3 is stood in for here, the contract tests meet the real one."""

    def load(self, folder, environment, client, error, name="app"):
        """@param client what boto3 gives as a client of its store; `config` is what it was asked for with"""
        self.config = {}
        self.clients = 0

        def make_client(name, config):
            self.clients += 1
            return client

        modules = {
            "boto3": types.SimpleNamespace(client=make_client),
            "botocore": types.ModuleType("botocore"),
            "botocore.config": types.SimpleNamespace(Config=self.config.update),
            "botocore.exceptions": types.SimpleNamespace(BotoCoreError=error, ClientError=error),
        }
        # Also for what is imported later.
        self.enterContext(mock.patch.dict(sys.modules, modules))
        self.service = fresh_service(
            folder, environment | {"ARCHITECTURE_ID": folder, "AWS_LAMBDA_FUNCTION_VERSION": "7"}, modules, name
        )

    def ask(self, vector, request_id="request-0"):
        context = types.SimpleNamespace(aws_request_id=request_id, get_remaining_time_in_millis=lambda: 9_000)
        reply = self.service.handler(vector["event"], context)
        self.check(vector, reply["statusCode"], reply["headers"], reply["body"])
        self.assertEqual(reply["headers"]["x-request-id"], request_id)
        self.assertEqual(reply["headers"]["x-version"], "7")
        return reply["headers"]

    def check_conformance(self):
        """Asks for every vector with a working store. Returns how many each counter must count."""
        answers = []
        for number, vector in enumerate(vectors("up")):
            with self.subTest(vector["title"]):
                answers.append(self.ask(vector, f"request-{number}"))
        self.check_sequence(answers)
        return counts(vectors("up"))

    def check_without_store(self):
        [down] = vectors("down")
        with contextlib.redirect_stderr(io.StringIO()) as log:
            self.ask(down)
        self.assertIn("10.0.0.7", log.getvalue())
