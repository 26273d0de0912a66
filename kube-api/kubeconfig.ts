// Kubeconfig files, as kubectl reads them: several merged, a context chosen,
// file names made absolute. Pure: cluster.ts reads the files and connects.
import { dirname, resolve } from "node:path";
import { parse } from "yaml";

/** A JSON object; what is in it is only known to who reads it. */
// biome-ignore lint/suspicious/noExplicitAny: objects of arbitrary kinds
export type Obj = { [key: string]: any };
const isObject = (value: unknown): value is Obj => value !== null && typeof value === "object" && !Array.isArray(value);

/** The kubeconfig can't be used as it is. */
export class KubeconfigError extends Error {
    override name = "KubeconfigError";
    constructor(
        message: string,
        /** Which of the two choices is wrong: that of the file, or that of a context in it. */
        readonly choice: "kubeconfig" | "context" = "kubeconfig",
        /** What can be chosen instead. */
        readonly others: readonly string[] = [],
    ) {
        super(message);
    }
}

export interface KubeconfigFile {
    /** Where file names in it start from. Without it they must be absolute. */
    path?: string;
    text: string;
}

export interface Chosen {
    server: string;
    namespace: string | undefined;
    /** The entries named by the context, with absolute file names. */
    cluster: Obj;
    user: Obj;
}

interface Config {
    currentContext: string | undefined;
    contexts: Map<string, Obj>;
    clusters: Map<string, Obj>;
    users: Map<string, Obj>;
}

/** Properties that are names of files. */
const FILES = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/** @throws KubeconfigError saying which context, cluster or user is not there, and what is. */
export function choose(files: readonly KubeconfigFile[], wanted: { context?: string; cluster?: string }): Chosen {
    const config = files.map(parsed).reduce(merged);
    const name = wanted.context || config.currentContext;
    if (!name) {
        const choose = `the kubeconfig has no current context; choose one of: ${known(config.contexts)}`;
        throw new KubeconfigError(choose, "context", [...config.contexts.keys()]);
    }
    const context = entry(config.contexts, "context", name);
    const cluster = entry(config.clusters, "cluster", wanted.cluster || context.cluster);
    const user = context.user ? entry(config.users, "user", context.user) : {};
    if (!cluster.server)
        throw new KubeconfigError(`the kubeconfig's cluster "${wanted.cluster || context.cluster}" has no server`);
    return { server: String(cluster.server).replace(/\/$/, ""), namespace: context.namespace, cluster, user };
}

function parsed({ path, text }: KubeconfigFile): Config {
    const where = path === undefined ? "the kubeconfig" : `the kubeconfig ${path}`;
    let config: unknown;
    try {
        config = parse(text);
    } catch (error) {
        // The lines after the first show what is in it, which may be credentials.
        throw new KubeconfigError(`${where} is not YAML: ${(error as Error).message.split("\n")[0]}`);
    }
    if (!isObject(config)) {
        throw new KubeconfigError(`${where} is not a kubeconfig: it should have clusters, contexts and users`);
    }
    const named = (list: string, property: string): Map<string, Obj> =>
        new Map((config[list] ?? []).map((item: Obj) => [item.name, absolute(item[property] ?? {}, path)]));
    return {
        currentContext: config["current-context"] || undefined,
        contexts: named("contexts", "context"),
        clusters: named("clusters", "cluster"),
        users: named("users", "user"),
    };
}

function absolute(item: Obj, path: string | undefined): Obj {
    if (path === undefined) return item;
    const files = FILES.filter((property) => typeof item[property] === "string");
    return {
        ...item,
        ...Object.fromEntries(files.map((property) => [property, resolve(dirname(path), item[property])])),
    };
}

/** The first file that says something wins, as with kubectl. */
const merged = (first: Config, then: Config): Config => ({
    currentContext: first.currentContext ?? then.currentContext,
    contexts: new Map([...then.contexts, ...first.contexts]),
    clusters: new Map([...then.clusters, ...first.clusters]),
    users: new Map([...then.users, ...first.users]),
});

function entry(entries: Map<string, Obj>, what: string, name: string): Obj {
    const found = entries.get(name);
    if (found) return found;
    const message = `the kubeconfig has no ${what} "${name}"; it has: ${known(entries)}`;
    throw what === "context" ? new KubeconfigError(message, what, [...entries.keys()]) : new KubeconfigError(message);
}

const known = (entries: Map<string, Obj>): string => [...entries.keys()].join(", ") || "none";
