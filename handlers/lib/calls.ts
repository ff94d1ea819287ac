/** As Promise.all, but a failure waits for the others: no call outlives its look. */
export async function allEnded<T extends readonly unknown[]>(calls: readonly [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
    await Promise.allSettled(calls);
    return Promise.all(calls);
}

/** The items of all pages. */
export const all = async <T>(pages: AsyncIterable<Record<string, unknown>>, key: string): Promise<T[]> => {
    const items: T[] = [];
    for await (const page of pages) items.push(...((page[key] as T[] | undefined) ?? []));
    return items;
};
