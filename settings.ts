// The configuration of a stack as typed settings. Every problem is reported at
// once, before any resource is registered. Keys and their defaults are in
// settings/keys.ts, what texts mean in settings/values.ts.
import * as pulumi from "@pulumi/pulumi";
import type { NfsStorageStackArgs } from "./components";
import type { ImageSource } from "./components/pod-image";
import { type KeyName, keys, type Values } from "./settings/keys";
import { nearest } from "./settings/nearest";
import { NotAllowed, type Problem, problemsText } from "./settings/problem";

/** The project's own namespace: what Pulumi.yaml calls it, also when the components run under another project. */
export const NAMESPACE = "nfs-storage-stack";

/** Where the stack goes. */
export interface ClusterSettings {
    /** A context of the kubeconfig. */
    readonly context: string;
    /** Path of the kubeconfig. @default as kubectl finds it */
    readonly kubeconfig?: string;
}

export interface Settings {
    readonly cluster: ClusterSettings;
    readonly stack: NfsStorageStackArgs;
}

/** All that is wrong with the configuration, as one message for people. */
export class ConfigurationError extends Error {
    override name = "ConfigurationError";
    constructor(readonly problems: readonly Problem[]) {
        super(problemsText(NAMESPACE, problems));
    }
}

/**
 * @param raw the namespace's keys without their prefix, values as Pulumi gives them to a program
 * @throws ConfigurationError with every problem
 */
export function parseSettings(raw: Readonly<Record<string, string>>): Settings {
    const { values, problems } = readValues(raw);
    const all = [...unknownKeys(raw), ...problems, ...conflicts(values, new Set(problems.map(({ key }) => key)))];
    if (all.length > 0) {
        throw new ConfigurationError(all);
    }
    const context = values.context;
    if (context === undefined) {
        throw new Error("unreachable: conflicts() reports a missing context");
    }
    return {
        cluster: { context, ...(values.kubeconfig !== undefined && { kubeconfig: values.kubeconfig }) },
        stack: stackArgs(values),
    };
}

/** The settings of the stack that runs. @throws RunError, which Pulumi prints without a stack trace */
export function loadSettings(): Settings {
    const prefix = `${NAMESPACE}:`;
    const raw = Object.entries(pulumi.runtime.allConfig())
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value]);
    try {
        return parseSettings(Object.fromEntries(raw));
    } catch (error) {
        throw error instanceof ConfigurationError ? new pulumi.RunError(error.message) : error;
    }
}

const isKey = (name: string): name is KeyName => Object.hasOwn(keys, name);

function unknownKeys(raw: Readonly<Record<string, string>>): Problem[] {
    return Object.entries(raw)
        .filter(([name]) => !isKey(name))
        .map(([name]) => {
            const meant = nearest(name, Object.keys(keys));
            const allowed = meant === undefined ? "there is no such key" : `there is no such key; was ${meant} meant?`;
            // Its value is not shown: it may be a secret under a wrong name.
            return { key: name, given: "…", allowed, remove: true };
        });
}

function readValues(raw: Readonly<Record<string, string>>): { values: Values; problems: Problem[] } {
    const problems: Problem[] = [];
    const read = (name: KeyName): unknown => {
        const { parse, fallback, example, list, secret } = keys[name] as (typeof keys)[KeyName] & {
            list?: boolean;
            secret?: boolean;
        };
        const given = Object.hasOwn(raw, name) ? raw[name] : undefined;
        if (given === undefined || given === "") {
            return fallback;
        }
        try {
            return parse(given);
        } catch (error) {
            if (!(error instanceof NotAllowed)) {
                throw error;
            }
            problems.push({ key: name, given: secret ? "…" : given, allowed: error.message, example, list });
            return fallback;
        }
    };
    const names = Object.keys(keys).filter(isKey);
    return { values: Object.fromEntries(names.map((name) => [name, read(name)])) as Values, problems };
}

/** Values that are right one by one, and wrong together. Nothing is said of keys that are reported already. */
function conflicts(values: Values, reported: ReadonlySet<string>): Problem[] {
    const problems: Problem[] = [];
    const wrong = (key: KeyName, allowed: string, given?: string): void => {
        if (!reported.has(key)) {
            const { example, list } = keys[key] as { example: string; list?: boolean };
            problems.push({ key, allowed, example, list, ...(given !== undefined && { given }) });
        }
    };
    if (values.context === undefined) {
        wrong(
            "context",
            "a stack is deployed only to a context that it names (kubectl config get-contexts lists them)",
        );
    }
    registryConflicts(values, wrong);
    if (values.externalServer === undefined) {
        serverConflicts(values, wrong);
    } else {
        for (const name of ["serverImage", "serverAddress", "retainData", "adoptData"] as const) {
            if (values[name] !== keys[name].fallback && !reported.has(name)) {
                const allowed = "it says something of a server of the stack's own, but externalServer is set";
                problems.push({ key: name, given: String(values[name]), allowed, remove: true });
            }
        }
    }
    timeConflicts(values, wrong);
    return problems;
}

type Wrong = (key: KeyName, allowed: string, given?: string) => void;

function registryConflicts(values: Values, wrong: Wrong): void {
    const built = [
        ...(values.serverImage === undefined && values.externalServer === undefined ? ["serverImage"] : []),
        ...(values.clientImage === undefined ? ["clientImage"] : []),
    ];
    if (built.length > 0 && values.registryServer === undefined) {
        wrong(
            "registryServer",
            `images are built and need a registry that the cluster pulls from; or set ${built.join(" and ")}`,
        );
    }
    if (values.registryUsername !== undefined && values.registryPassword === undefined) {
        wrong("registryPassword", "registryUsername is set, so its password is needed (add --secret)");
    }
    if (values.registryPassword !== undefined && values.registryUsername === undefined) {
        wrong("registryUsername", "registryPassword is set, so its user is needed");
    }
}

function serverConflicts(values: Values, wrong: Wrong): void {
    if (values.clientNetworks.length === 0) {
        wrong("clientNetworks", "the networks of the cluster's nodes are needed: nobody else may mount");
    }
    if (values.leaseSeconds > values.graceSeconds) {
        wrong(
            "leaseSeconds",
            `at most graceSeconds (${values.graceSeconds}) is allowed, or clients find out too late that the server restarted`,
            String(values.leaseSeconds),
        );
    }
}

function timeConflicts(values: Values, wrong: Wrong): void {
    const { writeInterval, freshness, checkRecords, checkTimeout } = values;
    if (freshness < 2 * writeInterval) {
        wrong(
            "freshness",
            `at least twice writeInterval (${writeInterval} ms) is needed, or readers are never ready`,
            `${freshness} ms`,
        );
    }
    const writing = checkRecords * writeInterval;
    if (checkTimeout < 2 * writing) {
        wrong(
            "checkTimeout",
            `at least twice the ${writing} ms is needed in which checkRecords (${checkRecords}) are written`,
            `${checkTimeout} ms`,
        );
    }
}

function stackArgs(values: Values): NfsStorageStackArgs {
    return {
        server:
            values.externalServer === undefined
                ? {
                      image: imageSource(values, values.serverImage),
                      clientNetworks: values.clientNetworks,
                      exportPath: values.exportPath,
                      address: values.serverAddress,
                      storageClassName: values.storageClassName,
                      networkPolicy: values.networkPolicy,
                      retainData: values.retainData,
                      adoptData: values.adoptData,
                      graceSeconds: values.graceSeconds,
                      leaseSeconds: values.leaseSeconds,
                  }
                : { ...values.externalServer, nfsVersion: values.externalNfsVersion },
        clientImage: imageSource(values, values.clientImage),
        capacity: values.capacity,
        mountOptions: values.mountOptions.length > 0 ? values.mountOptions : undefined,
        identity: { uid: values.userId, gid: values.groupId },
        placement: values.placement,
        writer: { message: values.message, writeIntervalMs: values.writeInterval },
        readers: { replicas: values.readers, pollIntervalMs: values.pollInterval, freshnessMs: values.freshness },
        check: { records: values.checkRecords, timeoutMs: values.checkTimeout, pollIntervalMs: values.pollInterval },
    };
}

function imageSource(values: Values, reference: string | undefined): ImageSource {
    if (reference !== undefined) {
        return { reference };
    }
    return {
        registry: {
            server: values.registryServer ?? "",
            username: values.registryUsername,
            password: values.registryPassword,
        },
        baseImage: values.baseImage,
        platform: values.platform,
    };
}
