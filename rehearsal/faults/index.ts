/** The faults of the nights, as data. */
import { failingExport, oldCopy, recreatedSnapshot, unsupportedEngine, unusableSourceKey } from "./exports";
import { at, type Fault, type FaultStage, type PlayFault } from "./stage";
import { lostGrant, missingRole, throttledAccount } from "./rights";
import { sealingFaults } from "./sealing";
import { tamperingFaults } from "./tampering";
import { forgedEvent, poisonRecord, vanishedSnapshot } from "./triggers";
import { weather } from "./weather";

export { playOrganization } from "./organization";
export { type Fault } from "./stage";

const others: readonly PlayFault[] = [
    forgedEvent,
    throttledAccount,
    failingExport("export that fails once", "flaky", 1),
    failingExport("export that always fails", "broken-lob", Infinity),
    missingRole("configuration fault, repaired later", 1, at(26), 3, (arns, account) => arns.exportRole(account), "export-refused"),
    missingRole("account that can't be assumed", 0, at(26), 4, (arns, account) => arns.accessRole(account), "account-not-ready"),
    lostGrant,
    unusableSourceKey,
    unsupportedEngine,
    recreatedSnapshot,
    oldCopy,
    poisonRecord,
    vanishedSnapshot,
    ...sealingFaults,
    ...tamperingFaults,
];

/** Puts all faults on stage. */
export const playFaults = (stage: FaultStage): Fault[] => [...weather(stage.world), ...others.map((play) => play(stage))];
