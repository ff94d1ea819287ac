// Doesn't prove what CloudTrail writes for each call, nor EventBridge's own matching (README: "Not yet proven on AWS").
import assert from "node:assert/strict";
import { foreignGrants, foreignGrantsName, iamForwarding, iamRegion, tamperCalls, tamperRuleNames, tamperRules } from "../../components/watch/tamperCalls";
import { arnsOf, namesOf } from "../../components/arns";
import { starterPolicy } from "../../components/policies/access";
import type { Document } from "../../components/policies/document";
import { sealerPolicy } from "../../components/policies/seal";
import { sweeperPolicy } from "../../components/policies/trigger";
import { watcherPolicy } from "../../components/policies/watch";
import { compilePattern } from "../../rehearsal/aws/pattern";

const account = "444455556666";
const shop = "111122223333";
const place = { stack: "prod", region: "eu-west-1", backupAccountId: account };
const deployRoleArn = `arn:aws:iam::${account}:role/rds-vault-deploy`;
const { watch } = namesOf(place);

const rules = tamperRules(place, deployRoleArn).map(({ name, severity, pattern }) => ({ topic: name.slice(watch.length + 1), severity, matches: compilePattern(JSON.stringify(pattern)) }));
const counts = compilePattern(JSON.stringify(foreignGrants(place)));
const forwards = compilePattern(JSON.stringify(iamForwarding));

const session = (roleArn: string) => ({
    type: "AssumedRole", principalId: "AROAEXAMPLE:s", accountId: roleArn.split(":")[4], arn: `arn:aws:sts::${account}:assumed-role/x/s`,
    sessionContext: { sessionIssuer: { type: "Role", arn: roleArn, userName: roleArn.split("/").at(-1) }, attributes: {} },
});
const root = { type: "Root", principalId: account, accountId: account, arn: `arn:aws:iam::${account}:root` };
const callers: Record<string, object> = {
    "root": root,
    "a session of root": { ...root, sessionContext: { attributes: { mfaAuthenticated: "true" } } },
    "an IAM user": { type: "IAMUser", principalId: "AIDAEXAMPLE", accountId: account, userName: "alice", arn: `arn:aws:iam::${account}:user/alice` },
    "an admin's session": session(`arn:aws:iam::${account}:role/admin`),
    "a role of the deploy role's name elsewhere": session(`arn:aws:iam::${account}:role/x/rds-vault-deploy`),
    "another account": { type: "AWSAccount", principalId: "AROAEXAMPLE:s", accountId: shop },
    "one of the functions": session(`arn:aws:iam::${account}:role/rds-vault/${namesOf(place).starter}`),
};
const user = callers["an IAM user"]!;
const deploy = session(deployRoleArn);
/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
const rds = { ...session(`arn:aws:iam::${shop}:role/rds-vault/${namesOf(place).accessRole}`), invokedBy: "export.rds.amazonaws.com" };

interface Call { service: string; name: string; by: object; error?: string; readOnly?: boolean; type?: string; source?: string }

const eventOf = ({ service, name, by, error, readOnly = false, type = "AWS API Call via CloudTrail", source = `aws.${service}` }: Call) => ({
    version: "0", id: "e", source, account, region: "eu-west-1", time: "2026-10-05T00:00:00Z", resources: [], "detail-type": type,
    detail: { eventSource: `${service}.amazonaws.com`, eventName: name, readOnly, userIdentity: by, eventID: "e", ...(error && { errorCode: error }) },
});
const fired = (call: Call) => rules.filter(({ matches }) => matches(eventOf(call))).map(({ topic }) => topic);

/** Lambda's names end in a date; of services that share a topic, the one whose call it is. */
const listed = tamperCalls.flatMap(({ topic, services, names }) => names.map((name) => ({ topic, service: services[0]!, name: typeof name === "string" ? name : `${name.prefix}20150331v2` })));

describe("tamper rules", () => {
    for (const { topic, service, name } of listed) {
        it(`${name}: whoever calls it is said, and that it was denied`, () => {
            for (const [who, by] of Object.entries(callers)) {
                const expected = [...(topic === "grants" && who === "another account" ? [] : [topic]), ...(who.endsWith("root") ? ["root"] : [])];
                assert.deepEqual(fired({ service, name, by }), expected, who);
                assert.deepEqual(fired({ service, name, by, error: "AccessDenied" }), expected, `${who}, denied`);
            }
            assert.deepEqual(fired({ service, name, by: deploy }), ["deploy"], "by the deploy role");
            for (const error of ["AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "AuthorizationErrorException"]) {
                assert.deepEqual(fired({ service, name, by: deploy, error }), [topic], `by the deploy role, ${error}`);
            }
            assert.deepEqual(fired({ service, name, by: deploy, error: "MalformedPolicy" }), [], "an error that a deployment meets");
        });
    }

    it("lists every call in the backup account that an attack of the threat model makes", () => {
        const wanted: Record<string, string> = {
            s3: `PutBucketPolicy DeleteBucketPolicy PutBucketLifecycle PutBucketLifecycleConfiguration DeleteBucketLifecycle PutBucketReplication DeleteBucketReplication
                PutBucketObjectLockConfiguration PutObjectLockConfiguration PutBucketEncryption DeleteBucketEncryption PutBucketVersioning PutBucketAcl PutBucketOwnershipControls
                PutBucketNotification PutBucketLogging PutBucketInventoryConfiguration PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock PutAccountPublicAccessBlock
                DeleteAccountPublicAccessBlock CreateAccessPoint PutAccessPointPolicy CreateAccessGrant PutAccessGrantsInstanceResourcePolicy UpdateAccessGrantsLocation
                AssociateAccessGrantsIdentityCenter CreateBucketMetadataTableConfiguration UpdateBucketMetadataJournalTableConfiguration CreateJob DeleteBucket`,
            kms: `ScheduleKeyDeletion DisableKey PutKeyPolicy RevokeGrant RetireGrant CreateGrant ImportKeyMaterial DeleteImportedKeyMaterial DeleteAlias UpdateAlias DisableKeyRotation
                ReplicateKey UpdatePrimaryRegion DeleteKey CancelKeyDeletion EnableKey`,
            events: "DeleteRule DisableRule PutRule RemoveTargets PutTargets PutPermission RemovePermission DeleteEventBus UpdateEventBus DeleteArchive CreateArchive StartReplay",
            scheduler: "CreateSchedule UpdateSchedule DeleteSchedule DeleteScheduleGroup",
            sqs: "PurgeQueue DeleteQueue SetQueueAttributes AddPermission RemovePermission",
            sns: "DeleteTopic Subscribe Unsubscribe SetTopicAttributes PutDataProtectionPolicy",
            lambda: `UpdateFunctionCode20150331v2 UpdateFunctionConfiguration20150331v2 PutFunctionConcurrency20171031 DeleteFunctionConcurrency20171031 AddPermission20150331v2
                UpdateEventSourceMapping20150331 DeleteEventSourceMapping20150331 DeleteFunction20150331 PutFunctionCodeSigningConfig20200430 DeleteFunctionCodeSigningConfig20200430
                CreateEventSourceMapping20150331 CreateFunction20150331 PutFunctionEventInvokeConfig20190925 UpdateFunctionEventInvokeConfig20190925 PutRuntimeManagementConfig20210720`,
            iam: `UpdateAssumeRolePolicy PutRolePolicy AttachRolePolicy DetachRolePolicy DeleteRolePolicy DeleteRole PutRolePermissionsBoundary DeleteRolePermissionsBoundary CreateUser
                CreateAccessKey CreateLoginProfile CreateSAMLProvider UpdateSAMLProvider CreateOpenIDConnectProvider CreateRole AddUserToGroup PutGroupPolicy AttachGroupPolicy
                UpdateAccessKey UpdateOpenIDConnectProviderThumbprint AddClientIDToOpenIDConnectProvider`,
            sts: "AssumeRoot",
            organizations: "LeaveOrganization AcceptHandshake",
            account: "DisableRegion",
            cloudtrail: "StopLogging DeleteTrail UpdateTrail PutEventSelectors",
            config: "StopConfigurationRecorder",
            guardduty: "DeleteDetector UpdateDetector CreateFilter DisassociateFromAdministratorAccount",
            monitoring: "DeleteAlarms DisableAlarmActions PutMetricAlarm PutLogAlarm PutAlarmMuteRule",
            logs: "DeleteLogGroup PutRetentionPolicy PutDataProtectionPolicy PutAccountPolicy AssociateKmsKey PutSubscriptionFilter PutMetricFilter PutTransformer",
        };
        for (const [service, names] of Object.entries(wanted)) for (const name of names.split(/\s+/)) assert.equal(fired({ service, name, by: user }).length, 1, `${service} ${name}`);
    });

    const loud: [string, Call, string][] = [
        ["the end of a key, which no caller asks for", { service: "kms", name: "DeleteKey", by: { accountId: account, invokedBy: "AWS Internal" }, type: "AWS Service Event via CloudTrail" }, "key"],
        ["root at the console", { service: "signin", name: "ConsoleLogin", by: root, type: "AWS Console Sign In via CloudTrail" }, "root"],
        ["root at the console, by the other spelling", { service: "signin", name: "ConsoleLogin", by: root, type: "AWS Console Signin via CloudTrail" }, "root"],
        ["root looks", { service: "s3", name: "ListBuckets", by: root, readOnly: true }, "root"],
        ["root does what isn't listed", { service: "ec2", name: "RunInstances", by: callers["a session of root"]! }, "root"],
        ["a grant that the backup account gives", { service: "kms", name: "CreateGrant", by: session(`arn:aws:iam::${account}:role/admin`) }, "grants"],
        ["AssumeRoot, should it count as reading", { service: "sts", name: "AssumeRoot", by: { type: "AWSAccount", accountId: "123443211234" }, readOnly: true }, "identity"],
    ];
    for (const [name, call, topic] of loud) it(name, () => assert.deepEqual(fired(call), [topic]));

    const quiet: [string, Call][] = [
        ["RDS lends itself the key for an export", { service: "kms", name: "CreateGrant", by: rds }],
        ["RDS lends itself the key, as the key's account sees it", { service: "kms", name: "CreateGrant", by: { type: "AWSAccount", accountId: shop, invokedBy: "rds.amazonaws.com" } }],
        ["RDS gives it back", { service: "kms", name: "RetireGrant", by: { type: "AWSService", invokedBy: "export.rds.amazonaws.com" } }],
        ["a service acts for root", { service: "s3", name: "GetBucketAcl", by: { ...root, invokedBy: "config.amazonaws.com" }, readOnly: true }],
        ["exports are encrypted", { service: "kms", name: "GenerateDataKey", by: { type: "AWSAccount", accountId: shop, invokedBy: "s3.amazonaws.com" } }],
        ["the starter goes into accounts", { service: "sts", name: "AssumeRole", by: callers["one of the functions"]!, readOnly: true }],
        ["a function starts", { service: "logs", name: "CreateLogStream", by: callers["one of the functions"]! }],
        ["someone reads manifests as the reader", { service: "sts", name: "AssumeRole", by: user, readOnly: true }],
        ["the key turns", { service: "kms", name: "RotateKey", by: { accountId: account, invokedBy: "AWS Internal" }, type: "AWS Service Event via CloudTrail" }],
        ["a user who isn't root signs in", { service: "signin", name: "ConsoleLogin", by: user, type: "AWS Console Sign In via CloudTrail" }],
        ["the deploy role looks", { service: "s3", name: "GetBucketPolicy", by: deploy, readOnly: true }],
        ["the deploy role may not look", { service: "s3", name: "GetBucketAcl", by: deploy, readOnly: true, error: "AccessDenied" }],
        ["somebody of the account forges an event", { service: "kms", name: "ScheduleKeyDeletion", by: root, source: "my.kms" }],
    ];
    for (const [name, call] of quiet) it(`quiet: ${name}`, () => assert.deepEqual(fired(call), []));

    it("what the functions may do rings nothing, and deploying is low throughout", () => {
        const arns = arnsOf(place);
        const keyArn = `arn:aws:kms:eu-west-1:${account}:key/k`;
        const policies: Record<string, Document> = {
            starter: starterPolicy(arns, { accounts: [shop] }), sealer: sealerPolicy(arns, place.region, keyArn), sweeper: sweeperPolicy(arns, { organization: { organizationId: "o-a1b2c3d4e5", units: ["ou-ab12-11111111"] } }),
            watcher: watcherPolicy({ arns, region: place.region, keyArn, noticesKeyArn: keyArn }),
        };
        for (const [who, policy] of Object.entries(policies)) {
            const actions = (policy.Statement as { Action: string | string[] }[]).flatMap(({ Action }) => Action);
            assert.ok(actions.length >= 3, who);
            for (const [service, name] of actions.map((action) => action.replace("*", "").split(":") as [string, string])) {
                assert.deepEqual(fired({ service, name, by: session(`arn:aws:iam::${account}:role/rds-vault/${namesOf(place)[who as "starter"]}`) }), [], `${who}: ${service} ${name}`);
            }
        }
        for (const { service, name } of listed.filter(({ name }) => /^(Create|Put|Subscribe|Update|Associate|Attach|Add)/.test(name))) assert.deepEqual(fired({ service, name, by: deploy }), ["deploy"], name);
    });

    it("grants of source accounts are counted and not mailed, however many; RDS's and our own aren't counted", () => {
        const role = session(`arn:aws:iam::${shop}:role/rds-vault/${namesOf(place).accessRole}`);
        for (const name of ["CreateGrant", "RetireGrant", "RevokeGrant"]) {
            for (const by of [role, { type: "AWSAccount", accountId: shop, principalId: "AROAEXAMPLE:s" }, { type: "Unknown" }]) {
                assert.deepEqual(fired({ service: "kms", name, by }), [], name);
                assert.ok(counts(eventOf({ service: "kms", name, by })), name);
            }
            for (const by of [rds, user, deploy, root, { type: "AWSService", invokedBy: "export.rds.amazonaws.com" }]) assert.ok(!counts(eventOf({ service: "kms", name, by })), name);
        }
        assert.ok(!counts(eventOf({ service: "kms", name: "GenerateDataKey", by: role })));
        assert.ok(!counts(eventOf({ service: "kms", name: "CreateGrant", by: role, source: "my.kms" })));
        assert.ok(!tamperRuleNames(place).includes(foreignGrantsName(place)), "the topic takes nothing from the rule that counts");
    });

    it("fit into EventBridge's 2,048 characters with the longest names", () => {
        const longest = `arn:aws-us-gov:iam::${account}:role/${"p".repeat(511)}/${"r".repeat(64)}`;
        for (const { name, pattern } of tamperRules(place, longest)) assert.ok(JSON.stringify(pattern).length <= 2048, `${name}: ${JSON.stringify(pattern).length}`);
        assert.ok(JSON.stringify(iamForwarding).length <= 2048);
    });

    it("have names for the topic's policy, of at most 64 characters, and one of low severity", () => {
        assert.deepEqual(tamperRuleNames(place), rules.map(({ topic }) => `${watch}-${topic}`));
        const long = { stack: "abcdefghijkl", region: "ap-southeast-1", backupAccountId: account };
        for (const name of [...tamperRuleNames(long), foreignGrantsName(long), `${namesOf(long).watch}-forward`]) assert.ok(name.length <= 64, name);
        assert.deepEqual(rules.filter(({ severity }) => severity === "low").map(({ topic }) => topic), ["deploy"]);
    });
});

describe("calls that are logged in one Region only", () => {
    it("lie in the partition's first Region", () => {
        assert.deepEqual(["eu-west-1", "us-east-1", "cn-northwest-1", "us-gov-east-1"].map(iamRegion), ["us-east-1", "us-east-1", "cn-north-1", "us-gov-west-1"]);
    });

    it("are sent on when a rule of the home Region wants them, and not for looking", () => {
        const identity = listed.filter(({ topic }) => topic === "identity").flatMap(({ name }) => ["iam", "sts", "organizations", "account"].map((service) => ({ service, name })));
        for (const by of [...Object.values(callers), deploy]) for (const call of identity) assert.ok(forwards(eventOf({ ...call, by })), call.name);
        assert.ok(forwards(eventOf({ service: "sts", name: "AssumeRoot", by: root, readOnly: true })));
        for (const type of ["AWS Console Sign In via CloudTrail", "AWS Console Signin via CloudTrail"]) assert.ok(forwards(eventOf({ service: "signin", name: "ConsoleLogin", by: root, type })));
        assert.ok(!forwards(eventOf({ service: "sts", name: "AssumeRole", by: user, readOnly: true })));
        assert.ok(!forwards(eventOf({ service: "iam", name: "GetRole", by: user, readOnly: true })));
        assert.ok(!forwards(eventOf({ service: "kms", name: "DisableKey", by: user })));
    });

    it("are sent on for root, whatever it does there", () => {
        for (const [service, name] of [["iam", "GetRole"], ["kms", "DisableKey"], ["support", "CreateCase"]] as const) {
            assert.ok(forwards(eventOf({ service, name, by: root, readOnly: true })), name);
            assert.ok(!forwards(eventOf({ service, name, by: { ...root, invokedBy: "config.amazonaws.com" }, readOnly: true })), name);
        }
    });
});
