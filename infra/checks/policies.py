"""Holds a transformed template against the policies of checkov, in this process and without a network.

usage: policies.py TEMPLATE

What is not followed is in policies.toml, each with its reason. An exception that nothing needs any more
is a failure as well.
"""

import subprocess
import sys
import tomllib
import json
from pathlib import Path

EXCEPTIONS = Path(__file__).with_name("policies.toml")


def main() -> None:
    (template,) = sys.argv[1:]
    exceptions = tomllib.loads(EXCEPTIONS.read_text())
    command = [Path(sys.executable).with_name("checkov"), "-f", template]
    command += ["--framework", "cloudformation", "--output", "json", "--soft-fail", "--compact"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    summary, failed = report["summary"], report["results"]["failed_checks"]
    if summary["parsing_errors"] or not summary["passed"]:
        sys.exit(f"{template} was not read: {summary}")
    used, problems = set(), []
    for check in failed:
        name, resource = check["check_id"], check["resource"].split(".")[-1]
        exception = exceptions.get(name)
        if exception is None or resource not in exception.get("resources", [resource]):
            problems.append(f"{name} {resource}: {check['check_name']}")
        else:
            used.add(name)
    problems += [f"{name}: nothing needs this exception" for name in exceptions.keys() - used]
    print(f"{summary['passed']} checks passed, {len(failed)} excepted by {len(used)} reasons")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
