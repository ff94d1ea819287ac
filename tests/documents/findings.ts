/** What a judge finds, held against what is explained: neither may go beyond the other. */
import assert from "node:assert/strict";

export interface Finding {
    readonly rule: string;
    /** The stack, and what in it. */
    readonly where: string;
    readonly says: string;
}

export interface Explanation {
    readonly rule: string;
    readonly where: RegExp;
    readonly says: RegExp;
    /** Why it stays. */
    readonly reason: string;
}

const explains = ({ rule, where, says }: Explanation, finding: Finding) => rule === finding.rule && where.test(finding.where) && says.test(finding.says);

export function checkFindings(findings: readonly Finding[], explanations: readonly Explanation[]): void {
    const unexplained = findings.filter((finding) => !explanations.some((each) => explains(each, finding)));
    assert.deepEqual(unexplained.map(({ rule, where, says }) => `${rule} ${where}: ${says}`), [], "found, and neither mended nor explained");
    const idle = explanations.filter((each) => !findings.some((finding) => explains(each, finding)));
    assert.deepEqual(idle.map(({ rule, where, says }) => `${rule} ${where} ${says}`), [], "explained, and no longer found");
}
