/** Stands between a function and a peer: lets a test act at the moment of a call, or say who calls. */
import { request as send, type IncomingHttpHeaders } from "node:http";
import { listen } from "../../rehearsal/aws/loopback";

export interface Passing {
    readonly body: string;
    readonly headers: IncomingHttpHeaders;
}

/** @param before may change the headers; the request waits until it has ended */
export const relayTo = (target: string, before: (passing: Passing) => Promise<void> | void) =>
    listen((incoming, outgoing, body) => {
        async function pass() {
            const headers = { ...incoming.headers };
            await before({ body: body.toString(), headers });
            const onwards = send(target + incoming.url, { method: incoming.method, headers }, (answer) => {
                outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
                answer.pipe(outgoing);
            });
            onwards.on("error", (error) => outgoing.writeHead(502).end(error.message));
            onwards.end(body);
        }
        void pass();
    });
