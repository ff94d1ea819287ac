import type { Kind, ManifestName, ManifestOutcome } from "./types";

const pattern =
    /^manifests\/(\d{12})\/(\d{4}-\d{2}-\d{2})\/(instance|cluster)\.([A-Za-z0-9-]+)\.([A-Za-z0-9-]{1,8})\/(e[0-9a-f]{40}-[1-9]\d*)\.(complete|partial|failed|canceled)\.json$/;

/** Reads an object's key; part files and anything else give `undefined`. */
export function parseManifestName(key: string): ManifestName | undefined {
    const [, account, dataDate, kind, database, resource8, taskId, outcome] = pattern.exec(key) ?? [];
    if (!account || !dataDate || !kind || !database || !resource8 || !taskId || !outcome) return undefined;
    if (Number.isNaN(Date.parse(dataDate))) return undefined;
    return { account, dataDate, kind: kind as Kind, database, resource8, taskId, outcome: outcome as ManifestOutcome };
}

/** What the names of a task's manifest and of its parts begin with: `manifests/<account>/<data date>/<kind>.<identifier>.<resource8>/<task id>` */
export const manifestStem = ({ account, dataDate, kind, database, resource8, taskId }: Omit<ManifestName, "outcome">): string =>
    `manifests/${account}/${dataDate}/${kind}.${database}.${resource8}/${taskId}`;

/** `<stem>.<outcome>.json` */
export const manifestName = (name: ManifestName): string => `${manifestStem(name)}.${name.outcome}.json`;

/** `<stem>.part-<n>.json`; n from 0. */
export const partName = (stem: string, part: number): string => `${stem}.part-${part}.json`;
