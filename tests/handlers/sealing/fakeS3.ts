/** A versioned bucket in memory that answers the five calls of the sealer, by command name. No policies, no lock of its own. */
import { createHash } from "node:crypto";

export interface Written {
    readonly key: string;
    readonly versionId: string;
    readonly at: number;
    readonly body?: string;
    readonly size: number;
    readonly marker?: boolean;
    readonly mode?: string;
    readonly until?: number;
    readonly keyArn?: string;
    /** As HeadObject tells them. */
    readonly checksums?: Readonly<Record<string, string>>;
}

const day = 86_400_000;
const failure = (name: string, status: number) => Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
const encoded = (key: string) => encodeURIComponent(key).replace(/%20/g, "+").replace(/%2F/g, "/");

export class FakeS3 {
    /** By key, newest first. */
    readonly versions = new Map<string, Written[]>();
    readonly calls: string[] = [];
    /** Called before each call with its name and key; may throw. */
    before: (name: string, key: string) => void = () => {};
    /** Whether a KeyMarker alone means "from this key on" rather than "behind it": the API's page leaves it open. */
    inclusive = false;
    /** What a version that isn't there is answered with; S3 says 403 to who may not list the bucket. */
    missing = 404;
    private sorted: string[] | undefined;

    constructor(readonly keyArn: string, readonly days: number, readonly pageSize = 1000) {}

    write(key: string, at: number, more: Partial<Written> = {}): Written {
        const written = { key, at, versionId: `v${createHash("sha1").update(`${key} ${this.versions.get(key)?.length ?? 0}`).digest("hex").slice(0, 12)}`, size: more.body === undefined ? 10 : Buffer.byteLength(more.body), mode: "COMPLIANCE", until: at + this.days * day, keyArn: this.keyArn, ...more };
        const versions = this.versions.get(key);
        if (versions) versions.unshift(written);
        else {
            this.versions.set(key, [written]);
            this.sorted = undefined;
        }
        return written;
    }

    current(key: string): Written | undefined {
        const newest = this.versions.get(key)?.[0];
        return newest?.marker ? undefined : newest;
    }

    /** All versions of a key, as if they had never been locked. */
    remove(key: string): void {
        this.versions.delete(key);
        this.sorted = undefined;
    }

    keys(prefix: string): string[] {
        this.sorted ??= [...this.versions.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        return this.sorted.filter((key) => key.startsWith(prefix));
    }

    /** What stands under manifests/, by name. */
    manifests = () => this.keys("manifests/").map((key) => [key, this.current(key)!.body!] as const);

    client = { send: (command: unknown) => this.send(command as never) } as never;

    async send({ constructor: { name }, input }: { constructor: { name: string }; input: Record<string, string> }): Promise<unknown> {
        this.calls.push(name);
        this.before(name, input.Key ?? "");
        await Promise.resolve();
        const one = (): Written => {
            const found = input.VersionId ? this.versions.get(input.Key!)?.find(({ versionId }) => versionId === input.VersionId) : this.current(input.Key!);
            if (found) return found;
            if (input.VersionId && this.missing === 403) throw failure("403", 403);
            throw failure(name === "HeadObjectCommand" ? "NotFound" : "NoSuchKey", 404);
        };
        if (name === "ListObjectsV2Command") {
            const { Prefix, StartAfter = "" } = input;
            const Contents = this.keys(Prefix!).flatMap((Key) => (this.current(Key) && Key > StartAfter ? { Key } : []));
            return { Contents: Contents.slice(0, this.pageSize), IsTruncated: Contents.length > this.pageSize };
        }
        if (name === "ListObjectVersionsCommand") return this.list(input as never);
        if (name === "GetObjectCommand") {
            const { body = "" } = one();
            return { Body: { transformToString: async () => body } };
        }
        if (name === "HeadObjectCommand") {
            const { size, mode, until, keyArn, checksums = { ChecksumCRC64NVME: "AAAAAAAAAAA=", ChecksumType: "FULL_OBJECT" } } = one();
            return { ContentLength: size, ObjectLockMode: mode, ObjectLockRetainUntilDate: until === undefined ? undefined : new Date(until), SSEKMSKeyId: keyArn, ...checksums };
        }
        if (name !== "PutObjectCommand" || input.IfNoneMatch !== "*") throw new Error(`the sealer has no right to ${name}`);
        if (this.current(input.Key!)) throw failure("PreconditionFailed", 412);
        this.write(input.Key!, 0, { body: input.Body });
        return {};
    }

    private list({ Prefix, KeyMarker, VersionIdMarker, EncodingType }: { Prefix: string; KeyMarker?: string; VersionIdMarker?: string; EncodingType?: string }) {
        const plain = EncodingType === "url" ? encoded : (key: string) => key;
        const page: Written[] = [];
        const keys = this.keys(Prefix);
        const bytes = Buffer.from(KeyMarker ?? "");
        let [low, high] = [0, keys.length];
        while (low < high) {
            const middle = (low + high) >> 1;
            if (Buffer.compare(Buffer.from(keys[middle]!), bytes) < 0) low = middle + 1;
            else high = middle;
        }
        let truncated = false;
        for (let index = low; index < keys.length && !truncated; index++) {
            const key = keys[index]!;
            let versions = this.versions.get(key)!;
            if (key === KeyMarker) versions = VersionIdMarker ? versions.slice(versions.findIndex(({ versionId }) => versionId === VersionIdMarker) + 1) : this.inclusive ? versions : [];
            for (const version of versions) {
                if (page.length === this.pageSize) truncated = true;
                else page.push(version);
            }
        }
        const last = page[page.length - 1];
        const listed = ({ key, versionId, at, size }: Written) => ({ Key: plain(key), VersionId: versionId, LastModified: new Date(Math.floor(at / 1000) * 1000), Size: size, ETag: `"${versionId}"` });
        return {
            Versions: page.filter(({ marker }) => !marker).map(listed), DeleteMarkers: page.filter(({ marker }) => marker).map(listed),
            EncodingType, IsTruncated: truncated, ...(truncated && last && { NextKeyMarker: plain(last.key), NextVersionIdMarker: last.versionId }),
        };
    }
}
