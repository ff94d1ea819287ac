/** Where another server answers otherwise than AWS documents. A test fails when one of these isn't so any more. */
import type { Outcome } from "./operations";

export interface Deviation {
    readonly outcome: Outcome;
    readonly why: string;
    /** Of what the server does; AWS's side is the row's own source. */
    readonly source: string;
}

const minioLocks = "https://github.com/minio/minio/blob/7aac2a2c5b7c/cmd/bucket-object-lock.go";
const motoModels = "https://github.com/getmoto/moto/blob/5.2.5/moto/s3/models.py";
const motoResponses = "https://github.com/getmoto/moto/blob/5.2.5/moto/s3/responses.py";

const is = (answer: Outcome["answer"], first: string, current: Outcome["current"], why: string, source: string): Deviation => ({ outcome: { answer, first, current }, why, source });
const vault = "COMPLIANCE 30";
const unchecked = (first: string) => is("allowed", first, "first", "a retention is replaced whatever it was", motoModels);
const emptyOnly = is("refused", vault, "first", "only an empty bucket's lock can be configured", motoModels);

export const deviations: Readonly<Record<string, Readonly<Record<string, Deviation>>>> = {
    MinIO: {
        "PUT under a legal hold": is("allowed", vault, "new: unlocked hold", "a request that names a hold gets no default retention (checkPutObjectLockAllowed)", minioLocks),
        "PUT without a checksum": is("allowed", vault, `new: ${vault}`, "a checksum is compared, and not asked for", minioLocks),
    },
    moto: {
        "default retention, upload in parts": is("allowed", vault, "new: unlocked", "the default isn't stamped on what comes in parts", motoModels),
        "PUT with a retention that is over already": is("allowed", vault, "new: COMPLIANCE -1", "dates aren't checked", motoResponses),
        "PUT with a mode and no date": is("allowed", vault, "new: COMPLIANCE without a date", "headers aren't checked", motoResponses),
        "PUT under a legal hold": is("allowed", vault, "new: unlocked hold", "a request that names a hold gets no default retention", motoResponses),
        "shorten a COMPLIANCE retention": unchecked("COMPLIANCE 1"),
        "shorten a COMPLIANCE retention, with the bypass header": unchecked("COMPLIANCE 1"),
        "COMPLIANCE to GOVERNANCE, longer": unchecked("GOVERNANCE 60"),
        "COMPLIANCE to GOVERNANCE, with the bypass header": unchecked("GOVERNANCE 30"),
        "take a COMPLIANCE retention away, with the bypass header": unchecked("unlocked"),
        "shorten a GOVERNANCE retention": unchecked("GOVERNANCE 1"),
        "shorten the default, then PUT": emptyOnly,
        "make the default GOVERNANCE, then PUT": emptyOnly,
        "take the default away, then PUT": emptyOnly,
        "suspend versioning": is("allowed", "gone", `new: ${vault}`, "versions that have an id can't be read any more", motoModels),
    },
};

/** Rows that no other server confirms, with the reason why they are believed. */
export const unconfirmed: Readonly<Record<string, string>> = {
    "PUT under a legal hold": "both servers leave the default retention out; nothing of ours rests on it, since no writer may put a hold",
};
