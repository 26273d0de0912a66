// Between the values of Pulumi's protocol (secrets, unknowns, assets and
// references wrapped in marked objects) and plain data that a test can compare.
// Used by the monitor beside this file.
import { runtime } from "@pulumi/pulumi";

/** Stands in plain data for a value that is not known before the deployment. */
export const UNKNOWN = "(unknown)";

export type Plain = Record<string, unknown>;

function isObject(value: unknown): value is Plain {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

const signature = (value: unknown): unknown => (isObject(value) ? value[runtime.specialSigKey] : undefined);

/** Secrets are unwrapped (`secretPaths` tells where they were); assets and references become small objects. */
export function toPlain(value: unknown): unknown {
    if (value === runtime.unknownValue) return UNKNOWN;
    if (Array.isArray(value)) return value.map(toPlain);
    if (!isObject(value)) return value;
    switch (signature(value)) {
        case runtime.specialSecretSig:
            return toPlain(value.value);
        case runtime.specialOutputValueSig:
            return value.value === undefined ? UNKNOWN : toPlain(value.value);
        case runtime.specialAssetSig:
            return { asset: value.path ?? value.text ?? value.uri };
        case runtime.specialArchiveSig:
            return { archive: value.path ?? value.uri ?? toPlain(value.assets) };
        case runtime.specialResourceSig:
            return { urn: value.urn, id: toPlain(value.id) };
        default:
            return mapValues(value, toPlain);
    }
}

/** Where the secrets are, such as `stringData` or `spec.password`. */
export function secretPaths(value: unknown, path = ""): string[] {
    if (signature(value) === runtime.specialSecretSig) return [path];
    if (!Array.isArray(value) && !isObject(value)) return [];
    return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, path === "" ? key : `${path}.${key}`));
}

function toWire(value: unknown): unknown {
    if (value === UNKNOWN) return runtime.unknownValue;
    if (Array.isArray(value)) return value.map(toWire);
    return isObject(value) ? mapValues(value, toWire) : value;
}

function mapValues(value: Plain, change: (inner: unknown) => unknown): Plain {
    return Object.fromEntries(
        Object.entries(value)
            .filter(([, inner]) => inner !== undefined)
            .map(([key, inner]) => [key, change(inner)]),
    );
}

/** A value of the protocol with plain data laid over it: objects are merged, what was secret stays so. */
export function overlaid(base: unknown, patch: unknown): unknown {
    if (signature(base) === runtime.specialSecretSig) return secret(overlaid((base as Plain).value, patch));
    if (!isObject(base) || signature(base) !== undefined || !isObject(patch)) return toWire(patch);
    const merged: Plain = { ...base };
    for (const [key, value] of Object.entries(patch)) {
        if (value !== undefined) merged[key] = overlaid(base[key], value);
    }
    return merged;
}

/** The value marked as a secret, once. */
export function secret(value: unknown): Plain {
    return signature(value) === runtime.specialSecretSig
        ? (value as Plain)
        : { [runtime.specialSigKey]: runtime.specialSecretSig, value };
}
