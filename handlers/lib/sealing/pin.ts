/** A version of an object as ListObjectVersions tells it. */
export interface Version {
    readonly versionId: string;
    /** Bytes. */
    readonly size: number;
    readonly etag: string;
    /** Milliseconds; S3 gives whole seconds. */
    readonly writtenAt: number;
    readonly deleteMarker: boolean;
}

/** Milliseconds from and to which a version counts as written by the task. */
export interface Window {
    readonly from: number;
    readonly to: number;
}

/**
 * What RDS takes for the start of a task isn't documented. A wide margin gives nothing away: before the end nobody knows which names
 * RDS will leave out, and whoever may write at all may do so during the task too.
 */
const beforeStart = 15 * 60_000;
/**
 * After the end everything is known, and whoever has the export role could fill just the gap. RDS has written by then (README: not yet
 * proven), so this is for the clocks alone, which AWS keeps together. What comes later isn't pinned: the export is `partial`, never wrong.
 */
const afterEnd = 60_000;
/** How long after a task's end its info files may come, and what is missing may still appear. */
export const longestDelay = 6 * 3_600_000;

/** The times of a task within which its own objects were written. */
export const windowsOf = (startedAt: number, endedAt: number): { readonly files: Window; readonly infos: Window } => {
    const from = Math.floor((startedAt - beforeStart) / 1000) * 1000;
    return { files: { from, to: endedAt + afterEnd }, infos: { from, to: endedAt + longestDelay } };
};

/** Which version of a key is the export's own; `findings` are sentences about all that RDS doesn't do. */
export interface Pin {
    readonly pinned?: Version;
    readonly findings: readonly string[];
}

/**
 * Picks the version that RDS wrote. `versions` in S3's order: of equal times the later one stands first. The source account may
 * write over its own export's names, but locked versions stay, so the first one within the task's time is the one that was there
 * when RDS was done. RDS writes each name once (README: not yet proven). A name that RDS never wrote can't be told from its own if it
 * was written within that time: whoever has the export role can add to an export under way, not take from it.
 */
export function pin(versions: readonly Version[], { from, to }: Window): Pin {
    const written = versions.filter(({ deleteMarker }) => !deleteMarker);
    const within = written.filter(({ writtenAt }) => writtenAt >= from && writtenAt <= to);
    const pinned = within.reduce<Version | undefined>((first, version) => (first && first.writtenAt < version.writtenAt ? first : version), undefined);
    const markers = versions.length - written.length;
    const outside = written.length - within.length;
    const findings: string[] = [];
    if (within.length > 1) findings.push(`${within.length} versions were written within the task's time; the first is pinned`);
    if (outside) findings.push(`${outside} version${outside > 1 ? "s were" : " was"} written outside the task's time${pinned ? "" : "; none is pinned"}`);
    if (markers) findings.push(`${markers} delete marker${markers > 1 ? "s lie" : " lies"} among the versions`);
    return { pinned, findings };
}
