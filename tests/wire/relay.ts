/** Stands between a function and a peer: lets a test act at the moment of a call, or say who calls. */
import { createServer, request as send, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Passing {
    readonly body: string;
    readonly headers: IncomingHttpHeaders;
}

/** @param before may change the headers; the request waits until it has ended */
export async function relayTo(target: string, before: (passing: Passing) => Promise<void> | void) {
    const server = createServer((incoming, outgoing) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () => void pass(Buffer.concat(chunks)));
        async function pass(body: Buffer) {
            const headers = { ...incoming.headers };
            await before({ body: body.toString(), headers });
            const onwards = send(target + incoming.url, { method: incoming.method, headers }, (answer) => {
                outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
                answer.pipe(outgoing);
            });
            onwards.on("error", (error) => outgoing.writeHead(502).end(error.message));
            onwards.end(body);
        }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        async stop() {
            const closed = new Promise((resolve) => server.close(resolve));
            server.closeAllConnections();
            await closed;
        },
    };
}
