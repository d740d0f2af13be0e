import importlib.util
import json
import pathlib
import unittest

FILE = pathlib.Path(__file__).parents[3] / "src" / "services" / "fastapi" / "server" / "entry.py"


def load():
    spec = importlib.util.spec_from_file_location("entry", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Moved(unittest.TestCase):
    def test_moves_the_target_and_keeps_all_else(self):
        target = {"version": 1, "id": "fastapi-ec2", "url": "http://starting.invalid:8000/hits", "vantage": "vpc"}
        name = "/latency-lab/lab/targets/fastapi-ec2"
        request = load().moved({"Parameter": {"Name": name, "Value": json.dumps(target)}}, "10.42.0.7")
        self.assertEqual((request["Name"], request["Overwrite"]), (name, True))
        self.assertEqual(json.loads(request["Value"]), target | {"url": "http://10.42.0.7:8000/hits"})


if __name__ == "__main__":
    unittest.main()
