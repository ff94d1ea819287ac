import { failureClass } from "./failure";
import { alarm, log } from "./log";

/**
 * Says that AWS refused a call: in passing, which the next try mends, or for good, which is an alarm. Returns whether in passing.
 * @param lasts what is in passing as a rule has lasted too long for that
 */
export function refused(code: "account-not-ready" | "vault-not-ready", account: string, error: unknown, lasts = false): boolean {
    const { name, message } = error as Error;
    const failure = failureClass(error);
    const passes = failure === "throttled" && !lasts;
    if (passes) log("WARN", "throttled", { account, error: name, detail: message });
    else alarm(code, { account, class: failure, error: name, reason: message });
    return passes;
}
