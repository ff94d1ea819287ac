/** Whether the names that `pulumi up` gives are free: of roles, of the forwarder's rule, of the StackSet. The bucket's is in `backupAccount`. */
import { namesOf } from "../components/arns";
import type { Settings } from "../components/settings";
import type { Clients } from "./clients";
import { look, ok, problem, type Finding } from "./finding";

type Stack = Pick<Settings, "stack" | "region" | "backupAccount">;
type Asked = Pick<Clients, "iam" | "eventBridge">;

const placeOf = ({ stack, region, backupAccount }: Stack) => ({ stack, region, backupAccountId: backupAccount.id });

/** How each service says that there is nothing of the name. */
const missing = ["NoSuchEntityException", "NoSuchEntity", "ResourceNotFoundException", "StackSetNotFoundException"];

async function exists(ask: () => Promise<unknown>): Promise<boolean> {
    try {
        await ask();
        return true;
    } catch (error) {
        if (missing.includes((error as Error).name)) return false;
        throw error;
    }
}

/** In the backup account. */
export function hubNames(stack: Stack, clients: Pick<Clients, "iam">): Promise<readonly Finding[]> {
    const { starter, sealer, sweeper, watcher, reader, scheduleRole, watchScheduleRole, iamForwarder } = namesOf(placeOf(stack));
    return namesFree("names in the backup account", rolesToAsk([starter, sealer, sweeper, watcher, reader, scheduleRole, watchScheduleRole, iamForwarder], clients));
}

/** In a listed account. A rule of the name would be changed without a word: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
export function sourceNames(stack: Stack, account: string, clients: Asked): Promise<readonly Finding[]> {
    const { forwarder, accessRole, exportRole } = namesOf(placeOf(stack));
    const rule = { name: `rule ${forwarder}`, how: `aws events describe-rule --name ${forwarder} --region ${stack.region}`, ask: () => clients.eventBridge.describeRule({ Name: forwarder }) };
    return namesFree(`names in ${account}`, [...rolesToAsk([forwarder, accessRole, exportRole], clients), rule]);
}

/** In the rollout account. */
export function stackSetName(stack: Stack, { cloudFormation }: Pick<Clients, "cloudFormation">): Promise<readonly Finding[]> {
    const { stackSet } = namesOf(placeOf(stack));
    const how = `aws cloudformation describe-stack-set --stack-set-name ${stackSet} --call-as DELEGATED_ADMIN --region ${stack.region}`;
    return namesFree("name of the StackSet", [{ name: `StackSet ${stackSet}`, how, ask: () => cloudFormation.describeStackSet({ StackSetName: stackSet, CallAs: "DELEGATED_ADMIN" }) }]);
}

interface Name {
    readonly name: string;
    readonly how: string;
    ask(): Promise<unknown>;
}

const rolesToAsk = (names: readonly string[], { iam }: Pick<Clients, "iam">): Name[] =>
    names.map((name) => ({ name: `role ${name}`, how: `aws iam get-role --role-name ${name}`, ask: () => iam.getRole({ RoleName: name }) }));

/** All of them are this stack's own, if it was deployed; some of them are somebody else's, or what a deployment that stopped has left. */
const namesFree = (about: string, names: readonly Name[]) =>
    look(about, `There: ${names[0]!.how}`, async () => {
        const there = await Promise.all(names.map(({ ask }) => exists(ask)));
        const taken = names.filter((_, index) => there[index]);
        if (taken.length === 0) return ok(about, names.length === 1 ? "is free" : `all ${names.length} are free`);
        if (taken.length === names.length) return ok(about, `${names.length === 1 ? "is" : "all are"} taken already: fine if this stack took them, else pulumi up says so`);
        const text = `${taken.map(({ name }) => name).join(", ")} ${taken.length === 1 ? "is" : "are"} there already, the other ${names.length - taken.length} names are free. Left by a pulumi up that stopped: run it again. Somebody else's: remove them, or give the stack another name.`;
        return problem(about, text, `There: ${taken[0]!.how}`);
    });
