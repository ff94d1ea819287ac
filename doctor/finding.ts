/** What the doctor found: one sentence about one thing, and what to do about it. Pure. */

export interface Finding {
    /** What was looked at: `deploy role of shop`. */
    readonly about: string;
    /** `unseen`: it couldn't be looked at, so nobody knows. */
    readonly status: "ok" | "problem" | "unseen";
    readonly text: string;
    /** What mends it, or how to see it; absent where all is well. */
    readonly fix?: string;
}

export const ok = (about: string, text: string): Finding => ({ about, status: "ok", text });
export const problem = (about: string, text: string, fix: string): Finding => ({ about, status: "problem", text, fix });
export const unseen = (about: string, text: string, fix: string): Finding => ({ about, status: "unseen", text, fix });

/** Looks, and says so if it can't: what wasn't seen must never look well. `how`: to look in another way. */
export async function look(about: string, how: string, findings: () => Promise<Finding | readonly Finding[]>): Promise<readonly Finding[]> {
    try {
        return [await findings()].flat();
    } catch (error) {
        return [unseen(about, `couldn't be looked at: ${said(error)}`, how)];
    }
}

/** An error's name and message on one line. */
export const said = (error: unknown): string => {
    const { name, message } = error as Error;
    return `${name}: ${message.replace(/\s+/g, " ")}`;
};

/** 0 only if everything was seen and is well. */
export const exitStatus = (findings: readonly Finding[]): 0 | 1 => (findings.every(({ status }) => status === "ok") ? 0 : 1);

const marks = { ok: "  ok       ", problem: "! PROBLEM  ", unseen: "? not seen " };

/** Problems last, where the eye is. */
export function asText(findings: readonly Finding[]): string[] {
    const of = (status: Finding["status"]) => findings.filter((finding) => finding.status === status);
    const lines = [...of("ok"), ...of("unseen"), ...of("problem")].flatMap(({ about, status, text, fix }) => [`${marks[status]}${about}: ${text}`, ...(fix ? [`             ${fix}`] : [])]);
    return [...lines, "", `${of("ok").length} ok, ${of("problem").length} problem${of("problem").length === 1 ? "" : "s"}, ${of("unseen").length} not seen`];
}
