// The resource option ignoreChanges when an object is applied: the engine gives
// the inputs that were applied last, but what counts is what is there now. Pure.
import { parsePath } from "../plugin/property-path";
import { isObject, type Obj, type Path } from "../plugin/values";

/**
 * What to apply so that the ignored properties stay as they are in the cluster. Those that only others manage are left
 * out, so that they stay theirs; the rest is said as it is, because a property that is no longer said would go.
 * As with Pulumi's own plugin, properties inside of a list stay as they were applied last.
 */
export function withoutIgnored(object: Obj, live: Obj, manager: string, ignoreChanges: readonly string[]): Obj {
    const entries: Obj[] = live.metadata?.managedFields ?? [];
    const manages = (ours: boolean, path: Path): boolean =>
        entries.some((entry) => (entry.manager === manager) === ours && hasField(entry.fieldsV1, path));
    return ignoreChanges.reduce((result, text) => {
        const path = parsePath(text);
        if (path === undefined || path.some((key) => typeof key === "number")) return result;
        if (manages(false, path) && !manages(true, path)) return changed(result, path, undefined);
        const now = valueAt(live, path);
        return now === undefined ? result : changed(result, path, now);
    }, object);
}

/** FieldsV1 are sets of paths, written as nested objects: {"f:spec":{"f:replicas":{}}}. */
function hasField(fieldsV1: unknown, path: Path): boolean {
    const found = path.reduce<unknown>((fields, key) => (isObject(fields) ? fields[`f:${key}`] : undefined), fieldsV1);
    return found !== undefined;
}

const valueAt = (object: unknown, path: Path): unknown =>
    path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), object);

/** A copy with another value at `path`, or without it; made on the way where it is missing. */
function changed(object: Obj, [key, ...rest]: Path, value: unknown): Obj {
    if (key === undefined) return object;
    if (rest.length === 0) {
        const { [key]: _, ...others } = object;
        return value === undefined ? others : { ...others, [key]: value };
    }
    const inner = object[key];
    if (!isObject(inner))
        return inner === undefined && value !== undefined ? { ...object, [key]: changed({}, rest, value) } : object;
    return { ...object, [key]: changed(inner, rest, value) };
}
