"""What starts the service on its server. Needs the packages of requirements.lock."""

import concurrent.futures
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

SERVICE = pathlib.Path(__file__).parents[3] / "src" / "services" / "fastapi"


class Entry(unittest.TestCase):
    def test_registers_the_target_at_its_address_and_keeps_all_else(self):
        target = {"version": 1, "id": "fastapi-ec2", "url": "http://starting.invalid:8000/hits", "vantage": "vpc"}
        name = "/latency-lab/lab/targets/fastapi-ec2"
        command = [sys.executable, SERVICE / "server" / "entry.py", name, "10.42.0.7"]
        made = subprocess.run(command, input=json.dumps(target), capture_output=True, text=True, check=True)
        request = json.loads(made.stdout)
        self.assertEqual((request["Name"], request["Overwrite"]), (name, True))
        self.assertEqual(json.loads(request["Value"]), target | {"url": "http://10.42.0.7:8000/hits"})


class Watchdog(unittest.TestCase):
    """serve.py as its unit starts it, with this test in systemd's place."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.inbox.close)
        self.inbox.bind(f"{directory.name}/notify")
        self.inbox.settimeout(20)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/hits"
        env = os.environ | {
            "ARCHITECTURE_ID": "fastapi-ec2",
            "NOTIFY_SOCKET": f"{directory.name}/notify",
            "PORT": str(port),
            "PYTHONPATH": str(SERVICE),
            "WATCHDOG_USEC": "1000000",
        }
        self.server = subprocess.Popen(
            [sys.executable, SERVICE / "server" / "serve.py"], env=env, stderr=subprocess.DEVNULL
        )
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.kill)
        self.assertEqual(self.inbox.recv(100), b"READY=1")

    def beats(self, seconds):
        """How often it said that it is alive."""
        self.inbox.settimeout(0.1)
        end, count = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            try:
                count += self.inbox.recv(100) == b"WATCHDOG=1"
            except TimeoutError:
                pass
        return count

    def test_tells_that_it_is_alive_under_more_load_than_it_can_serve(self):
        def ask(_):
            end = time.monotonic() + 2
            while time.monotonic() < end:
                urllib.request.urlopen(self.url, timeout=20).close()

        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            asking = [pool.submit(ask, n) for n in range(64)]
            # At 1 s without one, systemd would restart it.
            self.assertGreaterEqual(min(self.beats(1), self.beats(1)), 1)
            for future in asking:
                future.result()

    def test_falls_silent_when_it_hangs(self):
        self.assertGreaterEqual(self.beats(1), 1)
        self.server.send_signal(signal.SIGSTOP)
        self.beats(0.2)
        self.assertEqual(self.beats(1), 0)
        self.server.send_signal(signal.SIGCONT)
        self.assertGreaterEqual(self.beats(1), 1)


if __name__ == "__main__":
    unittest.main()
