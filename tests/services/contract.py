"""The contract's vectors for services in Python; needs nothing but the standard library."""

import importlib
import json
import os
import pathlib
import sys
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


def counts(vector):
    return 'hits":' in vector["expect"]["body"]


def fresh_service(folder, environment, modules=None):
    """The service's module as a new process would load it."""
    path = [str(ROOT / "src" / "services" / folder), *sys.path]
    with mock.patch.dict(sys.modules, modules or {}), mock.patch.dict(os.environ, environment):
        with mock.patch.object(sys, "path", path):
            sys.modules.pop("app", None)
            return importlib.import_module("app")


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
