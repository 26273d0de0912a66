// The program that index.ts is, for the engine for tests.

/** Runs it anew: a module is loaded once, a deployment runs it each time. */
export async function program(): Promise<unknown> {
    const path = require.resolve("../../index");
    delete require.cache[path];
    return (require(path) as () => Promise<unknown>)();
}

/** The same for settings whose cluster nobody can ask: it is taken for one that fits, and has what it was asked for. */
export async function programUnchecked(): Promise<unknown> {
    const restore = [
        replaced(require.resolve("../../preflight"), { preflight: async () => {} }),
        replaced(require.resolve("../../diagnosis"), { warnOfGrowth: () => {} }),
    ];
    try {
        return await program();
    } finally {
        for (const one of restore) one();
    }
}

/** Puts `exports` into a module; what is returned takes them out again. */
function replaced(path: string, exports: object): () => void {
    const loaded = require(path);
    const module = require.cache[path];
    if (module === undefined) throw new Error(`${path} is not among the loaded modules`);
    module.exports = { ...loaded, ...exports };
    return () => {
        module.exports = loaded;
    };
}
