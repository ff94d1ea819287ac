/** Keys: known or not, of use or not; every call is judged on key policy and identity policies. What changes a key: kmsAdmin.ts. */
import { administration, lent, stateOf, type Held } from "./kmsAdmin";
import { AwsError, type Kms, type World } from "./types";

export function createKms(world: World): Kms {
    const keys = new Map<string, Held>();

    function open(keyArn: string): Held {
        const key = keys.get(keyArn);
        // https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and the errors of each operation
        if (!key || stateOf(key, world.clock.now) === "Deleted") throw new AwsError("NotFoundException", `Key '${keyArn}' does not exist`);
        return key;
    }

    return {
        addKey: (key) => void keys.set(key.arn, { ...key, grants: new Map() }),
        key: (arn) => keys.get(arn),
        state(arn) {
            const key = keys.get(arn);
            return key && stateOf(key, world.clock.now);
        },
        use(principal, action, keyArn, context) {
            const key = open(keyArn);
            // Cross-account: both sides must allow. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
            const own = principal.account && { "kms:CallerAccount": principal.account };
            lent(world, key, principal, action, () => world.authorize({ principal, action, resource: keyArn, resourceAccount: key.account, context: { ...own, ...context } }));
            // DescribeKey works on any key: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
            if (action === "kms:DescribeKey") return;
            const state = stateOf(key, world.clock.now);
            if (state === "PendingDeletion") throw new AwsError("KMSInvalidStateException", `${keyArn} is pending deletion.`);
            if (state === "Disabled") throw new AwsError("DisabledException", `${keyArn} is disabled.`);
        },
        ...administration(world, open),
    };
}
