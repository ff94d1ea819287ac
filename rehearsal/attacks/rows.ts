/** The threat model's actions, by number, and who could try each. The table must have a case for every one of these. */
import type { Actor } from "./types";

export interface Row {
    readonly action: string;
    readonly who: readonly Actor[];
}

const row = (action: string, ...who: Actor[]): Row => ({ action, who });

export const rows: Readonly<Record<number, Row>> = {
    1: row("delete a version", "A1", "A2", "A4", "A5", "A9"),
    2: row("put a delete marker", "A1", "A2", "A4", "A5", "A9"),
    3: row("write over an object", "A1", "A2", "A10"),
    4: row("write with a key of one's own (SSE-C)", "A1", "A2"),
    5: row("write with another KMS key", "A1", "A2"),
    6: row("set another retention", "A1", "A2", "A4", "A9"),
    7: row("put a legal hold", "A1", "A2", "A4", "A9"),
    8: row("bypass governance", "A4", "A9"),
    9: row("read what others have saved", "A2", "A10"),
    10: row("fill the vault with junk", "A1", "A2", "A8", "A10"),
    11: row("abort an upload", "A1", "A2"),
    12: row("keep control of an object by its ACL", "A2"),
    13: row("change the bucket's default lock", "A4", "A5", "A9"),
    14: row("suspend versioning", "A4", "A5"),
    15: row("change the lifecycle", "A4", "A5", "A9"),
    16: row("delete the bucket", "A4", "A5", "A9"),
    17: row("change or delete the bucket policy", "A4", "A5", "A6", "A9"),
    18: row("replicate the vault elsewhere", "A4", "A9"),
    19: row("change the bucket's encryption", "A4", "A9"),
    20: row("open the bucket in another way", "A4", "A9"),
    21: row("schedule the key's deletion", "A4", "A5", "A9"),
    22: row("disable the key", "A4", "A5", "A9"),
    23: row("change the key policy", "A4", "A5", "A9"),
    24: row("lend the key", "A1", "A2", "A3", "A4", "A10"),
    25: row("take back what an export was lent", "A3", "A4", "A10"),
    26: row("retire a grant of one's own", "A1"),
    27: row("use key material that can be taken away", "A4", "A9"),
    28: row("move an alias", "A4", "A9"),
    29: row("undo a key's deletion", "A4"),
    30: row("decrypt what others have saved", "A2", "A10"),
    31: row("stop the forwarder", "A1", "A9"),
    32: row("forge events", "A1", "A7", "A10"),
    33: row("change the hub bus", "A4", "A9"),
    34: row("forge messages", "A4"),
    35: row("empty or delete a queue", "A4", "A9"),
    36: row("change a function", "A4", "A8", "A9"),
    37: row("stop a function", "A4", "A9"),
    38: row("assume an access role", "A4", "A8", "A10"),
    39: row("change the roles in a source account", "A1", "A9"),
    40: row("cancel an export", "A1", "A3"),
    41: row("delete snapshots", "A1"),
    42: row("start exports of one's own", "A1"),
    43: row("share a snapshot", "A1"),
    44: row("take the guardrails away", "A6"),
    45: row("close the account", "A5", "A6"),
    46: row("leave the organization", "A4", "A5", "A6"),
    47: row("act as root from the management account", "A6"),
    48: row("disable the Region", "A4", "A5", "A6"),
    49: row("blind the watchers", "A4", "A9"),
    50: row("destroy by deployment", "A9"),
};
