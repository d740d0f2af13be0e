import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from contract import HandlerCase


class ConditionalCheckFailed(Exception):
    pass


class Table:
    """The one item, in memory. `rivals` writes come between a read and the write after it; `broken` fails all."""

    exceptions = types.SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailed)

    def __init__(self):
        self.hits, self.rivals, self.broken, self.calls = 0, 0, False, []

    def note(self, name):
        self.calls.append(name)
        if self.broken:
            raise RuntimeError("connect refused by 10.0.0.7")

    def get_item(self, ConsistentRead, **request):
        self.note("read")
        found = {"Item": {"hits": {"N": str(self.hits)}}} if self.hits else {}
        if self.rivals:
            self.rivals -= 1
            self.hits += 1
        return found

    def update_item(self, UpdateExpression, ExpressionAttributeValues, **request):
        self.note("write")
        if UpdateExpression.startswith("ADD"):
            self.hits += 1
        else:
            seen = ExpressionAttributeValues.get(":seen", {"N": "0"})
            if int(seen["N"]) != self.hits:
                raise ConditionalCheckFailed
            self.hits = int(ExpressionAttributeValues[":next"]["N"])
        return {"Attributes": {"hits": {"N": str(self.hits)}}}


class Lesson(HandlerCase):
    def open(self, name):
        self.table = Table()
        self.load("python-lessons", {"TABLE_NAME": "counters"}, self.table, Exception, name)

    def test_each_conforms_to_every_vector_and_counts_only_what_must_count(self):
        for name in ("client_inside", "lazy_import", "read_then_write"):
            with self.subTest(name):
                self.open(name)
                must_count = self.check_conformance()
                self.assertEqual(self.table.hits, must_count)
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
        self.assertEqual([self.service.increment(), self.service.increment()], [1, 2])
        self.assertEqual(self.clients, 2)

    def test_lazy_makes_one_client_with_the_first_request(self):
        self.open("lazy_import")
        self.assertEqual(self.clients, 0)
        self.assertEqual([self.service.increment(), self.service.increment()], [1, 2])
        self.assertEqual(self.clients, 1)

    def test_reading_first_loses_no_update_of_a_rival(self):
        self.open("read_then_write")
        self.table.rivals = 2
        self.assertEqual(self.service.increment(), 3)
        self.assertEqual(self.table.calls, ["read", "write"] * 3)

    def test_reading_first_gives_up_after_its_tries_and_has_added_nothing(self):
        self.open("read_then_write")
        self.table.rivals = 1000
        with self.assertRaises(self.service.Contended):
            self.service.increment()
        self.assertEqual(self.table.hits, self.service.MOST_TRIES)


if __name__ == "__main__":
    unittest.main()
