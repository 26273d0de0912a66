// Lets arguments that were given as undefined have their defaults.

/** The object without the properties that are undefined, for spreading over defaults. */
export function defined<T extends object>(args: T): { [K in keyof T]: Exclude<T[K], undefined> } {
    return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as {
        [K in keyof T]: Exclude<T[K], undefined>;
    };
}
