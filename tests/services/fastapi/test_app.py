"""Drives the ASGI application itself, without a server. Needs the packages of requirements.lock."""

import asyncio
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from contract import ContractCase, counts, fresh_service, vectors


async def request(app, method, path, query="", counter=None):
    """One HTTP request, with an x-counter where one is given; returns status, headers and body."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http"}
    given = [] if counter is None else [(b"x-counter", counter.encode())]
    scope |= {
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": given,
        "root_path": "",
    }
    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], headers, body.decode()


def hits(count):
    return f'{{"hits":{count}}}'


# A stage is API Gateway's: a plain web service has none.
OWN = [vector for vector in vectors("up") if vector["event"]["requestContext"]["stage"] == "$default"]


class Service(ContractCase):
    def setUp(self):
        self.app = fresh_service("fastapi", {"ARCHITECTURE_ID": "fastapi-ec2"}).app

    def ask(self, vector):
        event = vector["event"]
        method, counter = event["requestContext"]["http"]["method"], event["headers"].get("x-counter")
        call = request(self.app, method, event["rawPath"], event["rawQueryString"], counter)
        status, headers, body = asyncio.run(call)
        self.check(vector, status, headers, body)
        return headers, body

    def test_conforms_to_every_vector_and_counts_only_what_must_count(self):
        answers = []
        for vector in OWN:
            with self.subTest(vector["title"]):
                answers.append(self.ask(vector)[0])
        self.check_sequence(answers)
        for counter, counted in counts(OWN).items():
            _, _, body = asyncio.run(request(self.app, "GET", "/hits", counter=counter))
            self.assertEqual(body, hits(counted + 1))

    def test_says_which_version_answers(self):
        for environment, version in ({}, "1"), ({"SERVICE_VERSION": "2026-11-22"}, "2026-11-22"):
            app = fresh_service("fastapi", {"ARCHITECTURE_ID": "fastapi-ec2"} | environment).app
            headers = asyncio.run(request(app, "GET", "/"))[1]
            self.assertEqual(headers["x-version"], version)

    def test_health_is_neither_a_hit_nor_the_cold_answer(self):
        self.assertEqual(asyncio.run(request(self.app, "GET", "/healthz"))[0], 204)
        headers, body = self.ask(OWN[0])
        self.assertEqual((headers["x-cold"], body), ("1", '{"hits":1}'))

    def test_is_exact_when_two_thousand_are_under_way_at_once(self):
        async def all_at_once():
            return await asyncio.gather(*(request(self.app, "GET", "/hits") for _ in range(2_000)))

        bodies = {body for _, _, body in asyncio.run(all_at_once())}
        self.assertEqual(bodies, {hits(n) for n in range(1, 2_001)})


if __name__ == "__main__":
    unittest.main()
