// Fake clients for the doctor's checks. Proves nothing itself.
import type { Clients } from "../../doctor/clients";
import type { Finding } from "../../doctor/finding";

export const management = "999900001111";
export const backup = "444455556666";
export const rollout = "555566667777";
export const listed = "111122223333";

type Answer = (input: never) => unknown;
export type Answers = { readonly [service in keyof Clients]?: { readonly [call in keyof Clients[service]]?: Answer } };

export const awsError = (name: string, httpStatusCode = 400) => Object.assign(new Error(`${name} of a test`), { name, $metadata: { httpStatusCode } });
export const fails = (name: string, status?: number) => () => {
    throw awsError(name, status);
};

/** Answers what it is told to; any other call is denied, as to a person without rights. `called` collects `service.call`. */
export function fake(answers: Answers, called: string[] = []): Clients {
    const service = (name: string, known: Readonly<Record<string, Answer>> = {}) =>
        new Proxy({}, {
            get: (_, call: string) => async (input: never) => {
                called.push(`${name}.${call}`);
                return (known[call] ?? fails("AccessDeniedException", 403))(input);
            },
        });
    return new Proxy({}, { get: (_, name: string) => service(name, answers[name as keyof Clients] as Record<string, Answer>) }) as Clients;
}

/** `about: status`, in order. */
export const briefly = (findings: readonly Finding[]) => findings.map(({ about, status }) => `${about}: ${status}`);

/** An organization's tree for `listChildren`: units to what lies directly in them, two per page. */
export const treeOf = (tree: Readonly<Record<string, readonly string[]>>) => ({
    listChildren: ({ ParentId, ChildType, NextToken = "0" }: { ParentId: string; ChildType: string; NextToken?: string }) => {
        const inside = tree[ParentId];
        if (!inside) throw awsError("ParentNotFoundException");
        const wanted = inside.filter((id) => id.startsWith("ou-") === (ChildType === "ORGANIZATIONAL_UNIT"));
        const from = Number(NextToken);
        return { Children: wanted.slice(from, from + 2).map((Id) => ({ Id })), ...(from + 2 < wanted.length && { NextToken: String(from + 2) }) };
    },
});
