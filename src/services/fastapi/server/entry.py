"""Of SSM's answer to GetParameter on stdin, makes the PutParameter that moves the target to `entry.py ADDRESS`."""

import json
import sys


def moved(reply, address):
    parameter = reply["Parameter"]
    target = json.loads(parameter["Value"]) | {"url": f"http://{address}:8000/hits"}
    return {"Name": parameter["Name"], "Value": json.dumps(target), "Type": "String", "Overwrite": True}


if __name__ == "__main__":
    print(json.dumps(moved(json.load(sys.stdin), sys.argv[1])))
