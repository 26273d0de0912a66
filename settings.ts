// The configuration of a stack as typed settings. Every problem is reported at
// once, before any resource is registered. Keys and their defaults are in
// settings/keys.ts, what texts mean in settings/values.ts, what can't be
// together in settings/conflicts.ts.

import { quantityBytes } from "@nfs-storage-stack/contract";
import * as pulumi from "@pulumi/pulumi";
import type { NfsStorageStackArgs } from "./components";
import type { ImageSource } from "./components/pod-image";
import { conflicts } from "./settings/conflicts";
import { isKey, type KeyName, keyOf, keys, type Values } from "./settings/keys";
import { NAMESPACE } from "./settings/namespace";
import { nearest } from "./settings/nearest";
import { NotAllowed, type Problem, problemsText } from "./settings/problem";

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

/** The namespace's keys without their prefix, values as Pulumi gives them to a program. */
export type RawSettings = Readonly<Record<string, string>>;

/** All that is wrong with the configuration, as one message for people. */
export class ConfigurationError extends Error {
    override name = "ConfigurationError";
    constructor(
        readonly problems: readonly Problem[],
        stack: string,
    ) {
        super(problemsText({ namespace: NAMESPACE, stack }, problems));
    }
}

/**
 * @param stack whose configuration it is, for the error to say where it is changed
 * @throws ConfigurationError with every problem
 */
export function parseSettings(raw: RawSettings, stack: string): Settings {
    const { values, problems } = readSettings(raw);
    const { context, kubeconfig } = values;
    // Without a context there is a problem; conflicts() says which.
    if (problems.length > 0 || context === undefined) {
        throw new ConfigurationError(problems, stack);
    }
    return { cluster: { context, ...(kubeconfig !== undefined && { kubeconfig }) }, stack: stackArgs(values) };
}

/** The settings of the stack that runs. @throws RunError, which Pulumi prints without a stack trace */
export function loadSettings(): Settings {
    const prefix = `${NAMESPACE}:`;
    const raw = Object.entries(pulumi.runtime.allConfig())
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value]);
    try {
        return parseSettings(Object.fromEntries(raw), pulumi.getStack());
    } catch (error) {
        throw error instanceof ConfigurationError ? new pulumi.RunError(error.message) : error;
    }
}

/** The value of every key (the default where none, or a wrong one, is given), and all that is wrong. */
export function readSettings(raw: RawSettings): { values: Values; problems: Problem[] } {
    const { values, problems } = readValues(raw);
    const reported = new Set(problems.map(({ key }) => key));
    return { values, problems: [...unknownKeys(raw), ...problems, ...conflicts(values, reported)] };
}

function unknownKeys(raw: RawSettings): Problem[] {
    return Object.keys(raw)
        .filter((name) => !isKey(name))
        .map((name) => {
            const meant = nearest(name, Object.keys(keys));
            const allowed = meant === undefined ? "there is no such key" : `there is no such key; was ${meant} meant?`;
            // Its value is not shown: it may be a secret under a wrong name.
            return { key: name, given: "…", allowed, remove: true };
        });
}

function readValues(raw: RawSettings): { values: Values; problems: Problem[] } {
    const problems: Problem[] = [];
    const read = (name: KeyName): unknown => {
        const { parse, standard, example, list, secret } = keyOf(name);
        const given = Object.hasOwn(raw, name) ? raw[name] : undefined;
        if (given === undefined || given === "") {
            return standard;
        }
        try {
            return parse(given);
        } catch (error) {
            if (!(error instanceof NotAllowed)) {
                throw error;
            }
            const { message: allowed, item } = error;
            problems.push({ key: name, given: secret ? "…" : given, allowed, example, list, item, secret });
            return standard;
        }
    };
    const names = Object.keys(keys).filter(isKey);
    return { values: Object.fromEntries(names.map((name) => [name, read(name)])) as Values, problems };
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
        protectData: values.protectData,
        mountOptions: values.mountOptions.length > 0 ? values.mountOptions : undefined,
        identity: { uid: values.userId, gid: values.groupId },
        placement: values.placement,
        tolerationSeconds: values.tolerationSeconds,
        writer: {
            message: values.message,
            writeIntervalMs: values.writeInterval,
            recordBytes: values.recordSize,
            recordsPerSync: values.recordsPerSync,
            journalBytes: Number(quantityBytes(values.journalSize)),
        },
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
