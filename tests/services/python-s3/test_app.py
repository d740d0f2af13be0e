"""The store is a bucket in memory that honours conditions; what the SDK sends is seen by a server."""

import http.server
import io
import pathlib
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from contract import HandlerCase, fresh_service


class ClientError(Exception):
    def __init__(self, code):
        super().__init__(f"{code} at 10.0.0.7")
        self.response = {"Error": {"Code": code}}


class Bucket:
    """The objects of both counters; every write needs its condition to hold. `before_put` runs ahead of each write."""

    def __init__(self):
        self.meta = mock.MagicMock()
        self.bodies, self.broken, self.refused = {}, None, 0
        self.lock, self.before_put = threading.Lock(), lambda: None

    @property
    def body(self):
        """Of the production counter."""
        return self.bodies.get("hits")

    @body.setter
    def body(self, value):
        self.bodies["hits"] = value

    def get_object(self, Bucket, Key):
        if self.broken:
            raise ClientError(self.broken)
        body = self.bodies.get(Key)
        if body is None:
            raise ClientError("NoSuchKey")
        return {"Body": io.BytesIO(body), "ETag": f'"{body.decode()}"'}

    def put_object(self, Bucket, Key, Body, **condition):
        self.before_put()
        with self.lock:
            body = self.bodies.get(Key)
            holds = {"IfNoneMatch": "*"} if body is None else {"IfMatch": f'"{body.decode()}"'}
            if condition != holds:
                self.refused += 1
                raise ClientError("PreconditionFailed")
            self.bodies[Key] = Body


class Service(HandlerCase):
    def setUp(self):
        self.bucket = Bucket()
        self.load("python-s3", {"BUCKET_NAME": "counters"}, self.bucket, ClientError)
        self.waits = []
        sleep = mock.patch.object(self.service.time, "sleep", self.waits.append)
        sleep.start()
        self.addCleanup(sleep.stop)

    def test_conforms_to_every_vector_and_counts_only_what_must_count(self):
        must_count = self.check_conformance()
        self.assertEqual({key: int(body) for key, body in self.bucket.bodies.items()}, must_count)

    def test_makes_one_attempt_per_request_so_that_no_write_is_repeated_unseen(self):
        self.assertEqual(self.config["retries"], {"total_max_attempts": 1})

    def test_is_exact_when_ten_race_for_a_hundred(self):
        with ThreadPoolExecutor(10) as pool:
            acknowledged = list(pool.map(lambda _: self.service.increment("hits", lambda: 9.0), range(100)))
        self.assertEqual(sorted(acknowledged), list(range(1, 101)))
        self.assertEqual(self.bucket.body, b"100")

    def test_a_lost_race_costs_a_wait_and_another_try(self):
        losses = iter(range(3))
        self.bucket.body = b"7"

        def another_writes_first():
            if next(losses, None) is not None:
                self.bucket.body = str(int(self.bucket.body) + 1).encode()

        self.bucket.before_put = another_writes_first
        self.assertEqual(self.service.increment("hits", lambda: 9.0), 11)
        self.assertEqual((len(self.waits), self.bucket.refused), (3, 3))

    def test_waits_with_full_jitter_up_to_a_doubling_bound_and_gives_up_in_time(self):
        self.bucket.body = b"7"
        self.bucket.before_put = lambda: setattr(self.bucket, "body", self.bucket.body + b"0")
        left = iter([9.0] * 20 + [1.2, 1.2, 1.0])
        bounds = []
        with mock.patch.object(self.service.random, "uniform", lambda low, high: bounds.append((low, high)) or high):
            with self.assertRaises(self.service.Contended):
                self.service.increment("hits", lambda: next(left))
        self.assertEqual({low for low, _ in bounds}, {0})
        self.assertEqual([high for _, high in bounds[:7]], [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.5])
        self.assertAlmostEqual(bounds[-1][1], 0.2)

    def test_answers_500_without_internals_and_logs_the_cause(self):
        self.bucket.broken = "AccessDenied"
        self.check_without_store()


class Store(http.server.BaseHTTPRequestHandler):
    """Answers as S3 does: the count is 7, and any write is fine."""

    protocol_version = "HTTP/1.1"
    seen = []

    def do_GET(self):
        self.answer(b"7")

    def do_PUT(self):
        self.seen.append(
            (
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(int(self.headers["content-length"])),
            )
        )
        self.answer(b"")

    def answer(self, body):
        self.send_response(200)
        self.send_header("etag", '"7"')
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class OnTheWire(unittest.TestCase):
    def test_sends_the_count_at_once_and_under_its_condition(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "eu-west-2"}
        place = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "AWS_CONFIG_FILE": "/dev/null"}
        own = {"BUCKET_NAME": "counters", "ARCHITECTURE_ID": "python-s3", "AWS_LAMBDA_FUNCTION_VERSION": "7"}
        service = fresh_service("python-s3", keys | place | own)
        self.addCleanup(service._store.close)
        self.assertEqual(service.increment("hits", lambda: 9.0), 8)
        [(headers, body)] = Store.seen
        self.assertEqual(body, b"8")
        self.assertEqual(headers["if-match"], '"7"')
        self.assertNotIn("expect", headers)


if __name__ == "__main__":
    unittest.main()
