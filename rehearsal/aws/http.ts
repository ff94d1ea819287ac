/**
 * The simulated AWS over loopback HTTP, for the real SDK with AWS_ENDPOINT_URL. Signatures aren't checked: the access key id says who calls.
 * Requests are served synchronously, at the virtual time at which they arrive.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { serveS3 } from "./httpS3";
import { serveCloudTrail, serveLogs, serveOrganizations, serveRds, serveSns, serveSqs, serveSts } from "./httpServices";
import { listen } from "./loopback";
import { AwsError, type Principal, type World } from "./types";

export interface Request {
    readonly method: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly headers: IncomingMessage["headers"];
    readonly body: Buffer;
    readonly principal: Principal;
}

export interface Response {
    readonly status?: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
}

export interface Service {
    serve(world: World, request: Request): Response;
    error(error: AwsError): Response;
}

export interface HttpFront {
    /** For AWS_ENDPOINT_URL. */
    readonly url: string;
    /** Rejects if the simulation itself made mistakes: a rehearsal with any of them proves nothing. */
    stop(): Promise<void>;
}

const services = new Map<string, Service>([["rds", serveRds], ["sts", serveSts], ["s3", serveS3], ["sqs", serveSqs], ["organizations", serveOrganizations], ["sns", serveSns], ["logs", serveLogs], ["cloudtrail", serveCloudTrail]]);

/** Stop it in the end, or the process lives on. */
export async function serve(world: World): Promise<HttpFront> {
    const problems: Error[] = [];

    function answer(request: IncomingMessage, body: Buffer): Response {
        // Credential=<access key id>/<date>/<Region>/<service>/aws4_request
        const [, accessKeyId, name = ""] = /Credential=([^/]+)\/[^/]+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? "") ?? [];
        const service = services.get(name) ?? serveRds;
        try {
            if (!accessKeyId) throw new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
            if (!services.has(name)) throw new AwsError("NotSimulated", `${name}: ${request.method} ${request.url} isn't simulated`, 501);
            const principal = world.iam.whoIs(accessKeyId);
            if (!principal) throw new AwsError("InvalidClientTokenId", "The security token included in the request is invalid.", 403);
            // Not by URL: it would resolve the `..` that an object's key may hold.
            const [, path = "/", query = ""] = /^([^?]*)\??(.*)$/s.exec(request.url ?? "/") ?? [];
            return service.serve(world, { method: request.method ?? "", path: decodeURIComponent(path), query: new URLSearchParams(query), headers: request.headers, body, principal });
        } catch (error) {
            if (error instanceof AwsError) return service.error(error);
            problems.push(error as Error);
            // 400, or the SDK would retry it.
            return service.error(new AwsError("SimulationBroken", (error as Error).message, 400));
        }
    }

    const { url, stop } = await listen((request, response, body) => send(world, request, response, answer(request, body)));
    return {
        url,
        async stop() {
            await stop();
            if (problems.length > 0) throw new AggregateError(problems, `The simulated AWS is at fault: ${problems[0]!.message}`);
        },
    };
}

function send(world: World, request: IncomingMessage, response: ServerResponse, { status = 200, headers = {}, body = "" }: Response): void {
    // The SDK corrects its clock by this header, so it must be the virtual one.
    response.writeHead(status, { date: new Date(world.clock.now).toUTCString(), "x-amzn-requestid": "00000000-0000-0000-0000-000000000000", ...headers });
    response.end(request.method === "HEAD" ? undefined : body);
}
