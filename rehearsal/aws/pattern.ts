/** Event patterns, as far as the project uses them: exact values on nested fields. Anything else is refused, never guessed. */

type Leaf = string | number | boolean | null;
type Matcher = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
export function compilePattern(pattern: string): (event: object) => boolean {
    return compile(JSON.parse(pattern), "the pattern");
}

function compile(pattern: unknown, where: string): Matcher {
    if (Array.isArray(pattern)) return oneOf(pattern, where);
    if (!isRecord(pattern)) throw new Error(`Event pattern: ${where} must be an object or a list, not ${JSON.stringify(pattern)}`);
    const fields = Object.entries(pattern).map(([name, inner]) => {
        if (name.startsWith("$")) throw new Error(`Event pattern: ${where} uses the operator "${name}", which isn't simulated`);
        return { name, matches: compile(inner, `"${name}"`) };
    });
    if (fields.length === 0) throw new Error(`Event pattern: ${where} is empty`);
    return (value) => isRecord(value) && fields.every(({ name, matches }) => matches(value[name]));
}

function oneOf(values: readonly unknown[], where: string): Matcher {
    if (values.length === 0) throw new Error(`Event pattern: the list of ${where} is empty`);
    for (const value of values) {
        if (isRecord(value)) throw new Error(`Event pattern: ${where} uses the operator "${Object.keys(value)[0]}", which isn't simulated`);
        if (Array.isArray(value)) throw new Error(`Event pattern: ${where} holds a list in a list`);
    }
    const wanted = new Set(values as Leaf[]);
    // A list in the event matches when it shares a value: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html
    return (value) => (Array.isArray(value) ? value.some((each) => wanted.has(each)) : wanted.has(value as Leaf));
}
