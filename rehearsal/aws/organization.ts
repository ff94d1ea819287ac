/** The organization that the world's accounts belong to: units, members, and the calls that read them. */
import { AwsError, type Organization, type Principal, type SimMember, type World } from "./types";

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html */
const pageSize = 20;

interface Founded {
    readonly id: string;
    readonly rootId: string;
    readonly managementAccount: string;
}

export function createOrganization(world: World): Organization {
    const members = new Map<string, SimMember>();
    /** Unit to the unit or root above it, in the order of their making. */
    const parents = new Map<string, string>();
    const joined: ((member: SimMember) => void)[] = [];
    const gone: ((id: string) => void)[] = [];
    const left = new Map<string, number>();
    let founded: Founded | undefined;

    function own(): Founded {
        if (!founded) throw new AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
        return founded;
    }

    const arn = (what: string) => `arn:${world.partition}:organizations::${own().managementAccount}:${what}`;

    function unitsAbove(unit: string): string[] {
        const parent = parents.get(unit);
        return parent === undefined ? [] : [...unitsAbove(parent), unit];
    }

    function authorize(principal: Principal, operation: string, resource: string): void {
        world.authorize({ principal, action: `organizations:${operation}`, resource, resourceAccount: own().managementAccount });
    }

    /** The parent that a listing names, which the caller may ask for. */
    function parentOf(principal: Principal, operation: string, { ParentId }: Record<string, unknown>): string {
        const { id, rootId } = own();
        const parent = String(ParentId);
        authorize(principal, operation, arn(`${parent === rootId ? "root" : "ou"}/${id}/${parent}`));
        if (parent !== rootId && !parents.has(parent)) throw new AwsError("ParentNotFoundException", "You specified parent that doesn't exist.");
        return parent;
    }

    function page(items: readonly unknown[], key: string, { NextToken, MaxResults }: Record<string, unknown>): Record<string, unknown> {
        const size = Number(MaxResults ?? pageSize);
        if (!(size >= 1 && size <= pageSize)) throw new AwsError("InvalidInputException", `MaxResults is 1 to ${pageSize}, not ${size}.`);
        const from = Number(NextToken ?? 0);
        return { [key]: items.slice(from, from + size), ...(from + size < items.length && { NextToken: String(from + size) }) };
    }

    const membersIn = (unit: string) => [...members.values()].filter((member) => member.unit === unit);
    const operations: Record<string, (principal: Principal, input: Record<string, unknown>) => Record<string, unknown>> = {
        DescribeOrganization(principal) {
            authorize(principal, "DescribeOrganization", "*");
            const { id, managementAccount } = own();
            return { Organization: { Id: id, Arn: arn(`organization/${id}`), FeatureSet: "ALL", MasterAccountId: managementAccount } };
        },
        ListAccountsForParent(principal, input) {
            const parent = parentOf(principal, "ListAccountsForParent", input);
            const accounts = membersIn(parent).map(({ id, name, state }) => ({ Id: id, Arn: arn(`account/${own().id}/${id}`), Name: name, State: state, JoinedMethod: "CREATED" }));
            return page(accounts, "Accounts", input);
        },
        ListChildren(principal, input) {
            const parent = parentOf(principal, "ListChildren", input);
            const ids = input.ChildType === "ACCOUNT" ? membersIn(parent).map(({ id }) => id) : [...parents].filter(([, above]) => above === parent).map(([id]) => id);
            return page(ids.map((Id) => ({ Id, Type: input.ChildType })), "Children", input);
        },
        ListTagsForResource(principal, input) {
            const id = String(input.ResourceId);
            authorize(principal, "ListTagsForResource", arn(`account/${own().id}/${id}`));
            const member = members.get(id);
            if (!member) throw new AwsError("TargetNotFoundException", "We can't find a root, OU, account, or policy with the TargetId that you specified.");
            return { Tags: Object.entries(member.tags).map(([Key, Value]) => ({ Key, Value })) };
        },
    };

    const organization: Organization = {
        found({ id, rootId, managementAccount, delegation }) {
            founded = { id, rootId, managementAccount };
            if (delegation) world.iam.setResourcePolicy("organization", managementAccount, delegation);
        },
        addUnit(id, parent = own().rootId) {
            if (parent !== own().rootId && !parents.has(parent)) throw new Error(`The unit ${parent} is to hold ${id}, and doesn't exist`);
            parents.set(id, parent);
        },
        join({ state = "ACTIVE", tags = {}, ...member }) {
            const known: SimMember = { ...member, state, tags };
            members.set(known.id, known);
            left.delete(known.id);
            for (const tell of joined) tell(known);
        },
        leave(id) {
            if (!members.delete(id)) return;
            left.set(id, world.clock.now);
            for (const tell of gone) tell(id);
        },
        member: (id) => members.get(id),
        members: () => [...members.values()],
        leftAt: (id) => left.get(id),
        unitsOf(id) {
            const member = members.get(id);
            return member ? unitsAbove(member.unit) : [];
        },
        keysOf(prefix, account) {
            if (!founded || !members.has(account)) return {};
            // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
            const path = [founded.id, founded.rootId, ...organization.unitsOf(account), ""].join("/");
            return { [`aws:${prefix}OrgID`]: founded.id, [`aws:${prefix}OrgPaths`]: [path] };
        },
        isManagement: (account) => founded?.managementAccount === account,
        onJoin: (tell) => void joined.push(tell),
        onLeave: (tell) => void gone.push(tell),
        api(principal, operation, input) {
            const run = operations[operation];
            if (!run) throw new AwsError("NotSimulated", `organizations:${operation} isn't simulated`, 501);
            return run(principal, input);
        },
    };
    return organization;
}
