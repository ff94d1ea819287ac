/** One request of the table, who answers it, and how an answer is put in the table's words. */
import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { OrganizationsClient } from "@aws-sdk/client-organizations";
import type { RDSClient } from "@aws-sdk/client-rds";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { STSClient } from "@aws-sdk/client-sts";
import type { PeerName } from "../../peers/deviation";

export interface Clients {
    readonly sts: STSClient;
    readonly sqs: SQSClient;
    readonly s3: S3Client;
    readonly rds: RDSClient;
    readonly organizations: OrganizationsClient;
    readonly sns: SNSClient;
    readonly cloudTrail: CloudTrailClient;
    readonly logs: CloudWatchLogsClient;
}
export type Service = keyof Clients;

export interface Judge extends Clients {
    readonly name: "simulated AWS" | PeerName;
    /** The others aren't asked. */
    readonly services: readonly Service[];
    /** With the external id `right`. */
    readonly roleArn: string;
    readonly queueUrl: string;
    /** Locked, versioned and empty. */
    readonly bucket: string;
    /** Without a lock. */
    readonly openBucket: string;
    /** Of instances; five. */
    readonly snapshotArns: readonly string[];
    readonly clusterSnapshotArn: string;
    readonly exportRoleArn: string;
    readonly keyArn: string;
    /** Holds a unit and two accounts, one of which has a tag. */
    readonly unit: string;
    readonly account: string;
    readonly topicArn: string;
    /** Logs, with the event selectors that AWS gives a new trail. */
    readonly trailArn: string;
    /** Holds two lines that say `sealed`, and two that say `look`. */
    readonly logGroup: string;
}

/** `200` and the fields that are there, or status and code of an error. */
export type Outcome = string;

export interface Request {
    /** Begins with the command. What a peer answers otherwise stands in deviations/ under this name. */
    readonly name: string;
    readonly service: Service;
    readonly send: (judge: Judge) => Promise<unknown>;
    /** Paths that the program reads. */
    readonly reads?: readonly string[];
    readonly expected: Outcome;
}

/** All fields are there. */
export const ok = (...reads: string[]) => ({ reads, expected: ["200", ...reads].join(" ") });

const at = (value: unknown, path: string): unknown => path.split(".").reduce<unknown>((from, name) => (from as Record<string, unknown> | undefined)?.[name], value);

/** Asks a judge, and puts its answer in the table's words. */
export async function outcomeOf(request: Request, judge: Judge): Promise<Outcome> {
    try {
        const answer = await request.send(judge);
        return ["200", ...(request.reads ?? []).filter((path) => at(answer, path) !== undefined)].join(" ");
    } catch (error) {
        const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
        if (!$metadata) throw error;
        return `${$metadata.httpStatusCode} ${name}`;
    }
}
