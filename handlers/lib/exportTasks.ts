import type { ExportTask, Filter } from "@aws-sdk/client-rds";
import { all } from "./calls";
import { exportTask } from "./fromAws";
import type { Clients } from "./observe";
import type { Task } from "./types";

/** All tasks that an answer of DescribeExportTasks holds. */
export const describeTasks = async ({ rdsModule, rds }: Clients, input: { SourceArn?: string; ExportTaskIdentifier?: string; Filters?: Filter[] }) =>
    (await all<ExportTask>(rdsModule.paginateDescribeExportTasks({ client: rds }, input) as never, "ExportTasks")).map(exportTask);

/** Filter values are lower case: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeExportTasks.html */
export const withStatus = (...Values: string[]): Filter => ({ Name: "status", Values });

/** All tasks of one snapshot. */
export const tasksOf = (clients: Clients, SourceArn: string): Promise<Task[]> => describeTasks(clients, { SourceArn });

/** The task under an identifier, whoever started it. */
export async function taskNamed(clients: Clients, ExportTaskIdentifier: string): Promise<Task | undefined> {
    try {
        return (await describeTasks(clients, { ExportTaskIdentifier }))[0];
    } catch (error) {
        if ((error as Error).name === "ExportTaskNotFoundFault") return undefined;
        throw error;
    }
}
