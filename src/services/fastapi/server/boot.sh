# Sourced by the server's user data, which defines REGION, PARAMETER, STACK, GROUP, `metadata` and `signed`: starts the
# service, registers the server's address once it answers, and tells CloudFormation that the server is ready.

cp /opt/fastapi/server/fastapi*.service /opt/fastapi/server/fastapi*.timer /etc/systemd/system/
systemctl daemon-reload
systemctl enable --now fastapi.service fastapi-health.timer
curl --fail --silent --show-error --retry 60 --retry-delay 1 --retry-connrefused http://127.0.0.1:8000/healthz

ssm() { # ACTION BODY
  signed ssm -H 'content-type: application/x-amz-json-1.1' -H "x-amz-target: AmazonSSM.$1" --data "$2" \
    "https://ssm.$REGION.amazonaws.com/"
}
address=$(metadata local-ipv4)
entry=$(ssm GetParameter "{\"Name\":\"$PARAMETER\"}")
ssm PutParameter "$(python3 /opt/fastapi/server/entry.py "$address" <<<"$entry")"

instance=$(metadata instance-id)
signed cloudformation -H 'content-type: application/x-www-form-urlencoded' \
  --data "Action=SignalResource&Version=2010-05-15&StackName=$STACK&LogicalResourceId=$GROUP&UniqueId=$instance&Status=SUCCESS" \
  "https://cloudformation.$REGION.amazonaws.com/"
