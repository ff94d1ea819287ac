/** What is rendered or asked, in the words that a peer understands. Each is there for a deviation that says so. */
import { source } from "./hub";

const unheard = ["DenyPlainHttp", "DenyOverwritingManifests"];

/** A document in MiniStack's dialect. */
export function adapted(policy: string): string {
    const document = JSON.parse(policy.replace(/\$\{aws:PrincipalAccount\}/g, source)) as { Statement: { Sid?: string }[] };
    const Statement = document.Statement.filter(({ Sid }) => !unheard.includes(Sid ?? ""));
    const sessionsOf = (arn: string) => {
        const [, account, role] = /^arn:aws:iam::([^:]+):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
        return account ? [`arn:aws:sts::${account}:assumed-role/${role}/*`, ...(account === "*" ? [`arn:aws:iam::${source}:root`] : [])] : arn;
    };
    const dialect = (key: string, value: unknown): unknown => {
        if (key === "aws:PrincipalArn") return [value as string | string[]].flat().flatMap(sessionsOf);
        if (key === "Action") return [value as string | string[]].flat().flatMap((action) => (action === "sqs:SendMessage" ? [action, "sqs:SendMessageBatch"] : action));
        // What is undefined stays out.
        return key === "aws:SourceAccount" ? undefined : value;
    };
    return JSON.stringify({ ...document, Statement }, dialect);
}
