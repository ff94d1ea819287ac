/** What no policy judges: the program's own code must see through it. By case, the test that plays it. */
export interface PlayedElsewhere {
    readonly id: string;
    readonly name: string;
    /** Path of the test, and its title. */
    readonly file: string;
    readonly title: string;
}

const played = (id: string, name: string, file: string, title: string): PlayedElsewhere => ({ id, name, file, title });

export const playedElsewhere: readonly PlayedElsewhere[] = [
    played("design.A1.stranger-bucket", "starts an export under our id into a bucket of its own", "tests/handlers/plan.test.ts", "a stranger under our id"),
    played("design.A1.stranger-snapshot", "starts an export of another snapshot under our id", "tests/handlers/plan.test.ts", "a stranger under our id that exports another snapshot"),
    played("design.A1.stranger-flood", "takes more of our ids than the starter looks through", "tests/handlers/look.test.ts", "gives up after ten strangers in a row, since each costs calls"),
    played("design.A1.stranger-numbers", "takes a far number, so that we count from there", "tests/handlers/plan.test.ts", "the next number is the lowest that is free, however far away a stranger took one"),
    played("design.A1.stranger-sealed", "has its own task sealed as ours", "tests/handlers/look.test.ts", "isn't, when it is a stranger's"),
    played("design.A1.crafted-event", "names another account's snapshots in an event", "tests/handlers/trigger.test.ts", "of RDS names snapshots, of which only those of its account count"),
    played("design.A1.crafted-member", "says of itself in an event what only the organization may say", "tests/handlers/trigger.test.ts", "of anybody but the sweep isn't believed what it says of a member"),
    played("design.A1.malformed-event", "sends what isn't an event", "tests/handlers/trigger.test.ts", "is malformed without an account, or with a member that isn't the account"),
    played("design.A1.foreign-manifest", "lets another account's manifest count", "tests/handlers/plan.test.ts", "not by another account's manifest"),
    played("design.A1.period", "deletes the snapshot that covers a period", "tests/handlers/plan.test.ts", "knows by tasks what covers a period, though the snapshot is gone and the function is cold"),
    played("design.A1.manual", "lets manual snapshots of its own thin the automated ones", "tests/handlers/thinning.test.ts", "never thins manual ones, but lets them cover"),
    played("design.A1.table-names", "names tables so that a partial export looks whole", "tests/handlers/sealing/pure.test.ts", "never calls an export fine that lacks a file, a page, a status or a consent"),
];
