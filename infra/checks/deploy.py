"""Deploys a transformed template to an emulated AWS.

usage: deploy.py TEMPLATE ENDPOINT

Says which resources the emulator passed over: what they hold is tested on the template alone. Types that
are not in the list below must be made, so that nothing goes untested unnoticed.
"""

import io
import json
import sys
import zipfile
from collections import Counter
from pathlib import Path

import boto3

STACK = "muster-test"
PARAMETERS = {"Stage": "test", "AlarmAddress": "operations@example.com"}
# Types of which the emulator makes nothing, though it says CREATE_COMPLETE.
PASSED_OVER = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Logs::QueryDefinition",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::Secret",
}


def main() -> None:
    template_file, endpoint = sys.argv[1:]
    template = json.loads(Path(template_file).read_text())
    del template["Outputs"]  # they name what the emulator does not make, and it stumbles over that
    clients = {
        name: boto3.client(
            name,
            endpoint_url=endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        for name in ("cloudformation", "s3")
    }
    put_code(clients["s3"])
    stacks = clients["cloudformation"]
    stacks.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in PARAMETERS.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    status = stacks.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    if status != "CREATE_COMPLETE":
        sys.exit(f"the stack is {status}")
    pages = stacks.get_paginator("list_stack_resources").paginate(StackName=STACK)
    made = {entry["LogicalResourceId"] for page in pages for entry in page["StackResourceSummaries"]}
    wanted = {
        name: resource["Type"]
        for name, resource in template["Resources"].items()
        if "Condition" not in resource
    }
    missing = {name: kind for name, kind in wanted.items() if name not in made}
    print(f"{len(made)} resources of {len(wanted)} deployed to the emulator")
    for kind, count in sorted(Counter(missing.values()).items()):
        print(f"  not emulated, and so tested on the template alone: {count} {kind}")
    surprises = {name for name, kind in missing.items() if kind not in PASSED_OVER}
    if surprises:
        sys.exit("passed over, and not in PASSED_OVER: " + ", ".join(sorted(surprises)))


def put_code(s3) -> None:
    """An archive to stand for the executable: the emulator looks into it, and runs nothing."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("bootstrap", "")
    s3.create_bucket(
        Bucket="muster-code",
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    s3.put_object(Bucket="muster-code", Key="bootstrap.zip", Body=archive.getvalue())


if __name__ == "__main__":
    main()
