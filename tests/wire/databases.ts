/** Databases and snapshots in a peer's RDS, made through its API. */
import type { RDSClient } from "@aws-sdk/client-rds";
import { DeleteDBClusterSnapshotCommand, DescribeDBClusterSnapshotsCommand, CreateDBClusterCommand, CreateDBClusterSnapshotCommand, CreateDBInstanceCommand, CreateDBSnapshotCommand, DeleteDBSnapshotCommand, DescribeDBSnapshotsCommand } from "@aws-sdk/client-rds";

const login = { MasterUsername: "wire", MasterUserPassword: "not-a-secret" };

/** Without the automated snapshot that moto makes of every new instance, which would be due first. */
export async function addInstance(rds: RDSClient, identifier: string, Engine = "postgres"): Promise<void> {
    await rds.send(new CreateDBInstanceCommand({ DBInstanceIdentifier: identifier, Engine, DBInstanceClass: "db.t3.micro", AllocatedStorage: 20, ...login }));
    const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ DBInstanceIdentifier: identifier }));
    for (const { DBSnapshotIdentifier } of DBSnapshots) await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }));
}

export async function addSnapshot(rds: RDSClient, database: string, identifier: string): Promise<string> {
    const { DBSnapshot } = await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: database, DBSnapshotIdentifier: identifier }));
    return DBSnapshot!.DBSnapshotArn!;
}

export async function addCluster(rds: RDSClient, identifier: string): Promise<void> {
    await rds.send(new CreateDBClusterCommand({ DBClusterIdentifier: identifier, Engine: "aurora-postgresql", ...login }));
    const { DBClusterSnapshots = [] } = await rds.send(new DescribeDBClusterSnapshotsCommand({ DBClusterIdentifier: identifier }));
    for (const { DBClusterSnapshotIdentifier } of DBClusterSnapshots) await rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier }));
}

export async function addClusterSnapshot(rds: RDSClient, cluster: string, identifier: string): Promise<string> {
    const { DBClusterSnapshot } = await rds.send(new CreateDBClusterSnapshotCommand({ DBClusterIdentifier: cluster, DBClusterSnapshotIdentifier: identifier }));
    return DBClusterSnapshot!.DBClusterSnapshotArn!;
}
