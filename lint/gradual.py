"""Expands the given templates as AWS does with GradualRollout=true, which no validation of their defaults looks at."""

import logging
import os
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
logging.disable(logging.WARNING)
PACKAGED = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::Application": "Location"}
expanded = 0


def resources_of(file):
    with open(file, encoding="utf-8") as text:
        template = yaml_parse(text.read())
    if "GradualRollout" not in template.get("Parameters", {}) or "DeploymentPreference" not in str(template):
        return {}
    for resource in template["Resources"].values():
        if resource["Type"] in PACKAGED:
            resource["Properties"][PACKAGED[resource["Type"]]] = "s3://packaged/here"
    parameters = {"GradualRollout": "true", "DeploymentType": "Canary10Percent5Minutes"}
    return Translator({}, Parser()).translate(template, parameters)["Resources"]


for path in sys.argv[1:]:
    resources = resources_of(path)
    groups = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::CodeDeploy::DeploymentGroup"]
    for group in groups:
        expanded += 1
        if "IsGradual" not in group["AlarmConfiguration"].get("Fn::If", []):
            sys.exit(f"{path}: its alarms do not stop its rollout")
        if "Rollout" not in str(group["ServiceRoleArn"]):
            sys.exit(f"{path}: CodeDeploy has a role of SAM's making")
    policies = [one["UpdatePolicy"] for one in resources.values() if "UpdatePolicy" in one]
    for hook in ("BeforeAllowTrafficHook", "AfterAllowTrafficHook"):
        if not all("Rollout" in str(policy["CodeDeployLambdaAliasUpdate"].get(hook)) for policy in policies):
            sys.exit(f"{path}: nothing judges its versions in a {hook}")
if expanded == 0:
    sys.exit("no template has a gradual rollout")
