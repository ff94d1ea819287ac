/** The forms that the configuration is made of, each with the remedy that its reader is told. */
import * as v from "valibot";
import { unknownKey } from "./problems";

/** An object with these keys only; every unknown one is reported (valibot's own strictObject stops at the first). */
export function strict<const E extends v.ObjectEntries>(entries: E, remedy: string) {
    const known = Object.keys(entries);
    const message = (issue: v.BaseIssue<unknown>) => {
        // A missing key: the remedy of what should stand there.
        const missing = known.find((key) => issue.kind === "schema" && issue.expected === `"${key}"`);
        const own = missing === undefined ? remedy : (entries[missing] as { message?: unknown }).message;
        return typeof own === "function" ? (own(issue) as string) : String(own);
    };
    return v.pipe(
        // To valibot a list is an object too.
        v.custom<v.InferInput<v.LooseObjectSchema<E, undefined>>>((value) => typeof value === "object" && value !== null && !Array.isArray(value), message),
        v.looseObject(entries, message),
        v.rawCheck(({ dataset, addIssue }) => {
            const value = dataset.value as Record<string, unknown>;
            for (const key of Object.keys(value).filter((each) => !known.includes(each))) {
                addIssue({
                    message: unknownKey(key, known),
                    input: value[key],
                    path: [{ type: "object", origin: "key", input: value, key, value: value[key] }],
                });
            }
        }),
    );
}

/** Text of a pattern; every check has one remedy, so that it is one problem. */
export const text = (remedy: string, pattern = /./) => v.pipe(v.string(remedy), v.regex(pattern, remedy));
/** A whole number. */
export const whole = (min: number, max: number, remedy: string) =>
    v.pipe(v.number(({ input }) => (/^\d+$/.test(String(input)) ? remedy.replace(/^Write (whole days|a whole number)/, "$& without quotes") : remedy)), v.integer(remedy), v.minValue(min, remedy), v.maxValue(max, remedy));
/** A list of at least one. */
export const listOf = <S extends v.GenericSchema>(item: S, remedy: string) => v.pipe(v.array(item, remedy), v.minLength(1, remedy));
