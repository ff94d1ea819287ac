import { failureClass } from "./failure";
import { alarm, log } from "./log";

/** Says that AWS refused a call: in passing, which the next try mends, or for good, which is an alarm. Returns whether in passing. */
export function refused(code: "account-not-ready" | "vault-not-ready", account: string, error: unknown): boolean {
    const { name, message } = error as Error;
    const failure = failureClass(error);
    if (failure === "throttled") log("WARN", "throttled", { account, error: name, detail: message });
    else alarm(code, { account, class: failure, error: name, reason: message });
    return failure === "throttled";
}
