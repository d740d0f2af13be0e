import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from contract import HandlerCase


class ClientError(Exception):
    pass


class Table:
    """The items of both counters, in memory; `broken` makes every update fail."""

    def __init__(self):
        self.counts, self.broken, self.calls = {"hits": 0, "canary": 0}, False, []

    def update_item(self, **request):
        if self.broken:
            raise ClientError("connect refused by 10.0.0.7")
        self.calls.append(request)
        counter = request["Key"]["id"]["S"]
        self.counts[counter] += 1
        return {"Attributes": {"hits": {"N": str(self.counts[counter])}}}


class Service(HandlerCase):
    def setUp(self):
        self.table = Table()
        self.load("python-dynamodb", {"TABLE_NAME": "counters"}, self.table, ClientError)

    def test_conforms_to_every_vector_and_counts_only_what_must_count(self):
        must_count = self.check_conformance()
        self.assertEqual(self.table.counts, must_count)

    def test_increments_in_one_atomic_update_with_one_attempt(self):
        self.assertEqual([self.service.increment("hits"), self.service.increment("hits")], [1, 2])
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
        self.check_without_store()


if __name__ == "__main__":
    unittest.main()
