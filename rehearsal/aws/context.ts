/** Context keys that AWS adds by itself. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
import { iamRegion } from "../../components/watch/tamperCalls";
import type { Call, Guards, Organization, Principal } from "./types";

/**
 * Services that answer, and are logged, in one Region, wherever the caller is: `aws:RequestedRegion` is that one's.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
 */
export const globalServices: ReadonlySet<string> = new Set(["iam", "organizations", "account"]);

export function withAwsKeys(call: Call, region: string, organization?: Pick<Organization, "keysOf">): Record<string, string | readonly string[]> {
    const source = call.context?.["aws:SourceAccount"];
    const service = call.action.slice(0, call.action.indexOf(":"));
    return {
        ...principalKeys(call.principal),
        ...(call.principal.account && organization?.keysOf("Principal", call.principal.account)),
        // An AWS service that acts for a resource tells the place of that resource's account.
        ...(call.principal.service && typeof source === "string" && organization?.keysOf("Source", source)),
        // The clients and the services speak TLS; the loopback HTTP of the rehearsal stands for it.
        "aws:SecureTransport": "true",
        "aws:ResourceAccount": call.resourceAccount,
        "aws:RequestedRegion": globalServices.has(service) ? iamRegion(region) : region,
        ...call.context,
    };
}

function principalKeys(principal: Principal): Record<string, string> {
    // A service principal belongs to no account: neither PrincipalArn nor PrincipalAccount is there.
    if (principal.service) return { "aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": principal.service };
    return {
        "aws:PrincipalIsAWSService": "false",
        // "Account" is the root user: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
        "aws:PrincipalType": principal.arn.endsWith(":root") ? "Account" : "AssumedRole",
        // For a session the key holds the role's ARN, path included, not the session's.
        "aws:PrincipalArn": principal.roleArn ?? principal.arn,
        ...(principal.account && { "aws:PrincipalAccount": principal.account }),
    };
}

/** Services whose resources ours bind, of those that AWS lists: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services */
const boundServices = new Set(["s3", "sts", "kms", "sqs"]);

/**
 * The control policies that bind a call: those on the caller's account, and those on the resource's. None binds service-linked roles
 * and the management account; an AWS service has no account for the former, and the latter bind it.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 */
export function guardsOn({ principal, action, resourceAccount }: Call, guardrails: (account: string) => Guards, isManagement: (account: string) => boolean): Guards {
    const linked = principal.roleArn?.includes(":role/aws-service-role/") === true;
    const bindsCaller = principal.account !== undefined && !principal.service && !linked && !isManagement(principal.account);
    const bindsResource = !linked && !isManagement(resourceAccount) && boundServices.has(action.slice(0, action.indexOf(":")));
    return {
        scps: bindsCaller ? guardrails(principal.account!).scps : [],
        rcps: bindsResource ? guardrails(resourceAccount).rcps : [],
    };
}
