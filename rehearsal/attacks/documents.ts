/** Every policy of the rendered graph, by what it is attached to; each can be swapped for another. Pure. */
import { partitionOf } from "../../components/arns";
import type { Document } from "../../components/policies/document";
import type { Settings } from "../../components/settings";
import { guardsOn } from "../aws/context";
import type { Call } from "../aws/types";
import type { Rendered, RenderedResource } from "../graph";

export interface Documents {
    /** `resource <arn>`, `trust <role arn>`, `identity <role arn>`, `scp backup 1`, `scp sources 1`, `rcp 1`. */
    readonly byId: ReadonlyMap<string, Document>;
    /** As JSON; the same text for the same document. */
    text(id: string): string | undefined;
    /** Where the policy on the resource's side of a call would be. */
    resourceId(call: Call): string;
    /** Of a role of ours. */
    identityId(roleArn: string): string;
    /** What binds a call, of the guardrails: on the principal's side and on the resource's. */
    guardrailIds(call: Call): { readonly scps: readonly string[]; readonly rcps: readonly string[] };
    replace(id: string, document: Document): Documents;
}

/** Accounts of the enrolled units, which the StackSet's template is resolved for: the attacked one, and another tenant. */
export const membersOf = ({ organization }: Settings): readonly string[] => (organization ? ["666677778888", "777788889999"] : []);

export function documentsOf(rendered: Rendered, settings: Settings): Documents {
    const members = membersOf(settings);
    const sources = new Set([...settings.sourceAccounts.map(({ id }) => id), ...members]);
    const roles = members.flatMap((member) => stackSetRoles(rendered, settings, member));
    return documents(onlyOnce([...attached(rendered), ...roles, ...guardrails(rendered)]), settings.backupAccount.id, sources);
}

function documents(byId: ReadonlyMap<string, Document>, backup: string, sources: ReadonlySet<string>): Documents {
    const texts = new Map<string, string>();
    const ids = (kind: string) => [...byId.keys()].filter((id) => id.startsWith(`${kind} `));
    const [backupScps, sourceScps, rcps] = [ids("scp backup"), ids("scp sources"), ids("rcp")];
    return {
        byId,
        text(id) {
            const document = byId.get(id);
            if (!document) return undefined;
            if (!texts.has(id)) texts.set(id, JSON.stringify(document));
            return texts.get(id);
        },
        // An object is guarded by its bucket's policy.
        resourceId: ({ action, resource }) => (/^sts:(AssumeRole|TagSession)$/.test(action) ? `trust ${resource}` : `resource ${action.startsWith("s3:") ? resource.split("/", 1)[0] : resource}`),
        identityId: (roleArn) => `identity ${roleArn}`,
        // The management account is neither the backup account nor a source, and has none.
        guardrailIds: (call) => guardsOn(call, (account) => ({ scps: account === backup ? backupScps : sources.has(account) ? sourceScps : [], rcps: account === backup ? rcps : [] }), () => false),
        replace: (id, document) => documents(new Map([...byId, [id, document]]), backup, sources),
    };
}

type Entries = [id: string, document: Document][];

/** Of two policies of one role or resource the first would go unjudged. */
function onlyOnce(entries: Entries): Map<string, Document> {
    const twice = entries.map(([id]) => id).find((id, i, all) => all.indexOf(id) !== i);
    if (twice !== undefined) throw new Error(`Two documents are attached as ${twice}; the attack table judges one`);
    return new Map(entries);
}

const parsed = (policy: unknown): Document => (typeof policy === "string" ? JSON.parse(policy) : policy) as Document;

function attached({ resources }: Rendered): Entries {
    const of = (type: string) => resources.filter((each) => each.type === `aws:${type}`);
    const arnOf = (type: string, owner: RenderedResource, passes: (each: RenderedResource) => boolean): string =>
        of(type).find((each) => each.account === owner.account && passes(each))!.outputs!.arn as string;
    return [
        ...of("iam/role:Role").map(({ inputs, outputs }): [string, Document] => [`trust ${outputs!.arn}`, parsed(inputs.assumeRolePolicy)]),
        ...of("iam/rolePolicy:RolePolicy").map((each): [string, Document] => [
            `identity ${arnOf("iam/role:Role", each, ({ inputs, outputs }) => [inputs.name, outputs!.id].includes(each.inputs.role))}`,
            parsed(each.inputs.policy),
        ]),
        ...of("s3/bucketPolicy:BucketPolicy").map((each): [string, Document] => [`resource arn:${partitionOf(each.region!)}:s3:::${each.inputs.bucket}`, parsed(each.inputs.policy)]),
        ...of("kms/key:Key").map(({ inputs, outputs }): [string, Document] => [`resource ${outputs!.arn}`, parsed(inputs.policy)]),
        ...of("sqs/queuePolicy:QueuePolicy").map((each): [string, Document] => [
            `resource ${arnOf("sqs/queue:Queue", each, ({ outputs, inputs }) => outputs!.url === each.inputs.queueUrl || each.inputs.queueUrl.endsWith(`/${inputs.name}`))}`,
            parsed(each.inputs.policy),
        ]),
        ...of("cloudwatch/eventBusPolicy:EventBusPolicy").map((each): [string, Document] => [
            `resource ${arnOf("cloudwatch/eventBus:EventBus", each, ({ inputs }) => inputs.name === each.inputs.eventBusName)}`,
            parsed(each.inputs.policy),
        ]),
        ...of("sns/topicPolicy:TopicPolicy").map(({ inputs }): [string, Document] => [`resource ${inputs.arn}`, parsed(inputs.policy)]),
    ];
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
function stackSetRoles({ resources }: Rendered, { region, partition }: Settings, member: string): Entries {
    const set = resources.find(({ type }) => type === "aws:cloudformation/stackSet:StackSet");
    if (!set) return [];
    const pseudo: Record<string, string> = { "AWS::AccountId": member, "AWS::Region": region, "AWS::Partition": partition };
    const resolved = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(resolved);
        if (typeof value !== "object" || value === null) return value;
        const { Ref: ref, "Fn::Sub": sub } = value as Record<string, unknown>;
        if (typeof ref === "string") return pseudo[ref];
        if (typeof sub === "string") return sub.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, what: string) => (literal ? `\${${what}}` : pseudo[what]!));
        return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each)]));
    };
    const template = JSON.parse(set.inputs.templateBody as string) as { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };
    return Object.values(template.Resources).filter(({ Type }) => Type === "AWS::IAM::Role").flatMap(({ Properties }): Entries => {
        const { RoleName, Path, AssumeRolePolicyDocument, Policies } = Properties as { RoleName: string; Path: string; AssumeRolePolicyDocument: unknown; Policies: { PolicyDocument: unknown }[] };
        const arn = `arn:${partition}:iam::${member}:role${Path}${RoleName}`;
        return [[`trust ${arn}`, resolved(AssumeRolePolicyDocument) as Document], ...Policies.map(({ PolicyDocument }): Entries[number] => [`identity ${arn}`, resolved(PolicyDocument) as Document])];
    });
}

const guardrails = ({ guardrails: { backupAccount, sourceAccounts, backupResources } }: Rendered): Entries =>
    Object.entries({ "scp backup": backupAccount, "scp sources": sourceAccounts, rcp: backupResources }).flatMap(([kind, all]) => all.map((each, i): Entries[number] => [`${kind} ${i + 1}`, each]));
