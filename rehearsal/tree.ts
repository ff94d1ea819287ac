/** The rendered graph as a person reads it: by account, components as branches. Pure. */
import { labelOf, type Account } from "./accounts";
import type { Rendered, RenderedResource } from "./graph";

const count = ({ length }: readonly unknown[], what: string) => `${length} ${what}${length === 1 ? "" : "s"}`;

/** @param known the accounts of the configuration */
export function tree({ stack, resources }: Rendered, known: readonly Account[]): string[] {
    const children = (parent: string | undefined) => resources.filter((each) => each.parent === parent);
    const isComponent = ({ type }: RenderedResource) => type.startsWith("rds-vault:");
    const accountOf = (resource: RenderedResource): string | undefined => resource.account ?? children(resource.urn).map(accountOf).find(Boolean);
    const branch = (resource: RenderedResource, depth: number): string[] => {
        const kept = [resource.protect && "protected", resource.retainOnDelete && "retained"].filter(Boolean).join(", ");
        const physical = resource.inputs.name ?? resource.inputs.bucket ?? resource.inputs.deploymentTargets?.organizationalUnitIds.join(", ") ?? "";
        const line = `${"  ".repeat(depth)}${resource.name.padEnd(44 - 2 * depth)} ${resource.type.replace(/^aws:(.*)\/.*:/, "$1.").padEnd(46)} ${physical}${kept ? ` [${kept}]` : ""}`;
        return [line.trimEnd(), ...children(resource.urn).flatMap((child) => branch(child, depth + 1))];
    };
    const roots = resources.filter((each) => isComponent(each) && !resources.some((other) => other.urn === each.parent && isComponent(other)));
    const accounts = [...new Set(roots.map(accountOf))];
    // An account may be more than one: the rollout account may be listed.
    const labels = (id: string | undefined) => known.filter((account) => account.id === id).map(labelOf).join(" and ");
    const custom = resources.filter(({ account }) => account);
    return [
        `Stack ${stack}: ${count(custom, "resource")} in ${count(accounts, "account")}`,
        ...accounts.flatMap((account) => ["", `Account ${account}, ${labels(account)}`, ...roots.filter((root) => accountOf(root) === account).flatMap((root) => branch(root, 1))]),
    ];
}
