import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from contract import HandlerCase


class ConditionalCheckFailed(Exception):
    pass


class Table:
    """The items of both counters. `rivals` write to production between a read and its write; `broken` fails all."""

    exceptions = types.SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailed)

    def __init__(self):
        self.counts, self.rivals, self.broken, self.calls = {"hits": 0, "canary": 0}, 0, False, []

    def note(self, name):
        self.calls.append(name)
        if self.broken:
            raise RuntimeError("connect refused by 10.0.0.7")

    def get_item(self, Key, ConsistentRead, **request):
        self.note("read")
        count = self.counts[Key["id"]["S"]]
        if self.rivals:
            self.rivals -= 1
            self.counts["hits"] += 1
        return {"Item": {"hits": {"N": str(count)}}} if count else {}

    def update_item(self, Key, UpdateExpression, ExpressionAttributeValues, **request):
        self.note("write")
        counter = Key["id"]["S"]
        if UpdateExpression.startswith("ADD"):
            self.counts[counter] += 1
        else:
            seen = ExpressionAttributeValues.get(":seen", {"N": "0"})
            if int(seen["N"]) != self.counts[counter]:
                raise ConditionalCheckFailed
            self.counts[counter] = int(ExpressionAttributeValues[":next"]["N"])
        return {"Attributes": {"hits": {"N": str(self.counts[counter])}}}


class Lesson(HandlerCase):
    def open(self, name):
        self.table = Table()
        self.load("python-lessons", {"TABLE_NAME": "counters"}, self.table, Exception, name)

    def test_each_conforms_to_every_vector_and_counts_only_what_must_count(self):
        for name in ("client_inside", "lazy_import", "read_then_write"):
            with self.subTest(name):
                self.open(name)
                must_count = self.check_conformance()
                self.assertEqual(self.table.counts, must_count)
                self.assertEqual(self.config["retries"], {"total_max_attempts": 1})

    def test_each_answers_500_without_internals_and_logs_the_cause(self):
        for name in ("client_inside", "lazy_import", "read_then_write"):
            with self.subTest(name):
                self.open(name)
                self.table.broken = True
                self.check_without_store()

    def test_inside_makes_a_client_for_each_request_and_none_before(self):
        self.open("client_inside")
        self.assertEqual(self.clients, 0)
        self.assertEqual([self.service.increment("hits"), self.service.increment("hits")], [1, 2])
        self.assertEqual(self.clients, 2)

    def test_lazy_makes_one_client_with_the_first_request(self):
        self.open("lazy_import")
        self.assertEqual(self.clients, 0)
        self.assertEqual([self.service.increment("hits"), self.service.increment("hits")], [1, 2])
        self.assertEqual(self.clients, 1)

    def test_reading_first_loses_no_update_of_a_rival(self):
        self.open("read_then_write")
        self.table.rivals = 2
        self.assertEqual(self.service.increment("hits"), 3)
        self.assertEqual(self.table.calls, ["read", "write"] * 3)

    def test_reading_first_gives_up_after_its_tries_and_has_added_nothing(self):
        self.open("read_then_write")
        self.table.rivals = 1000
        with self.assertRaises(self.service.Contended):
            self.service.increment("hits")
        self.assertEqual(self.table.counts["hits"], self.service.MOST_TRIES)


if __name__ == "__main__":
    unittest.main()
