import type { TableState, Warning } from "./exportInfo";
import { assignFolders } from "./folders";
import { shortened } from "./some";

/** Objects and bytes that were pinned in a folder. */
export interface Count {
    files: number;
    bytes: number;
    /** Files with bytes that aren't an end mark. */
    data: number;
}

/** What a seal is judged by. */
export interface Evidence {
    /** Status of each `export_info` file. */
    readonly statuses: readonly string[];
    /** Ranges of the tables' pages that could be read. */
    readonly pages: readonly { readonly from: number; readonly to: number }[];
    readonly tables: readonly TableState[];
    /** Info files that can't be read, as sentences. */
    readonly unreadable: readonly string[];
    /** By `<database>/<table>`. */
    readonly folders: ReadonlyMap<string, Readonly<Count>>;
    readonly warning: Warning;
    /** Whether the configuration accepts that a table is skipped. */
    readonly accepts: (target: string) => boolean;
}

/** A table as the manifest lists it. */
export interface TableVerdict {
    /** RDS's name of the table. */
    readonly name: string;
    readonly status: "exported" | "skipped" | "missing";
    readonly files: number;
    readonly bytes: number;
    readonly reason?: string;
    readonly accepted?: boolean;
}

/** Without `missing` the export is all there; with neither, it is complete. */
export interface Judgement {
    readonly tables: readonly TableVerdict[];
    /** Sentences about what may still come: RDS ends a task, S3 shows its files, nobody says in which order. */
    readonly missing: readonly string[];
    /** Sentences about what won't change. */
    readonly problems: readonly string[];
}

/** Why a table that RDS calls COMPLETE isn't. Whether RDS ever gives an empty one a size isn't known (README: not yet proven). */
const lacks = (files: number): string =>
    files ? "RDS says COMPLETE and gives it a size, but no file of it with data is in the vault" : "RDS says COMPLETE, but no file of it is in the vault";

/** COMPLETE isn't complete: every table must be there, or be skipped with somebody's consent. */
export function judge({ statuses, pages, tables, unreadable, folders, warning, accepts }: Evidence): Judgement {
    const states = statesOf(tables, warning);
    // Tables that must have files choose before those that may.
    const order = [...states.values()].sort((a, b) => Number(b.complete) - Number(a.complete)).map(({ target }) => target);
    const assigned = assignFolders(order, (folder) => folders.has(folder));

    const verdicts = [...states.values()].map(({ target, complete, filled, reason }): TableVerdict => {
        const { files, bytes, data } = folders.get(assigned.get(target) ?? "") ?? { files: 0, bytes: 0, data: 0 };
        if (!complete) return { name: target, status: "skipped", files, bytes, reason, accepted: accepts(target) };
        if (files && (data || !filled)) return { name: target, status: "exported", files, bytes };
        return { name: target, status: "missing", files, bytes, reason: lacks(files) };
    });

    const named = new Set(assigned.values());
    const unnamed = [...folders.keys()].filter((folder) => !named.has(folder));
    const missing = [
        ...shortened(unreadable),
        ...(statuses.length ? shortened(statuses.filter((status) => status !== "COMPLETE").map((status) => `export_info says ${status}`)) : ["export_info isn't there"]),
        ...gaps(pages),
        ...(verdicts.length || folders.size ? [] : ["no table is named, and no file is there"]),
        ...shortened(verdicts.filter(({ status }) => status === "missing").map(({ name, files }) => `the table ${name} has no file${files ? " with data" : ""}`)),
        ...shortened(unnamed.map((folder) => `the folder ${folder} holds files, but no table is named for it`)),
    ];
    const refused = verdicts.filter(({ status, accepted }) => status === "skipped" && !accepted);
    const problems = [...shortened(refused.map(({ name, reason }) => `the table ${name} was skipped: ${reason}`)), ...shortened(warning.unknown)];
    return { tables: verdicts, missing, problems };
}

/** By target; whoever says that a table was skipped is believed. */
function statesOf(tables: readonly TableState[], warning: Warning): Map<string, TableState> {
    const states = new Map<string, TableState>();
    for (const state of tables) {
        const known = states.get(state.target);
        if (known?.complete !== false) states.set(state.target, known?.filled ? { ...state, filled: true } : state);
    }
    for (const { target, reason } of warning.skipped) if (states.get(target)?.complete !== false) states.set(target, { target, complete: false, filled: false, reason });
    return states;
}

/** Pages count tables from 0 or 1. Whether RDS says anywhere how many there are isn't known. */
function gaps(pages: readonly { readonly from: number; readonly to: number }[]): string[] {
    if (!pages.length) return ["export_tables_info isn't there"];
    const sentences: string[] = [];
    let reached = 0;
    for (const { from, to } of [...pages].sort((a, b) => a.from - b.from)) {
        if (from > reached + 1) sentences.push(`export_tables_info lacks the tables from ${reached + 1} to ${from - 1}`);
        reached = Math.max(reached, to);
    }
    return shortened(sentences);
}
