/** CloudTrail → the trail's bucket. */
import { arnsOf, bucketArn, namesOf, type Place } from "../arns";
import { document, type Document } from "./document";
import { objectDestruction } from "./vaultBucket";

export const trailArn = (place: Place): string => `arn:${arnsOf(place).partition}:cloudtrail:${place.region}:${place.backupAccountId}:trail/${namesOf(place).trail}`;

export const trailBucketArn = (place: Place): string => bucketArn(arnsOf(place).partition, namesOf(place).trailBucket);

/** As AWS documents it, for this trail only: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html */
export function trailBucketPolicy(place: Place): Document {
    const bucket = trailBucketArn(place);
    const cloudTrail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } } as const;
    const everyone = { Effect: "Deny", Principal: "*" } as const;
    const ofTrail = { "aws:SourceArn": trailArn(place) };
    return document(
        { Sid: "DenyPlainHttp", ...everyone, Action: "s3:*", Resource: [bucket, `${bucket}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } } },
        {
            // The bucket's default is the only retention; nobody hides or stretches what lies here.
            Sid: "DenyOtherRetentionAndDestruction",
            ...everyone,
            Action: ["s3:DeleteObject", ...objectDestruction],
            Resource: `${bucket}/*`,
        },
        { Sid: "AclCheck", ...cloudTrail, Action: "s3:GetBucketAcl", Resource: bucket, Condition: { StringEquals: ofTrail } },
        {
            Sid: "Deliver",
            ...cloudTrail,
            Action: "s3:PutObject",
            Resource: `${bucket}/AWSLogs/${place.backupAccountId}/*`,
            Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", ...ofTrail } },
        },
    );
}
