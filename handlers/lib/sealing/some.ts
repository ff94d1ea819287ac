/** The first of many, and how many there are: what a hostile account can make long mustn't make a manifest long. */
export interface Some<T> {
    count: number;
    first: T[];
}

const most = 100;

export const none = <T>(): Some<T> => ({ count: 0, first: [] });

/** Adds to the first 100. */
export function note<T>(some: Some<T>, ...items: readonly T[]): void {
    some.count += items.length;
    some.first.push(...items.slice(0, Math.max(0, most - some.first.length)));
}

/** Adds what another has. */
export function join<T>(some: Some<T>, other: Readonly<Some<T>>): void {
    some.first.push(...other.first.slice(0, Math.max(0, most - some.first.length)));
    some.count += other.count;
}

/** At most a hundred sentences, and one about the rest. */
export const shortened = (sentences: readonly string[]): string[] =>
    sentences.length <= most ? [...sentences] : [...sentences.slice(0, most), `and ${sentences.length - most} more of this kind`];
