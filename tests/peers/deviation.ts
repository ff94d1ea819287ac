/** Where servers that we didn't write answer otherwise than AWS documents. Their releases are pinned: what they get wrong is written down for these. */
export type PeerName = "MiniStack 1.5.33" | "moto 5.2.5" | "MinIO";

export interface Deviation<Outcome = string> {
    readonly peer: PeerName;
    readonly peerDoes: string;
    /** Where AWS says otherwise, or where the peer's own code shows it. */
    readonly source: string;
    /** Rows of the table that shows it, with what the peer answers there. A test fails when one isn't so any more. */
    readonly rows?: Readonly<Record<string, Outcome>>;
}

export const deviationOf = <Outcome>(deviations: readonly Deviation<Outcome>[], peer: string, row: string) => deviations.find((each) => each.peer === peer && each.rows && row in each.rows);
