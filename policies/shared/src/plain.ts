// Values of a deployment as plain data. In a preview some are not known yet:
// those are UNKNOWN, and a rule judges nothing about them.

/** Stands for a value that is known only after the deployment. */
export const UNKNOWN: unique symbol = Symbol("known after the deployment");
export type Maybe<T> = T | typeof UNKNOWN;

/**
 * The value without what the policy SDK wraps around it. The SDK throws when
 * an unknown value is read, which would end the whole policy in a preview.
 */
export function plain(value: unknown): unknown {
    // Not map(): it reads more of an array than its items, which the SDK's wrappers refuse.
    if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => plainAt(value, index));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.keys(value).map((key) => [key, plainAt(value, key)]));
}

function plainAt(container: object, key: string | number): unknown {
    let value: unknown;
    try {
        value = (container as Record<string | number, unknown>)[key];
    } catch {
        return UNKNOWN;
    }
    return plain(value);
}

/** What is at the path: undefined when it is not there, UNKNOWN when it or what it would be in is. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
    let found = value;
    for (const key of path) {
        if (found === UNKNOWN) return UNKNOWN;
        if (found === null || typeof found !== "object") return undefined;
        found = (found as Record<string | number, unknown>)[key];
    }
    return found ?? undefined;
}

/** Like at(), for what must be text; anything else counts as not there. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): Maybe<string> | undefined {
    const found = at(value, ...path);
    return found === UNKNOWN || typeof found === "string" ? found : undefined;
}

/** Like textAt(), for text of which an empty one says nothing. */
export const saidAt = (value: unknown, ...path: readonly (string | number)[]): Maybe<string> | undefined =>
    textAt(value, ...path) || undefined;

/** Like at(), for numbers of which 0 is what is not said: the API server puts its default there. */
export function numberAt(otherwise: number, value: unknown, ...path: readonly (string | number)[]): Maybe<number> {
    const found = at(value, ...path);
    return found === UNKNOWN ? UNKNOWN : Number(found) || otherwise;
}

/** Like at(), for lists; what is not there is an empty one. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): Maybe<unknown[]> {
    const found = at(value, ...path);
    return found === UNKNOWN ? UNKNOWN : Array.isArray(found) ? found : [];
}

/** Known on both sides, and the same. */
export const same = (a: unknown, b: unknown): boolean => a === b && a !== undefined && a !== UNKNOWN;

/** The value, and every object in it, as the SDK hands them over: what is not known yet is left out. */
export function within(value: unknown): object[] {
    if (Object(value) !== value) return [];
    const inner = Object.keys(value as object).map((key) => knownAt(value, key));
    return [value as object, ...inner.flatMap(within)];
}

/** For remedies, which change what the SDK hands over in place: undefined for what is not there, or not known yet. */
export function knownAt(container: unknown, key: string | number): unknown {
    if (Object(container) !== container) return undefined;
    try {
        return (container as Record<string | number, unknown>)[key];
    } catch {
        return undefined; // the SDK throws when an unknown value is read
    }
}
