"""Turns the SAM template into the CloudFormation that AWS would make of it, without AWS.

usage: transform.py TEMPLATE OUTPUT

Whatever the transform does not understand ends it with all problems at once.
"""

import json
import sys
from pathlib import Path

import boto3
from cfnlint.decode import cfn_yaml
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

# Where the code would lie: `sam build` and `sam deploy` put an address of S3 in the place of CodeUri.
CODE = "s3://muster-code/bootstrap.zip"


def main() -> None:
    template_file, output = (Path(argument) for argument in sys.argv[1:])
    template = json.loads(json.dumps(cfn_yaml.load(str(template_file))))
    template["Globals"]["Function"]["CodeUri"] = CODE
    session = boto3.session.Session(region_name="eu-central-1")
    translator = Translator({}, Parser(), boto_session=session)
    try:
        # The default of every parameter; AlarmAddress has none, and nothing that is transformed needs it.
        transformed = translator.translate(template, {})
    except InvalidDocumentException as error:
        problems = [cause.message for cause in error.causes]
        sys.exit(f"{template_file} cannot be transformed:\n  " + "\n  ".join(problems))
    output.write_text(json.dumps(transformed, indent=1, default=str) + "\n")
    print(f"{len(transformed['Resources'])} resources in {output}")


if __name__ == "__main__":
    main()
