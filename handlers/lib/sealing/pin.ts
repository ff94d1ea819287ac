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

/** Clocks of RDS and S3 differ, and what RDS takes for the start of a task isn't documented. */
const skew = 15 * 60_000;
/** How long after a task's end its info files may come, and what is missing may still appear. */
export const patience = 6 * 3_600_000;

/** The times of a task within which its own objects were written. */
export const windowsOf = (startedAt: number, endedAt: number): { readonly files: Window; readonly infos: Window } => {
    const from = Math.floor((startedAt - skew) / 1000) * 1000;
    return { files: { from, to: endedAt + skew }, infos: { from, to: endedAt + patience } };
};

/** Which version of a key is the export's own; `findings` are sentences about all that RDS doesn't do. */
export interface Pin {
    readonly pinned?: Version;
    readonly findings: readonly string[];
}

/**
 * Picks the version that RDS wrote. `versions` in S3's order: of equal times the later one stands first. The source account may
 * write over its own export's names, but locked versions stay, so the first one within the task's time is the one that was there
 * when RDS was done. RDS writes each name once (README: not yet proven).
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

/** The first of many, and how many there are: what a hostile account can make long mustn't make a manifest long. */
export interface Some<T> {
    count: number;
    first: T[];
}

const most = 100;

/** Adds to the first 100. */
export function note<T>(some: Some<T>, ...items: readonly T[]): void {
    some.count += items.length;
    some.first.push(...items.slice(0, Math.max(0, most - some.first.length)));
}

/** Adds what another has. */
export function join<T>(some: Some<T>, other: Readonly<Some<T>>): void {
    some.first.push(...other.first.slice(0, Math.max(0, most - some.first.length)));
    some.count += other.count;
}

export const none = <T>(): Some<T> => ({ count: 0, first: [] });
