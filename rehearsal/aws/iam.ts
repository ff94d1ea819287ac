/** Roles, sessions and resource policies. */
import { AwsError, type Guards, type Iam, type Principal, type Role, type World } from "./types";

const partsOf = (roleArn: string) => {
    const [, partition, , , account, resource] = roleArn.split(":");
    return { partition: partition!, account: account!, name: resource!.slice(resource!.lastIndexOf("/") + 1) };
};

export function createIam(world: World): Iam {
    const roles = new Map<string, Role>();
    const resourcePolicies = new Map<string, { account: string; policy: string }>();
    const guardrails = new Map<string, Guards>();
    const sessions = new Map<string, Principal>();
    const accessKeyIds = new Map<string, string>();

    function sessionOf(roleArn: string, sessionName: string): Principal {
        const { partition, account, name } = partsOf(roleArn);
        // Without the path: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
        return { arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionName}`, account, roleArn };
    }

    function assume(principal: Principal, roleArn: string, context: Record<string, string>, sessionName: string): Principal {
        // STS doesn't tell a missing role from a refused one; without the role there is no trust, which refuses.
        world.authorize({ principal, action: "sts:AssumeRole", resource: roleArn, resourceAccount: partsOf(roleArn).account, context });
        return sessionOf(roleArn, sessionName);
    }

    return {
        addRole: (role) => void roles.set(role.arn, role),
        removeRole: (arn) => void roles.delete(arn),
        role: (arn) => roles.get(arn),
        setResourcePolicy: (arn, account, policy) => void resourcePolicies.set(arn, { account, policy }),
        removeResourcePolicy: (arn) => void resourcePolicies.delete(arn),
        resourcePolicy: (arn) => resourcePolicies.get(arn),
        setGuardrails: (account, guards) => void guardrails.set(account, guards),
        guardrails: (account) => guardrails.get(account) ?? { scps: [], rcps: [] },

        assumeRole(caller, roleArn, { externalId, sessionName }) {
            if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw new AwsError("ValidationError", `Invalid RoleSessionName: ${sessionName}`);
            const context = { "sts:RoleSessionName": sessionName, ...(externalId !== undefined && { "sts:ExternalId": externalId }) };
            return assume(caller, roleArn, context, sessionName);
        },

        /**
         * Which keys a service sends is the service's affair: for export.rds.amazonaws.com only `aws:SourceAccount` is
         * known (AWS publishes a trust with it); README: not yet proven.
         */
        assumeAsService(service, roleArn, source) {
            const context = { "aws:SourceAccount": source.account, ...(source.arn !== undefined && { "aws:SourceArn": source.arn }) };
            return assume({ arn: service, service }, roleArn, context, service.split(".")[0]!);
        },

        issue(principal) {
            const known = accessKeyIds.get(principal.arn);
            if (known) return known;
            // "ASIA": temporary. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
            const id = `ASIA${(sessions.size + 1).toString().padStart(16, "0")}`;
            sessions.set(id, principal);
            accessKeyIds.set(principal.arn, id);
            return id;
        },
        whoIs: (accessKeyId) => sessions.get(accessKeyId),
    };
}
