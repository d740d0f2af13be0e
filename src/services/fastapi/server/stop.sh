#!/bin/bash
# ApplicationStop: the service ends before its files go. Requests meet a closed port until the next one answers.
set -euo pipefail
# A deployment that failed before it had one is followed by this script as well.
[ ! -e /etc/systemd/system/fastapi.service ] || systemctl stop fastapi.service
