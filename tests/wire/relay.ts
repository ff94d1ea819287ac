/** Stands between a function and a peer: lets a test act at the moment of a call, or say who calls. */
import { request as send, type IncomingHttpHeaders } from "node:http";
import { listen } from "../../rehearsal/aws/loopback";

export interface Passing {
    body: string;
    readonly headers: IncomingHttpHeaders;
}

/** @param before may change what passes; the request waits until it has ended */
export const relayTo = (target: string, before: (passing: Passing) => Promise<void> | void) =>
    listen((incoming, outgoing, body) => {
        async function pass() {
            const passing = { body: body.toString(), headers: { ...incoming.headers } };
            await before(passing);
            const { headers } = passing;
            const changed = passing.body !== body.toString();
            if (changed) headers["content-length"] = String(Buffer.byteLength(passing.body));
            const onwards = send(target + incoming.url, { method: incoming.method, headers }, (answer) => {
                outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
                answer.pipe(outgoing);
            });
            onwards.on("error", (error) => outgoing.writeHead(502).end(error.message));
            // Bytes that are no text pass as they are.
            onwards.end(changed ? passing.body : body);
        }
        void pass();
    });
