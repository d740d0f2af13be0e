"""`entry.py NAME ADDRESS`: of a target on stdin, makes the PutParameter that registers it at an address."""

import json
import sys


def entry(target, name, address):
    value = json.dumps(target | {"url": f"http://{address}:8000/hits"})
    return {"Name": name, "Value": value, "Type": "String", "Overwrite": True}


if __name__ == "__main__":
    print(json.dumps(entry(json.load(sys.stdin), *sys.argv[1:])))
