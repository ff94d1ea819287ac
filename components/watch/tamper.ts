import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { arnsOf, namesOf, partitionOf, rolePath, type Place } from "../arns";
import { defaultBus, iamForwarderName, iamForwarderPolicy, iamForwarderTrust } from "../policies/tamper";
import { foreignGrants, foreignGrantsName, iamForwarding, iamRegion, tamperRules, type TamperRule } from "./tamperCalls";

export interface TamperRulesArgs {
    readonly place: Place;
    /** Role of `pulumi up` in the backup account, whose calls are of low severity unless denied. */
    readonly deployRoleArn: string;
    readonly noticesArn: pulumi.Input<string>;
}

/**
 * Whoever touches the vault is said within minutes: rules on the default bus mail CloudTrail's calls. They need a trail that logs
 * management events: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export class TamperRules extends AccountComponent {
    constructor(name: string, { place, deployRoleArn, noticesArn }: TamperRulesArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:TamperRules", name, opts);
        for (const rule of tamperRules(place, deployRoleArn)) this.mails(`${name}-${rule.name.slice(namesOf(place).watch.length + 1)}`, place, rule, noticesArn);
        // Without a target: the alarm `foreign-grants` reads how often it matched.
        new aws.cloudwatch.EventRule(
            `${name}-foreign-grants`,
            { name: foreignGrantsName(place), description: "Counts what source accounts do with the key's grants by themselves", eventPattern: JSON.stringify(foreignGrants(place)), state: readingToo },
            { parent: this },
        );
        if (iamRegion(place.region) !== place.region) this.forwards(`${name}-forward`, place);
        this.registerOutputs({});
    }

    private mails(name: string, place: Place, rule: TamperRule, noticesArn: pulumi.Input<string>): void {
        const { name: ruleName } = new aws.cloudwatch.EventRule(
            name,
            { name: rule.name, description: `${rule.severity}: a call ${rule.means}`.slice(0, 512), eventPattern: JSON.stringify(rule.pattern), state: readingToo },
            { parent: this },
        );
        new aws.cloudwatch.EventTarget(
            `${name}-target`,
            {
                rule: ruleName,
                targetId: "notices",
                arn: noticesArn,
                inputTransformer: { inputPaths, inputTemplate: mail(place, rule) },
                // A notice that the topic or its key doesn't take isn't lost, and an alarm says so.
                deadLetterConfig: { arn: arnsOf(place).undeliveredQueue },
            },
            { parent: this },
        );
    }

    /**
     * The provider of the home Region is enough: it takes another Region for a resource.
     *
     * Without dead letters: they would have to lie in the rule's Region (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html),
     * where only a queue, an alarm, a topic and a key of their own could say so. EventBridge tries for a day; what it then drops the trail alone holds.
     */
    private forwards(name: string, place: Place): void {
        const region = iamRegion(place.region);
        const role = new aws.iam.Role(
            `${name}-role`,
            { name: namesOf(place).iamForwarder, path: rolePath, assumeRolePolicy: JSON.stringify(iamForwarderTrust(place)) },
            { parent: this },
        );
        const rights = new aws.iam.RolePolicy(
            `${name}-rights`,
            { name: "rights", role: role.name, policy: JSON.stringify(iamForwarderPolicy(place)) },
            { parent: this },
        );
        const rule = new aws.cloudwatch.EventRule(
            name,
            { region, name: iamForwarderName(place), description: `Calls of IAM and sign-ins of root, to ${place.region}`, eventPattern: JSON.stringify(iamForwarding), state: readingToo },
            { parent: this },
        );
        new aws.cloudwatch.EventTarget(
            `${name}-target`,
            { region, rule: rule.name, targetId: "home", arn: defaultBus(place), roleArn: role.arn },
            { parent: this, dependsOn: rights },
        );
    }
}

/**
 * The default leaves out what CloudTrail counts as reading, and PutRule's page reads as if it left out all calls. The patterns name
 * the calls, so that nothing is mailed in addition. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail-management.html
 */
const readingToo = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";

/**
 * EventBridge escapes none of what it puts into the mail (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html),
 * and a quotation mark could make the whole mail undeliverable. So only fields that AWS fills, from alphabets without quotation
 * marks, white space and `<`: names of calls, services, Regions and errors, ids, times, addresses, and names of roles, users and
 * sessions (`[\w+=,.@-]`). No ARN (a role's path may hold quotation marks), no message, parameter or user agent: they are for the
 * caller to choose. A caller who names his role "deploy" lies by that name only; the principal's id is AWS's.
 */
const inputPaths = {
    call: "$.detail.eventName",
    service: "$.detail.eventSource",
    error: "$.detail.errorCode",
    type: "$.detail.userIdentity.type",
    role: "$.detail.userIdentity.sessionContext.sessionIssuer.userName",
    user: "$.detail.userIdentity.userName",
    principal: "$.detail.userIdentity.principalId",
    account: "$.detail.userIdentity.accountId",
    address: "$.detail.sourceIPAddress",
    time: "$.detail.eventTime",
    region: "$.detail.awsRegion",
    request: "$.detail.requestID",
    event: "$.detail.eventID",
};

const consoles: Record<string, string> = { aws: "console.aws.amazon.com", "aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com" };

/** A line is a string of its own. What an event lacks, such as the error of a call that succeeded, stays empty. */
function mail(place: Place, { severity, means }: TamperRule): string {
    const lines = [
        `${severity}: <call> of <service> in the backup account ${place.backupAccountId}, stack ${place.stack}. Error (empty: it succeeded): <error>`,
        `Such a call ${means}.`,
        "By: <type>, role <role>, user <user>, principal <principal>, account <account>, from <address>",
        "At <time> in <region>, request <request>",
        `The whole call: https://<region>.${consoles[partitionOf(place.region)]}/cloudtrailv2/home?region=<region>#/events/<event>`,
        "or: aws cloudtrail lookup-events --region <region> --lookup-attributes AttributeKey=EventId,AttributeValue=<event>",
        "What to do: README of rds-vault, 'Who touched the vault'",
    ];
    return lines.map((line) => `"${line}"`).join("\n");
}
