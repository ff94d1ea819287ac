/** What a report rests on. Times are milliseconds. */
import type { InventoryLine, Kind, ManifestOutcome } from "../handlers/lib/types";

/** As much of a manifest that verified as reports need; its object list isn't kept. */
export interface Manifest {
    readonly key: string;
    /** 12 digits. */
    readonly account: string;
    readonly kind: Kind;
    readonly identifier: string;
    /** Empty: nobody could tell it any more. */
    readonly resourceId: string;
    readonly taskId: string;
    readonly outcome: ManifestOutcome;
    /** When the data is from; where the manifest tells only the day, its beginning. */
    readonly dataTime: number;
    readonly sealedAt: number;
    /** Absent: nothing is locked, or not all of it. */
    readonly retainUntil?: number;
    readonly bytes: number;
    /** Tables that aren't in the export, though nobody accepted that. */
    readonly lacking: readonly string[];
    readonly problems: readonly string[];
    /** Why RDS gave it up. */
    readonly cause?: string;
}

/** Something that should have been in the report. */
export interface Unreadable {
    /** File or address. */
    readonly path: string;
    readonly reason: string;
}

/** An alarm that rings, or that can't tell. */
export interface Ringing {
    readonly name: string;
    readonly state: "ALARM" | "INSUFFICIENT_DATA";
    /** ISO; absent: CloudWatch doesn't say. */
    readonly since?: string;
    /** StateReason. */
    readonly reason: string;
}

/** Who hears alarms, tamper notices and the digest. */
export interface Told {
    readonly confirmed: number;
    /** Addresses whose owners didn't confirm: nothing reaches them. */
    readonly pending: readonly string[];
}

export interface Evidence {
    /** Where it was read, for the page's head. */
    readonly source: string;
    readonly manifests: readonly Manifest[];
    readonly inventory: readonly InventoryLine[];
    readonly unreadable: readonly Unreadable[];
    /** Absent: files can't tell. */
    readonly alarms?: readonly Ringing[];
    /** Absent: files can't tell, or it couldn't be read. */
    readonly told?: Told;
}

/** Takes what was read, or notes why it can't be. */
export const isUnreadable = <T extends object>(read: T | Unreadable): read is Unreadable => "path" in read && "reason" in read;
