import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AccountComponent } from "../accounts";
import { namesOf, type Place } from "../arns";
import { noticesKeyPolicy, noticesTopicPolicy } from "../policies/notices";
import { tamperRuleNames } from "./tamperCalls";

export interface NoticesArgs {
    readonly place: Place;
    /** Alone may change the key's policy. */
    readonly deployRoleArn: string;
    /** May change it too, if there is one. */
    readonly breakGlassRoleArn?: string;
    /** Each is asked by mail to confirm; nothing reaches it before. */
    readonly alertEmails: readonly string[];
}

/** Said by `pulumi up` where nobody is told. Other subscriptions of the topic may be made by hand; `npm run status` sees them. */
export const nobodyTold = (alertEmails: readonly string[]): string | undefined =>
    alertEmails.length ? undefined : "rds-vault:monitoring.alertEmails is empty: alarms, tamper notices and the daily digest reach nobody. Add an address, or subscribe to the notices topic yourself.";

/** Where alarms, tamper rules and the digest go: an encrypted topic, its key, and who is told. */
export class Notices extends AccountComponent {
    readonly arn: pulumi.Output<string>;
    /** What a publisher of this account encrypts with. */
    readonly keyArn: pulumi.Output<string>;
    /** Stand when what is published is let in. */
    readonly ready: pulumi.Resource[];

    constructor(name: string, { place, deployRoleArn, breakGlassRoleArn, alertEmails }: NoticesArgs, opts: pulumi.ComponentResourceOptions) {
        super("rds-vault:watch:Notices", name, opts);
        const names = namesOf(place);

        const key = new aws.kms.Key(
            `${name}-key`,
            {
                description: `Encrypts what is told by ${names.notices}`,
                // Not AWS's own key alias/aws/sns: its policy can't let CloudWatch and EventBridge in.
                policy: JSON.stringify(noticesKeyPolicy(place, deployRoleArn, breakGlassRoleArn)),
                enableKeyRotation: true,
                deletionWindowInDays: 30,
            },
            // Stays when the stack goes: the deploy role may end no key of this account.
            { parent: this, retainOnDelete: true },
        );
        new aws.kms.Alias(`${name}-alias`, { name: names.noticesKey, targetKeyId: key.keyId }, { parent: this });
        const topic = new aws.sns.Topic(name, { name: names.notices, kmsMasterKeyId: key.arn }, { parent: this });
        const policy = new aws.sns.TopicPolicy(
            `${name}-policy`,
            { arn: topic.arn, policy: JSON.stringify(noticesTopicPolicy(place, tamperRuleNames(place))) },
            { parent: this },
        );
        for (const endpoint of alertEmails) {
            new aws.sns.TopicSubscription(`${name}-${endpoint}`, { topic: topic.arn, protocol: "email", endpoint }, { parent: this });
        }
        this.arn = topic.arn;
        this.keyArn = key.arn;
        this.ready = [policy];
        this.registerOutputs({ arn: this.arn, keyArn: this.keyArn });
    }
}
