#!/bin/bash
# AfterInstall: the files are in /opt/fastapi; tells systemd of the service, and the service which deployment it is of.
set -euo pipefail
printf 'SERVICE_VERSION=%s\n' "$DEPLOYMENT_ID" >/etc/latency-lab/service.env
cp /opt/fastapi/server/fastapi.service /etc/systemd/system/
systemctl daemon-reload
