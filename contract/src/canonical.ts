// One spelling for one value, so that two processes hash it alike.
import { createHash } from "node:crypto";

/** JSON with the keys of every object sorted; `undefined` properties are left out, as JSON does. */
export function canonicalJson(value: unknown): string {
    return JSON.stringify(value, (_key, v) =>
        v !== null && typeof v === "object" && !Array.isArray(v)
            ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
            : v,
    );
}

/** SHA-256 of the canonical JSON, in 64 hexadecimal digits. */
export function digest(value: unknown): string {
    return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
