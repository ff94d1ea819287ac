/** The organization of tests/fixtures in moto, made through its API, which chooses the ids. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloseAccountCommand, CreateAccountCommand, CreateOrganizationalUnitCommand, CreateOrganizationCommand, ListRootsCommand, MoveAccountCommand, type OrganizationsClient } from "@aws-sdk/client-organizations";
import { root } from "../rendered";

const fixture = join(root, "tests/fixtures/Pulumi.organization.yaml");
/** Three pages of 20: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccountsForParent.html */
const many = 45;

/** What changes an organization. */
export function changesOf(organizations: OrganizationsClient, rootId: string) {
    const move = async (AccountId: string, SourceParentId: string, DestinationParentId: string) => void (await organizations.send(new MoveAccountCommand({ AccountId, SourceParentId, DestinationParentId })));
    return {
        move,
        close: async (AccountId: string) => void (await organizations.send(new CloseAccountCommand({ AccountId }))),
        addUnit: async (Name: string, ParentId = rootId) => (await organizations.send(new CreateOrganizationalUnitCommand({ Name, ParentId }))).OrganizationalUnit!.Id!,
        async addAccount(AccountName: string, unit: string, tags: Readonly<Record<string, string>> = {}): Promise<string> {
            const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
            const { CreateAccountStatus } = await organizations.send(new CreateAccountCommand({ AccountName, Email: `${AccountName}@example.com`, Tags }));
            const id = CreateAccountStatus!.AccountId!;
            await move(id, rootId, unit);
            return id;
        },
    };
}

export const rootIdOf = async (organizations: OrganizationsClient) => (await organizations.send(new ListRootsCommand({}))).Roots![0]!.Id!;

export async function found(organizations: OrganizationsClient) {
    const { Organization } = await organizations.send(new CreateOrganizationCommand({ FeatureSet: "ALL" }));
    const rootId = await rootIdOf(organizations);
    const management = Organization!.MasterAccountId!;
    const { addUnit, addAccount, move, close } = changesOf(organizations, rootId);

    const workloads = await addUnit("workloads");
    const staging = await addUnit("staging", workloads);
    const units = { workloads, staging, below: await addUnit("below", staging), data: await addUnit("data"), elsewhere: await addUnit("elsewhere") };
    const accounts = {
        staged: await addAccount("staged", units.staging),
        deep: await addAccount("deep", units.below),
        gold: await addAccount("gold", units.staging, { backup: "gold", team: "shop" }),
        lake: await addAccount("data-lake", units.data, { backup: "silver" }),
        /** Not active. */
        closed: await addAccount("closed", units.workloads),
        /** Outside the enrolled units. */
        stranger: await addAccount("stranger", units.elsewhere, { backup: "gold" }),
        /** No sources, though they are in an enrolled unit. */
        backup: await addAccount("backup", units.data),
        management,
        /** In an enrolled unit, and listed. */
        listed: await addAccount("billing", units.data),
    };
    const crowd = await Promise.all(Array.from({ length: many }, (_, i) => addAccount(`shop-${i}`, workloads)));
    await move(management, rootId, units.data);
    await close(accounts.closed);
    return { id: Organization!.Id!, units, accounts, crowd, addAccount, move, close };
}

export type Founded = Awaited<ReturnType<typeof found>>;

/** The fixture's configuration with the ids that moto chose. */
export function configuration({ id, units, accounts }: Founded) {
    const folder = mkdtempSync(join(tmpdir(), "rds-vault-organization-"));
    const ids = {
        "o-a1b2c3d4e5": id,
        "ou-ab12-11111111": units.workloads,
        "ou-ab12-22222222": units.data,
        "ou-ab12-11111133": units.staging,
        "444455556666": accounts.backup,
        "111122223333": accounts.listed,
        "123443211234": accounts.management,
    };
    const file = join(folder, "Pulumi.organization.yaml");
    writeFileSync(file, Object.entries(ids).reduce((text, [made, real]) => text.replaceAll(made, real), readFileSync(fixture, "utf8")));
    return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
