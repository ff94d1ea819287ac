/** Keys: known or not, enabled or not; every use is judged on key policy and identity policies. */
import { AwsError, type Key, type Kms, type World } from "./types";

export function createKms(world: World): Kms {
    const keys = new Map<string, Key>();
    return {
        addKey: (key) => void keys.set(key.arn, key),
        key: (arn) => keys.get(arn),
        use(principal, action, keyArn, context) {
            const key = keys.get(keyArn);
            // https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and the errors of each operation
            if (!key) throw new AwsError("NotFoundException", `Key '${keyArn}' does not exist`);
            // Cross-account: both sides must allow. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
            const own = principal.account && { "kms:CallerAccount": principal.account };
            world.authorize({ principal, action, resource: keyArn, resourceAccount: key.account, context: { ...own, ...context } });
            // DescribeKey works on a disabled key: https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
            if (!key.enabled && action !== "kms:DescribeKey") throw new AwsError("DisabledException", `${keyArn} is disabled.`);
        },
    };
}
