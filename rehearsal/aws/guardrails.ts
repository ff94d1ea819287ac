/** Attaches the organization's policies, as whoever manages it would: to the backup account, the listed accounts and the enrolled units. */
import type { Guardrails } from "../../components/guardrails/documents";
import type { Settings } from "../../components/settings";
import type { Guards, World } from "./types";

const none: Guards = { scps: [], rcps: [] };

export function attachGuardrails(world: World, { backupAccount, sourceAccounts, backupResources }: Guardrails, settings: Pick<Settings, "backupAccount" | "sourceAccounts" | "organization">): void {
    const texts = (documents: readonly unknown[]) => documents.map((each) => JSON.stringify(each));
    const ofSources: Guards = { scps: texts(sourceAccounts), rcps: [] };
    const listed = new Set(settings.sourceAccounts.map(({ id }) => id));
    world.iam.setGuardrails(settings.backupAccount.id, { scps: texts(backupAccount), rcps: texts(backupResources) });
    for (const id of listed) world.iam.setGuardrails(id, ofSources);
    const units = settings.organization?.units;
    if (!units) return;
    // What is attached to a unit binds each account in and below it while it is there.
    const inUnits = (id: string) => {
        if (!listed.has(id) && id !== settings.backupAccount.id) world.iam.setGuardrails(id, world.organization.unitsOf(id).some((unit) => units.includes(unit)) ? ofSources : none);
    };
    for (const { id } of world.organization.members()) inUnits(id);
    world.organization.onJoin(({ id }) => inUnits(id));
    world.organization.onLeave(inUnits);
}
