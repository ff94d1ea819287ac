import type { WireDeviation } from ".";
import { versionFields } from "../requests/s3";
import { clusterSnapshotFields } from "../requests/rds";

const iamGuide = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const rdsReference = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference";
const organizationsReference = "https://docs.aws.amazon.com/organizations/latest/APIReference";
const withoutEncodingType = ["200", ...versionFields].join(" ");
const withoutResourceId = ["200", ...clusterSnapshotFields.filter((field) => !field.endsWith("DbClusterResourceId"))].join(" ");

export const ofMoto: readonly WireDeviation[] = [
    {
        peer: "moto 5.2.5",
        peerDoes: "says `complete` at once, in lower case, without TaskStartTime and TaskEndTime, and writes nothing",
        awsDoes: "goes from STARTING over IN_PROGRESS to COMPLETE",
        source: `${rdsReference}/API_ExportTask.html`,
        handled: "the starter takes it for a task in flight; the life cycle is the simulated RDS's",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "ignores Filters and SourceArn of DescribeExportTasks",
        awsDoes: "filters",
        source: `${rdsReference}/API_DescribeExportTasks.html`,
        handled: "the starter must bear what it didn't ask for",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "pages DescribeDBInstances and DescribeDBClusters only",
        awsDoes: "pages every list",
        source: `${rdsReference}/API_DescribeDBSnapshots.html`,
        handled: "paging is asserted on DescribeDBInstances",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "gives all instances one DbiResourceId",
        awsDoes: "gives each its own",
        source: `${rdsReference}/API_DBInstance.html`,
        handled: "tests about several databases use an instance and a cluster",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "knows no delegation policy, answers only the management account's calls, and says ParentNotFoundException to a member",
        awsDoes: "answers whom the policy lets, and says AccessDeniedException to others",
        source: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html",
        handled: "the sweeper comes as the management account; the delegation is judged in the simulated AWS only",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "gives all children in one page",
        awsDoes: "pages ListChildren",
        source: `${organizationsReference}/API_ListChildren.html`,
        handled: "paging is asserted on ListAccountsForParent",
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "knows no limit of running exports",
        awsDoes: "refuses the sixth",
        source: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-export-snapshot.Exporting.html",
        handled: "asserted against the simulated RDS only",
        rows: { "StartExportTask beyond the limit": "200" },
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "reads no trust policy",
        awsDoes: "lends a role to whom its trust policy lets",
        source: `${iamGuide}/id_roles_common-scenarios_third-party.html`,
        handled: "asserted in MiniStack",
        rows: { "AssumeRole with a wrong external id": "200", "AssumeRole without an external id": "200" },
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "gives a new trail no event selectors",
        awsDoes: "gives it one for all management events",
        source: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html",
        handled: "the watcher's trail is MiniStack's",
        rows: { "GetEventSelectors": "200" },
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "leaves EncodingType out, though names are encoded as was asked",
        awsDoes: "says so whenever it was asked to",
        source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html",
        handled: "the program takes such names as they are",
        rows: { "ListObjectVersions, encoded": withoutEncodingType },
    },
    {
        peer: "moto 5.2.5",
        peerDoes: "leaves DbClusterResourceId out of a cluster's snapshot",
        awsDoes: "says it",
        source: `${rdsReference}/API_DBClusterSnapshot.html`,
        handled: "the program bears that",
        rows: { "DescribeDBClusterSnapshots": withoutResourceId },
    },
];
