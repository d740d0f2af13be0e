#!/bin/bash
# ValidateService: the service answers over HTTP, and only then is this server's address registered.
set -euo pipefail
# shellcheck source=/dev/null
. /etc/latency-lab/machine.sh

curl -fsS --retry 60 --retry-delay 1 --retry-connrefused --max-time 5 http://127.0.0.1:8000/healthz
python3 /opt/fastapi/server/entry.py "$PARAMETER" "$(metadata local-ipv4)" </etc/latency-lab/target.json |
  json ssm AmazonSSM.PutParameter
