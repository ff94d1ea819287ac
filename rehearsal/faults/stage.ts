/** What a fault is, and what all of them use. */
import type { Arns } from "../../components/arns";
import type { AcceptedSkip } from "../../handlers/lib/types";
import type { JudgedCall, LogLine, SimDatabase, SimSnapshot, SimTask } from "../aws/types";
import { firstDay, hour, makeDatabase, snapshotAt, type Shape, type Stage } from "../nights";

export interface FaultStage extends Stage {
    readonly arns: Arns;
    /** The vault's. */
    readonly keyArn: string;
    readonly accounts: readonly string[];
    readonly acceptedSkips: readonly AcceptedSkip[];
}

/** What goes wrong and when, which refused calls it explains, and how it was felt. One that nobody felt proves nothing. */
export interface Fault {
    readonly name: string;
    /** Virtual time, ms. */
    readonly when: number;
    /** Whether the fault explains this refusal. */
    readonly explains?: (call: JudgedCall) => boolean;
    /** While it lasts the account's slots aren't available to anybody. */
    readonly outage?: { readonly account: string; readonly from: number; readonly to: number };
    /** The database that it plays on, if it is one that the configuration may not want. */
    readonly on?: SimDatabase;
    /** Names of alarms and tamper rules that it raises, without the stack's prefix. Rules have half an hour for it, from `when` on. */
    readonly alarms?: readonly string[];
    /** Others that it may raise, by what else plays at the time. */
    readonly mayRing?: readonly string[];
    /** Hours from `when` on that its alarms have. Default 8. */
    readonly within?: number;
    /** Its own end, ms, if that is later; Infinity: nobody mends it. */
    readonly until?: number;
    /** Whom its alarms may name, asked after the play: `<account>`, with all its databases, or `<account> <kind>.<identifier>`. Default: `on`. */
    readonly about?: () => readonly string[];
    /** The vault's default lock isn't there. */
    readonly unlocked?: { readonly from: number; readonly to: number };
    /** What came of it, measured in the world after the play; `undefined`: nothing, which is a violation. */
    readonly effect: () => string | undefined;
}

export type PlayFault = (stage: FaultStage) => Fault;

export const at = (hours: number) => firstDay + hours * hour;
/** What rings when a database stays without a further snapshot; those that faults play on have none by night. */
export const unprotected = ["beyond-rpo", "rpo"];

export const policyOf = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
export const within = (call: JudgedCall, from: number, to: number) => call.at >= from && call.at <= to;
export const bucketOf = ({ arns }: Pick<FaultStage, "arns">): string => arns.bucket.split(":::")[1] ?? "";
export const accountAt = ({ accounts }: FaultStage, index: number) => accounts[index % accounts.length] as string;
export const startsOf = ({ world }: FaultStage, arn: string): SimTask[] => world.rds.tasks().filter(({ sourceArn }) => sourceArn === arn);

/** Log lines of that message and those fields. */
export const logged = ({ world }: FaultStage, message: string, about: Record<string, unknown> = {}): LogLine[] =>
    world.lambda.logs.filter(({ json }) => json?.message === message && Object.entries(about).every(([key, value]) => json[key] === value));

/** A database of its own for a fault, with one manual snapshot. */
export function withSnapshot(stage: FaultStage, index: number, hours: number, shape: Shape & { keyArn?: string; tables?: readonly string[] }) {
    const database = makeDatabase(stage, accountAt(stage, index), shape);
    snapshotAt(stage.world, at(hours), { database, type: "manual", identifier: `${shape.identifier}-by-hand` });
    const snapshot = (): SimSnapshot | undefined => stage.world.rds.snapshots().find((each) => each.database === database);
    return { database, snapshot, tasks: () => startsOf(stage, snapshot()?.arn ?? "") };
}
