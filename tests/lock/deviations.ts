/** Where another server answers the table otherwise than AWS documents, which is each row's own source. */
import type { Deviation, PeerName } from "../peers/deviation";
import type { Outcome } from "./operations";

const minioLocks = "https://github.com/minio/minio/blob/7aac2a2c5b7c/cmd/bucket-object-lock.go";
const motoModels = "https://github.com/getmoto/moto/blob/5.2.5/moto/s3/models.py";
const motoResponses = "https://github.com/getmoto/moto/blob/5.2.5/moto/s3/responses.py";

const vault = "COMPLIANCE 30";
const is = (peer: PeerName, peerDoes: string, source: string, rows: Readonly<Record<string, readonly [Outcome["answer"], first: string, current: Outcome["current"]]>>): Deviation<Outcome> => ({
    peer,
    peerDoes,
    source,
    rows: Object.fromEntries(Object.entries(rows).map(([row, [answer, first, current]]) => [row, { answer, first, current }])),
});

export const deviations: readonly Deviation<Outcome>[] = [
    is("MinIO", "a request that names a hold gets no default retention (checkPutObjectLockAllowed)", minioLocks, { "PUT under a legal hold": ["allowed", vault, "new: unlocked hold"] }),
    is("MinIO", "a checksum is compared, and not asked for", minioLocks, { "PUT without a checksum": ["allowed", vault, `new: ${vault}`] }),
    is("moto 5.2.5", "the default isn't stamped on what comes in parts", motoModels, { "default retention, upload in parts": ["allowed", vault, "new: unlocked"] }),
    is("moto 5.2.5", "dates aren't checked", motoResponses, { "PUT with a retention that is over already": ["allowed", vault, "new: COMPLIANCE -1"] }),
    is("moto 5.2.5", "headers aren't checked", motoResponses, { "PUT with a mode and no date": ["allowed", vault, "new: COMPLIANCE without a date"] }),
    is("moto 5.2.5", "a request that names a hold gets no default retention", motoResponses, { "PUT under a legal hold": ["allowed", vault, "new: unlocked hold"] }),
    is("moto 5.2.5", "a retention is replaced whatever it was", motoModels, {
        "shorten a COMPLIANCE retention": ["allowed", "COMPLIANCE 1", "first"],
        "shorten a COMPLIANCE retention, with the bypass header": ["allowed", "COMPLIANCE 1", "first"],
        "COMPLIANCE to GOVERNANCE, longer": ["allowed", "GOVERNANCE 60", "first"],
        "COMPLIANCE to GOVERNANCE, with the bypass header": ["allowed", "GOVERNANCE 30", "first"],
        "take a COMPLIANCE retention away, with the bypass header": ["allowed", "unlocked", "first"],
        "shorten a GOVERNANCE retention": ["allowed", "GOVERNANCE 1", "first"],
    }),
    is("moto 5.2.5", "only an empty bucket's lock can be configured", motoModels, {
        "shorten the default, then PUT": ["refused", vault, "first"],
        "make the default GOVERNANCE, then PUT": ["refused", vault, "first"],
        "take the default away, then PUT": ["refused", vault, "first"],
    }),
    is("moto 5.2.5", "versions that have an id can't be read any more", motoModels, { "suspend versioning": ["allowed", "gone", `new: ${vault}`] }),
];

/** Rows that no other server confirms, with the reason why they are believed. */
export const unconfirmed: Readonly<Record<string, string>> = {
    "PUT under a legal hold": "both servers leave the default retention out; nothing of ours rests on it, since no writer may put a hold",
};
