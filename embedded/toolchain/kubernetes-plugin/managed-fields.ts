// Who manages which field of an object (metadata.managedFields), and whose
// fields are ours to take. Pure.
import { isObject, type Obj } from "../plugin/values";
import { ApiError } from "./errors";

interface Manager {
    manager: string;
    operation: "Apply" | "Update";
    apiVersion: string;
    fieldsType?: string;
    fieldsV1?: Obj;
    subresource?: string;
    time?: string;
}

/** People's hands, and this plugin's former selves. Controllers are not among them. */
const TAKEN_FROM: readonly { prefix: string; operation?: Manager["operation"] }[] = [
    { prefix: "kubectl" },
    { prefix: "before-first-apply", operation: "Update" },
    { prefix: "pulumi-kubernetes", operation: "Update" },
    { prefix: "pulumi-resource-kubernetes", operation: "Update" },
];

const isTaken = (entry: Manager): boolean =>
    entry.subresource === undefined &&
    TAKEN_FROM.some(
        ({ prefix, operation }) =>
            entry.manager.startsWith(prefix) && (operation === undefined || operation === entry.operation),
    );

/**
 * A patch after which `manager` manages what people changed by hand, so that it is put back, or goes, with the next
 * apply; undefined when there is nothing of the kind. As Pulumi's own plugin does it.
 */
export function takeOver(object: Obj, manager: string): Obj[] | undefined {
    const entries: Manager[] = object.metadata?.managedFields ?? [];
    // What we made is noted as an update by us until it is applied for the first time.
    const taken = entries.filter(
        (entry) => (entry.manager !== manager || entry.operation === "Update") && isTaken(entry),
    );
    if (taken.length === 0) return undefined;
    const isOurs = (entry: Manager): boolean =>
        entry.manager === manager && entry.operation === "Apply" && entry.subresource === undefined;
    const ours = entries.find(isOurs);
    const rest = entries.filter((entry) => !taken.includes(entry) && !isOurs(entry));
    const fieldsV1 = [ours, ...taken].reduce<Obj>((all, entry) => union(all, entry?.fieldsV1 ?? {}), {});
    const apiVersion = ours?.apiVersion ?? taken[0]?.apiVersion ?? object.apiVersion;
    const merged: Manager = { manager, operation: "Apply", apiVersion, fieldsType: "FieldsV1", fieldsV1 };
    return [
        // Only if nobody changed it in the meantime.
        { op: "test", path: "/metadata/resourceVersion", value: object.metadata.resourceVersion },
        { op: "replace", path: "/metadata/managedFields", value: [...rest, merged] },
    ];
}

/** FieldsV1 are sets of paths, written as nested objects. */
function union(a: Obj, b: Obj): Obj {
    const result: Obj = { ...a };
    for (const [key, value] of Object.entries(b)) {
        result[key] = isObject(result[key]) && isObject(value) ? union(result[key], value) : value;
    }
    return result;
}

/** Whether an apply was refused only because of fields that are ours to take. */
export function yields(error: unknown): boolean {
    if (!(error instanceof ApiError) || error.status !== 409) return false;
    const conflicts = error.causes.filter((cause) => cause.reason === "FieldManagerConflict");
    return conflicts.length > 0 && conflicts.every((conflict) => byHand(conflict.message ?? ""));
}

/** conflict with "kubectl-edit" using apps/v1; with "kubectl" with subresource "scale" using apps/v1 */
function byHand(message: string): boolean {
    const [, manager = ""] = /conflict with "([^"]*)"/.exec(message) ?? [];
    return !message.includes("with subresource") && TAKEN_FROM.some(({ prefix }) => manager.startsWith(prefix));
}
