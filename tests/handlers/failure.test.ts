// Doesn't prove that RDS uses these words: they are the documented ones (and, for the limit, reported ones).
import assert from "node:assert/strict";
import { failureClass, isAwsError, taskFailure } from "../../handlers/lib/failure";

const role = "arn:aws:iam::111122223333:role/rds-vault/export";

describe("a failed task", () => {
    const causes: [string, string][] = [
        ["An unknown internal error occurred.", "export"],
        ["An unknown internal error occurred writing the export task's metadata to the S3 bucket vault.", "export"],
        [`The RDS export failed to write the export task's metadata because it can't assume the IAM role ${role}.`, "configuration"],
        [`The RDS export failed to write the export task’s metadata to the S3 bucket vault using the IAM role ${role} with the KMS key k. Error code: AccessDenied`, "configuration"],
        [`The IAM role ${role} isn't authorized to call s3:PutObject on the S3 bucket vault. Review your permissions and retry the export.`, "configuration"],
        ["KMS key check failed. Check the credentials on your KMS key and try again.", "configuration"],
        ["S3 credential check failed. Check the permissions on your S3 bucket and IAM policy.", "configuration"],
        ["The S3 bucket vault isn't valid. Either it isn't located in the current AWS Region or it doesn't exist.", "configuration"],
        ["The S3 bucket vault isn't located in the current AWS Region. Review your S3 bucket name and retry the export.", "configuration"],
        ["", "export"],
        ["Something new", "export"],
    ];
    for (const [failureCause, wanted] of causes) it(failureCause || "no cause", () => assert.equal(taskFailure({ status: "FAILED", failureCause }), wanted));
    it("counts a canceled one as configuration", () => assert.equal(taskFailure({ status: "CANCELED" }), "configuration"));
    it("leaves others alone", () => assert.equal(taskFailure({ status: "COMPLETE" }), undefined));
});

describe("a refused call", () => {
    const cases: [object, string][] = [
        [{ name: "ExportTaskLimitReachedFault" }, "limit"],
        [{ name: "Unknown", message: "You have reached the limit of 5 concurrent export tasks" }, "limit"],
        [{ name: "Throttling" }, "throttled"],
        [{ name: "ThrottlingException" }, "throttled"],
        [{ name: "RequestLimitExceeded" }, "throttled"],
        [{ name: "TooManyRequestsException" }, "throttled"],
        [{ name: "Odd", $metadata: { httpStatusCode: 503 } }, "throttled"],
        [{ name: "Odd", $retryable: {} }, "throttled"],
        [{ name: "TimeoutError" }, "throttled"],
        [{ name: "Error", code: "ECONNRESET" }, "throttled"],
        [{ name: "InvalidExportSourceStateFault" }, "not-ready"],
        [{ name: "ExportTaskAlreadyExistsFault" }, "exists"],
        [{ name: "DBSnapshotNotFoundFault" }, "vanished"],
        [{ name: "DBClusterSnapshotNotFoundFault" }, "vanished"],
        [{ name: "KMSKeyNotAccessibleFault" }, "source-key"],
        [{ name: "IamRoleNotFoundFault" }, "configuration"],
        [{ name: "IamRoleMissingPermissionsFault" }, "configuration"],
        [{ name: "InvalidS3BucketFault" }, "configuration"],
        [{ name: "AccessDenied" }, "configuration"],
        [{ name: "AccessDeniedException" }, "configuration"],
        [{ name: "UnauthorizedOperation" }, "configuration"],
        [{ name: "InvalidParameterValue", $metadata: { httpStatusCode: 400 } }, "defect"],
        [{ name: "TypeError" }, "defect"],
    ];
    for (const [error, wanted] of cases) it(JSON.stringify(error), () => assert.equal(failureClass(error), wanted));
    for (const odd of [undefined, null, "text", 7]) it(`survives ${String(odd)}`, () => assert.equal(failureClass(odd), "defect"));
    it("tells AWS's faults from ours", () => {
        assert.ok(isAwsError({ name: "InvalidParameterValue", $metadata: {} }));
        assert.ok(isAwsError({ name: "Error", code: "ECONNREFUSED" }));
        assert.ok(!isAwsError(new TypeError("x")));
    });
});
