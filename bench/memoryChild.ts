/** What a warm starter holds per account: the SDK's RDS client, as `handlers/start.ts` makes it, after its first calls. Prints `Held`. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { STSClient } from "@aws-sdk/client-sts";

/** Measured with the real SDK against a server of our own. */
export interface Held {
    /** JavaScript heap per client. */
    readonly heapKiB: number;
    /** All memory of the process per client: the heap, and what it left unused. */
    readonly rssKiB: number;
    /** Processor time per call, server included. */
    readonly cpuMs: number;
}

const answer = `<DescribeDBInstancesResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBInstancesResult><DBInstances></DBInstances></DescribeDBInstancesResult><ResponseMetadata><RequestId>x</RequestId></ResponseMetadata></DescribeDBInstancesResponse>`;
const clients = 1000;
const atOnce = 20;

const server = createServer((request, response) => {
    request.resume().on("end", () => void response.setHeader("content-type", "text/xml").end(answer));
});

async function measure(): Promise<Held> {
    const client = { region: "eu-west-1", endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, retryMode: "standard", maxAttempts: 3 };
    const { requestHandler } = new STSClient(client).config;
    const credentials = () => Promise.resolve({ accessKeyId: "a", secretAccessKey: "s", sessionToken: "t".repeat(800), expiration: new Date(Date.now() + 3_600_000) });
    const make = () => new RDSClient({ ...client, requestHandler, credentials });
    const look = (some: readonly RDSClient[]) => Promise.all(some.flatMap((each) => [1, 2, 3, 4].map(() => each.send(new DescribeDBInstancesCommand({})))));
    const memory = () => {
        gc!();
        return process.memoryUsage();
    };
    // What all share is made by the first.
    await look([make()]);
    const before = memory();
    const all: RDSClient[] = [];
    while (all.length < clients) {
        const some = Array.from({ length: atOnce }, make);
        await look(some);
        all.push(...some);
    }
    const after = memory();
    const cpu = process.cpuUsage();
    for (let from = 0; from < clients; from += atOnce) await look(all.slice(from, from + atOnce));
    const { user, system } = process.cpuUsage(cpu);
    const per = (what: "heapUsed" | "rss") => (after[what] - before[what]) / 1024 / clients;
    return { heapKiB: per("heapUsed"), rssKiB: per("rss"), cpuMs: (user + system) / 1000 / (clients * 4) };
}

server.listen(0, "127.0.0.1", () => {
    void measure().then((held) => {
        process.stdout.write(JSON.stringify(held));
        server.close();
        server.closeAllConnections();
    });
});
