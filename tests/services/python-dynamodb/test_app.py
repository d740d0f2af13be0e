"""boto3 is stood in for here; the contract tests meet the real one."""

import contextlib
import io
import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from contract import ContractCase, counts, fresh_service, vectors


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


class Service(ContractCase):
    def setUp(self):
        self.table, self.config = Table(), {}
        modules = {
            "boto3": types.SimpleNamespace(client=lambda name, config: self.table),
            "botocore": types.ModuleType("botocore"),
            "botocore.config": types.SimpleNamespace(Config=self.config.update),
            "botocore.exceptions": types.SimpleNamespace(BotoCoreError=ClientError, ClientError=ClientError),
        }
        environment = {"TABLE_NAME": "counters", "ARCHITECTURE_ID": "python-dynamodb"}
        self.service = fresh_service("python-dynamodb", environment, modules)

    def ask(self, vector, request_id="request-0"):
        reply = self.service.handler(vector["event"], types.SimpleNamespace(aws_request_id=request_id))
        self.check(vector, reply["statusCode"], reply["headers"], reply["body"])
        self.assertEqual(reply["headers"]["x-request-id"], request_id)
        return reply["headers"]

    def test_conforms_to_every_vector_and_counts_only_what_must_count(self):
        answers = []
        for number, vector in enumerate(vectors("up")):
            with self.subTest(vector["title"]):
                answers.append(self.ask(vector, f"request-{number}"))
        self.check_sequence(answers)
        self.assertEqual(self.table.hits, sum(map(counts, vectors("up"))))

    def test_increments_in_one_atomic_update_with_one_attempt(self):
        self.assertEqual([self.service.increment(), self.service.increment()], [1, 2])
        expected = {
            "TableName": "counters",
            "Key": {"id": {"S": "hits"}},
            "UpdateExpression": "ADD hits :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
            "ReturnValues": "UPDATED_NEW",
        }
        self.assertEqual(self.table.calls, [expected, expected])
        self.assertEqual(self.config["retries"], {"total_max_attempts": 1})

    def test_answers_500_without_internals_and_logs_the_cause(self):
        self.table.broken = True
        [down] = vectors("down")
        with contextlib.redirect_stderr(io.StringIO()) as log:
            self.ask(down)
        self.assertIn("10.0.0.7", log.getvalue())


if __name__ == "__main__":
    unittest.main()
