#!/bin/bash
# ApplicationStart: returns when the service says that it is ready, with an error when it ends or is silent for 90 s.
set -euo pipefail
systemctl enable fastapi.service
systemctl restart fastapi.service
