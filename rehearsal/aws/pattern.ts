/** Event patterns, as far as the project uses them: values, prefix, anything-but and exists on nested fields, and $or. Anything else is refused, never guessed. */

type Leaf = string | number | boolean | null;
type Matcher = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
export function compilePattern(pattern: string): (event: object) => boolean {
    return compile(JSON.parse(pattern), "the pattern");
}

/** Matches what may still become a matching event: fields that aren't known yet, and what `$or` asks, are taken to fit. */
export function compilePart(pattern: string): (known: object) => boolean {
    return possible(JSON.parse(pattern) as Record<string, unknown>);
}

function possible(pattern: Record<string, unknown>): Matcher {
    const fields = Object.entries(pattern).filter(([name]) => name !== "$or").map(([name, inner]) => ({ name, fits: isRecord(inner) ? possible(inner) : compile(inner, `"${name}"`) }));
    return (value) => !isRecord(value) || fields.every(({ name, fits }) => !(name in value) || fits(value[name]));
}

function compile(pattern: unknown, where: string): Matcher {
    if (Array.isArray(pattern)) return oneOf(pattern, where);
    if (!isRecord(pattern)) throw new Error(`Event pattern: ${where} must be an object or a list, not ${JSON.stringify(pattern)}`);
    const fields = Object.entries(pattern).map(([name, inner]): Matcher => {
        if (name === "$or") return anyOf(inner, where);
        if (name.startsWith("$")) throw new Error(`Event pattern: ${where} uses the operator "${name}", which isn't simulated`);
        const matches = compile(inner, `"${name}"`);
        // What isn't there may still match {"exists": false}, however deep.
        return (value) => matches(isRecord(value) ? value[name] : undefined);
    });
    if (fields.length === 0) throw new Error(`Event pattern: ${where} is empty`);
    return (value) => fields.every((matches) => matches(value));
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
function anyOf(patterns: unknown, where: string): Matcher {
    if (!Array.isArray(patterns) || patterns.length === 0) throw new Error(`Event pattern: the $or of ${where} is no list`);
    const each = patterns.map((pattern) => compile(pattern, where));
    return (value) => each.some((matches) => matches(value));
}

function oneOf(values: readonly unknown[], where: string): Matcher {
    if (values.length === 0) throw new Error(`Event pattern: the list of ${where} is empty`);
    for (const value of values) if (Array.isArray(value)) throw new Error(`Event pattern: ${where} holds a list in a list`);
    const wanted = new Set(values.filter((value) => !isRecord(value)) as Leaf[]);
    const operators = values.filter(isRecord).map((value) => operator(value, where));
    const one: Matcher = (value) => wanted.has(value as Leaf) || operators.some((matches) => matches(value));
    // A list in the event matches when it shares a value: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html
    return (value) => (Array.isArray(value) ? value.some(one) : one(value));
}

/** Same page as `$or`. `exists` looks at leaves only. */
function operator(asked: Record<string, unknown>, where: string): Matcher {
    const [[name, value] = ["", undefined], ...more] = Object.entries(asked);
    if (more.length === 0) {
        if (name === "prefix" && typeof value === "string") return (text) => typeof text === "string" && text.startsWith(value);
        if (name === "exists" && typeof value === "boolean") return (leaf) => (leaf !== undefined && !isRecord(leaf)) === value;
        const refused = Array.isArray(value) ? (value as unknown[]) : [value];
        // What is absent is never anything but something.
        if (name === "anything-but" && refused.every((each) => !isRecord(each))) return (leaf) => leaf !== undefined && !isRecord(leaf) && !refused.includes(leaf);
    }
    throw new Error(`Event pattern: ${where} uses the operator "${name}", which isn't simulated`);
}
