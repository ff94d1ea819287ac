/** The attack table: what is tried, by whom, and who must stop it. Data, judged by `judge.ts`. */
import type { Arns, Names } from "../../components/arns";
import type { Document } from "../../components/policies/document";
import type { Settings } from "../../components/settings";
import type { Call } from "../aws/types";
import type { Rendered } from "../graph";

/** In words: actors.ts. */
export type Actor = "A1" | "A2" | "A3" | "A4" | "A5" | "A6" | "A7" | "A8" | "A9" | "A10";

/** Who refuses. "aws": what AWS does whatever policies say, such as key administration, which never crosses accounts. */
export type Control =
    | "lock"
    | "bucket policy"
    | "key policy"
    | "queue policy"
    | "bus policy"
    | "topic policy"
    | "trust"
    | "identity policy"
    | "scp"
    | "rcp"
    | "aws";

export const harms = [
    "delete or shorten",
    "make unreadable",
    "weaken future locks",
    "hide or shadow",
    "junk and cost",
    "read others' exports",
    "stop backups silently",
    "forge work",
    "kill running exports",
    "open trust",
    "blind the watchers",
    "leave or close the account",
    "corrupt before the snapshot",
] as const;
export type Harm = (typeof harms)[number];

/** An account that is saved. */
export interface Source {
    readonly account: string;
    /** "": the first one; else part of the ids of its cases. */
    readonly id: string;
    /** How the program knows it. */
    readonly kind: "listed" | "member";
}

/** What cases are made from. */
export interface Stage {
    readonly settings: Settings;
    readonly rendered: Rendered;
    readonly arns: Arns;
    readonly names: Names;
    readonly keyArn: string;
    readonly noticesKeyArn: string;
    readonly backup: string;
    /** Of each kind that the configuration has, one. */
    readonly sources: readonly Source[];
    /** Another source account than the first. */
    readonly tenant: string;
    readonly partition: string;
    readonly region: string;
    /** Neither enrolled nor of the organization. */
    readonly stranger: string;
    /** Of the organization, outside of what is enrolled. */
    readonly outsider: string;
    readonly management: string;
    /** `aws:<prefix>OrgID` and `aws:<prefix>OrgPaths` of an account; of a stranger none. */
    keysOf(prefix: "Principal" | "Source", account: string): Record<string, string | readonly string[]>;
}

/** Without rules and alarms nothing notices it, which is allowed, and shown. */
export interface Detection {
    /** Of the tamper rules, by topic: the case's own call must match one's pattern. */
    readonly rules?: readonly string[];
    /** By topic: what comes of the call sets them off. */
    readonly alarms?: readonly string[];
    /** When, or what else there is. */
    readonly note?: string;
}

export type Expectation =
    /** Exactly these refuse (judge.ts says what that means), the guardrails included; "lock" is no policy's verdict, and is played (play.ts). */
    | { readonly stoppedBy: readonly Control[] }
    /** Not preventable: the reason, and what notices it. */
    | { readonly open: string; readonly detectedBy: Detection }
    /** A legitimate call, or a look that harms nothing. */
    | { readonly allowed: true };

export interface Attack {
    /** Stable: `1.A4.delete-version`. */
    readonly id: string;
    /** Of the threat model's table of actions (rows.ts); "design": a case that this design adds. */
    readonly row: number | "design";
    readonly harm: Harm;
    /** The last three are legitimate. */
    readonly actor: Actor | "pipeline" | "deploy" | "restore";
    /** A sentence. */
    readonly name: string;
    readonly call: Call;
    /** What AWS asks besides for the same request, such as the key of what is written. */
    readonly also?: readonly Call[];
    /** Where no resource of the graph has one: the organization's delegation policy. */
    readonly resourcePolicy?: Document;
    /** Absent: what the role has by the rendered graph; for a principal that isn't in it everything, as an administrator has. */
    readonly identity?: readonly Document[];
    readonly expect: Expectation;
}
