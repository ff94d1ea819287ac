/** An export of so many objects, and the request that has it sealed. Pure. */
import { exportPrefix, taskId, taskIdStem } from "../handlers/lib/taskId";
import type { Destination, SealRequest, Snapshot } from "../handlers/lib/types";

const account = "111122223333";

export interface BigExport {
    readonly folder: string;
    /** By key. */
    readonly objects: ReadonlyMap<string, string>;
    /** @param startedAt, endedAt milliseconds */
    request(startedAt: number, endedAt: number): SealRequest;
}

/** At most a thousand tables; what is more are files of them. Two objects are the info files. */
export function bigExport(count: number, destination: Destination): BigExport {
    const tables = Math.min(1000, Math.floor((count - 2) / 2));
    const snapshot: Snapshot = {
        arn: `arn:aws:rds:eu-west-1:${account}:snapshot:rds:orders-2026-11-20-03-10`, account, kind: "instance", identifier: "rds:orders-2026-11-20-03-10", type: "automated", status: "available", engine: "postgres",
        database: "orders", resourceId: "db-ABCDEFGHIJKLMNOPQRSTUVWX01", createdAt: "2026-11-20T03:10:00.000Z", tags: {},
    };
    const id = taskId(taskIdStem(snapshot, destination), 1);
    const prefix = exportPrefix(snapshot);
    const folder = `${prefix}/${id}/`;
    const names = Array.from({ length: tables }, (_, index) => `public.t${String(index).padStart(4, "0")}`);
    const objects = new Map<string, string>();
    names.forEach((name) => objects.set(`${folder}app/${name}/1/_SUCCESS`, ""));
    for (let index = 0; objects.size < count - 2; index++) {
        const part = String(Math.floor(index / tables)).padStart(5, "0");
        objects.set(`${folder}app/${names[index % tables]}/1/part-${part}-0123abcd-0000-4000-8000-0123456789ab.gz.parquet`, "data");
    }
    const perTableStatus = names.map((name) => ({ target: `app.${name}`, status: "COMPLETE", sizeGB: 0.1 }));
    objects.set(`${folder}export_tables_info_${id}_from_1_to_${tables}.json`, JSON.stringify({ perTableStatus }));
    objects.set(`${folder}export_info_${id}.json`, JSON.stringify({ exportTaskIdentifier: id, sourceArn: snapshot.arn, status: "COMPLETE", percentProgress: 100 }));
    const { bucket, keyArn, partition, exportRole } = destination;
    const iso = (time: number) => new Date(time).toISOString();
    return {
        folder, objects,
        request: (startedAt, endedAt) => ({
            account, resourceId: snapshot.resourceId, snapshot,
            task: {
                id, sourceArn: snapshot.arn, status: "COMPLETE", bucket, prefix, roleArn: `arn:${partition}:iam::${account}:role/rds-vault/${exportRole}`, keyArn, exportOnly: [],
                snapshotTime: snapshot.createdAt, startedAt: iso(startedAt), endedAt: iso(endedAt),
            },
        }),
    };
}
