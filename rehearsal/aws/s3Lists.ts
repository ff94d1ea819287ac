/** ListObjectsV2 and ListObjectVersions. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
import type { Store } from "./s3Store";
import { AwsError, type ObjectVersion, type S3 } from "./types";

const pageSize = 1000;

export const lists = ({ open, authorize }: Store): Pick<S3, "list" | "listVersions"> => ({
    list(principal, name, { prefix, delimiter, startAfter = "", maxKeys = pageSize }) {
        const bucket = open(name);
        authorize(principal, "s3:ListBucket", bucket, undefined, {
            ...(prefix !== undefined && { "s3:prefix": prefix }),
            ...(delimiter !== undefined && { "s3:delimiter": delimiter }),
        });
        const [keys, prefixes]: [ObjectVersion[], string[]] = [[], []];
        const limit = Math.min(maxKeys, pageSize);
        // A page that ended with a rolled-up prefix goes on after all that it stands for.
        let [rolled, next] = [delimiter && startAfter.endsWith(delimiter) ? startAfter : undefined, startAfter];
        for (const versions of bucket.versions.byKey(startAfter, prefix)) {
            const last = versions.at(-1)!;
            if (last.deleteMarker || last.key === startAfter || (rolled !== undefined && last.key.startsWith(rolled))) continue;
            if (keys.length + prefixes.length === limit) return { keys, prefixes, truncated: true, next };
            const at = delimiter ? last.key.indexOf(delimiter, prefix?.length ?? 0) : -1;
            if (delimiter && at >= 0) prefixes.push((next = rolled = last.key.slice(0, at + delimiter.length)));
            else {
                keys.push(last);
                next = last.key;
            }
        }
        return { keys, prefixes, truncated: false };
    },
    listVersions(principal, name, { prefix, keyMarker = "", versionIdMarker, maxKeys = pageSize }) {
        const bucket = open(name);
        authorize(principal, "s3:ListBucketVersions", bucket, undefined, prefix === undefined ? undefined : { "s3:prefix": prefix });
        if (versionIdMarker !== undefined && keyMarker === "") throw new AwsError("InvalidArgument", "A version-id marker cannot be specified without a key marker.");
        const found: ObjectVersion[] = [];
        const limit = Math.min(maxKeys, pageSize);
        for (const versions of bucket.versions.byKey(keyMarker, prefix)) {
            const resumed = versions[0]!.key === keyMarker;
            // A key marker alone is after all of its versions.
            if (resumed && versionIdMarker === undefined) continue;
            const marker = resumed ? versions.findIndex((each) => each.versionId === versionIdMarker) : -1;
            // A marker that is gone meanwhile: rather the key's versions again than some of them never.
            for (let i = (marker < 0 ? versions.length : marker) - 1; i >= 0; i--) {
                if (found.length === limit) return { versions: found, truncated: true };
                found.push(versions[i]!);
            }
        }
        return { versions: found, truncated: false };
    },
});
