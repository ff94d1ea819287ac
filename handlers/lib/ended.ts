import { allEnded } from "./calls";
import { taskNamed, withStatus } from "./exportTasks";
import { isAwsError } from "./failure";
import { exportTask } from "./fromAws";
import { inFlight } from "./history";
import { log } from "./log";
import type { Clients, Memory } from "./observe";
import { claimsToBeOurs } from "./taskId";
import type { PlanSettings, Task } from "./types";

/** Pages of a hundred that one look reads of a list that grows with history; the next look goes on. */
const pagesPerLook = 10;

/** Milliseconds after which a warm function reads the list anew: another environment may have started what ended since, unseen by this one. */
const listAge = 6 * 3_600_000;

/**
 * Finished tasks under ids of our form, those of snapshots that are gone too. A cold function reads all that RDS still lists,
 * some pages per look, and a warm one again after hours; besides, it asks by id for those that were in flight and aren't any more.
 */
export async function endedTasks({ destination }: PlanSettings, now: Date, running: readonly Task[], clients: Clients, memory: Memory): Promise<Task[]> {
    const inForm = (task: Task) => claimsToBeOurs(task, destination);
    const ids = running.filter(inForm).map(({ id }) => id);
    const gone = Object.keys(memory.seen).filter((id) => !ids.includes(id));
    const asked = (await allEnded(gone.map((id) => taskNamed(clients, id)))).flatMap((task) => task ?? []);
    // Not before every call has answered: what isn't known yet must be asked for again.
    memory.seen = Object.fromEntries([...ids, ...asked.filter(inFlight).map(({ id }) => id)].map((id) => [id, memory.seen[id] ?? now.getTime()]));
    return [...Object.values(memory.finished), ...asked, ...(await somePages(destination.bucket, now.getTime(), clients, memory))].filter((task) => !inFlight(task) && inForm(task));
}

/** Without this list exports can start all the same: what is listed as a snapshot is asked for before. */
async function somePages(bucket: string, now: number, { rdsModule, rds }: Clients, memory: Memory): Promise<Task[]> {
    const Filters = [withStatus("complete", "failed", "canceled"), { Name: "s3-bucket", Values: [bucket] }];
    const tasks: Task[] = [];
    if (memory.listedAt !== undefined && now - memory.listedAt >= listAge) memory.marker = memory.listedAt = undefined;
    try {
        for (let page = 0; page < pagesPerLook && memory.listedAt === undefined; page++) {
            const { ExportTasks = [], Marker } = await rds.send(new rdsModule.DescribeExportTasksCommand({ Filters, Marker: memory.marker }));
            tasks.push(...ExportTasks.map(exportTask));
            memory.marker = Marker;
            if (!Marker) memory.listedAt = now;
        }
    } catch (error) {
        if (!isAwsError(error)) throw error;
        // A marker may be too old; what was read is remembered.
        memory.marker = undefined;
        log("WARN", "history-unread", { error: (error as Error).name, detail: (error as Error).message });
    }
    return tasks;
}
