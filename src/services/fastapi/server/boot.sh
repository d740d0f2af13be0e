# Sourced by the server's user data, which defines PARAMETER, `metadata` and `json`: starts the service and, once it
# answers, registers this server's address. The user data itself tells CloudFormation how it ended.

cp /opt/fastapi/server/fastapi.service /etc/systemd/system/
systemctl daemon-reload
systemctl enable --now fastapi.service
curl -fsS --retry 60 --retry-delay 1 --retry-connrefused http://127.0.0.1:8000/healthz

python3 /opt/fastapi/server/entry.py "$PARAMETER" "$(metadata local-ipv4)" </opt/fastapi/target.json |
  json ssm AmazonSSM.PutParameter
