// Values that are right one by one, and wrong together; and what is missing.
// Pure; settings.ts reads the values.

import { quantityBytes } from "@nfs-storage-stack/contract";
import { durationText } from "./duration";
import { type KeyName, keyOf, keys, type Values } from "./keys";
import type { Problem } from "./problem";

/** Nothing is said of keys that are reported already, and nothing that follows from their values. */
export function conflicts(values: Values, reported: ReadonlySet<string>): Problem[] {
    const problems: Problem[] = [];
    const wrong: Wrong = (key, allowed, because, given) => {
        const { example, list, secret } = keyOf(key);
        if (![key, ...because].some((one) => reported.has(one))) {
            problems.push({ key, allowed, example, list, secret, ...(given !== undefined && { given }) });
        }
    };
    if (values.context === undefined) {
        wrong(
            "context",
            "a stack is deployed only to a context that it names (kubectl config get-contexts lists them)",
            [],
        );
    }
    registryConflicts(values, wrong);
    if (values.externalServer === undefined) {
        serverConflicts(values, wrong);
    } else {
        problems.push(...ownServerOnly(values).filter(({ key }) => !reported.has(key)));
    }
    timeConflicts(values, wrong);
    sizeConflicts(values, wrong);
    return problems;
}

/** @param because the other keys whose values it follows from */
type Wrong = (key: KeyName, allowed: string, because: readonly KeyName[], given?: string) => void;

function registryConflicts(values: Values, wrong: Wrong): void {
    const built = [
        ...(values.serverImage === undefined && values.externalServer === undefined ? ["serverImage"] : []),
        ...(values.clientImage === undefined ? ["clientImage"] : []),
    ];
    if (built.length > 0 && values.registryServer === undefined) {
        wrong(
            "registryServer",
            `images are built and need a registry that the cluster pulls from; or set ${built.join(" and ")}`,
            ["serverImage", "clientImage", "externalServer"],
        );
    }
    if (values.registryUsername !== undefined && values.registryPassword === undefined) {
        wrong("registryPassword", "registryUsername is set, so its password is needed", ["registryUsername"]);
    }
    if (values.registryPassword !== undefined && values.registryUsername === undefined) {
        wrong("registryUsername", "registryPassword is set, so its user is needed", ["registryPassword"]);
    }
}

function serverConflicts(values: Values, wrong: Wrong): void {
    if (values.clientNetworks.length === 0) {
        wrong("clientNetworks", "the networks of the cluster's nodes are needed: nobody else may mount", [
            "externalServer",
        ]);
    }
    if (values.leaseSeconds > values.graceSeconds) {
        wrong(
            "leaseSeconds",
            `at most graceSeconds (${values.graceSeconds}) is allowed, or clients find out too late that the server restarted`,
            ["graceSeconds"],
            String(values.leaseSeconds),
        );
    }
}

function ownServerOnly(values: Values): Problem[] {
    return (["serverImage", "serverAddress", "retainData", "adoptData"] as const)
        .filter((key) => values[key] !== keys[key].standard)
        .map((key) => ({
            key,
            given: String(values[key]),
            allowed: "it says something of a server of the stack's own, but externalServer is set",
            remove: true,
        }));
}

function timeConflicts(values: Values, wrong: Wrong): void {
    const { writeInterval, freshness, checkRecords, checkTimeout } = values;
    if (freshness < 2 * writeInterval) {
        wrong(
            "freshness",
            `at least twice writeInterval (${durationText(writeInterval)}) is needed, or readers are never ready`,
            ["writeInterval"],
            durationText(freshness),
        );
    }
    const writing = checkRecords * writeInterval;
    if (checkTimeout < 2 * writing) {
        wrong(
            "checkTimeout",
            `at least twice the ${durationText(writing)} is needed in which checkRecords (${checkRecords}) are written`,
            ["writeInterval", "checkRecords"],
            durationText(checkTimeout),
        );
    }
}

/** The other half is for what else is on the share, and for the recovery state behind it. */
function sizeConflicts({ journalSize, capacity }: Values, wrong: Wrong): void {
    const [journal = 0n, volume = 0n] = [quantityBytes(journalSize), quantityBytes(capacity)];
    if (2n * journal > volume) {
        wrong("journalSize", `at most half of capacity (${capacity}) is allowed`, ["capacity"], journalSize);
    }
}
