// Which changes need a new object? Pure: provider.ts asks the API server.
import type { PropertyChange } from "../plugin/provider";
import { type Change, isObject, type Obj, type Path, pathText, UNKNOWN } from "../plugin/values";
import { ApiError } from "./errors";
import type { Kind } from "./kinds";
import { annotation, annotations } from "./objects";

export interface Mutable {
    ConfigMap: boolean;
    Secret: boolean;
}

/** Changes that mean another object for this kind, before the server is asked. */
export function replacing(
    kind: Kind,
    changes: readonly Change[],
    before: Obj,
    after: Obj,
    mutable: Mutable,
): Set<Change> {
    const inPlace = (kind.kind === "ConfigMap" && mutable.ConfigMap) || (kind.kind === "Secret" && mutable.Secret);
    const listed = ["metadata.name", "metadata.namespace", ...(inPlace ? [] : kind.replaceOn)];
    return new Set(
        changes.filter(
            ({ path, kind: how }) =>
                listed.some((property) => overlaps(path, property)) ||
                (how === "delete" && pathText(path) === "metadata") ||
                becameUnknown(path, before, after),
        ),
    );
}

/**
 * The engine asks with whole properties unknown whether an object would be replaced if something that it depends on
 * were, and deletes it first if so. It may be; answering "updated" leaves the claim waiting for the pods that use it.
 */
function becameUnknown(path: Path, before: Obj, after: Obj): boolean {
    const [property] = path;
    return path.length === 1 && property !== undefined && after[property] === UNKNOWN && isObject(before[property]);
}

/** Whether a change at `path` changes `property`, something in it, or something that holds it. */
function overlaps(path: Path, property: string): boolean {
    const parts = property.split(/\.|(?=\[)/);
    const length = Math.min(parts.length, path.length);
    return parts.slice(0, length).every((part, index) => {
        const key = path[index];
        return part === "[*]" ? typeof key === "number" : part === key;
    });
}

const REFUSES_CHANGE =
    /immutable|may not change|updates? to .*(forbidden|not allowed)|cannot (be )?change|can't be changed|is forbidden after creation/i;

/** The fields that the server will not change, if that is what its answer says; "" for the object as a whole. */
export function immutableFields(error: unknown): string[] | undefined {
    if (!(error instanceof ApiError) || error.status !== 422) return undefined;
    const causes = error.causes.filter((cause) => REFUSES_CHANGE.test(cause.message ?? ""));
    if (causes.length > 0) return causes.map((cause) => cause.field ?? "");
    return REFUSES_CHANGE.test(error.message) ? [""] : undefined;
}

/** The changes that a complaint about a field means. Servers name fields loosely: "spec.persistentvolumesource". */
export function meant(changes: readonly Change[], field: string): readonly Change[] {
    const exact = changes.filter((change) => field !== "" && within(pathText(change.path), field));
    if (exact.length > 0) return exact;
    const top = changes.filter((change) => change.path[0] === field.split(/[.[]/)[0]);
    return top.length > 0 ? top : changes.filter((change) => change.path[0] !== "metadata");
}

const within = (a: string, b: string): boolean =>
    a === b ||
    [`${b}.`, `${b}[`].some((start) => a.startsWith(start)) ||
    [`${a}.`, `${a}[`].some((start) => b.startsWith(start));

/** Two objects cannot have one name: where it was not made up, the old one has to go first. */
export function mustDeleteFirst(replaced: boolean, before: Obj, after: Obj): boolean {
    return (
        replaced &&
        annotation(after, annotations.autonamed) !== "true" &&
        before.metadata?.name === after.metadata?.name &&
        before.metadata?.namespace === after.metadata?.namespace
    );
}

export const verdict = (changes: readonly Change[], replaced: ReadonlySet<Change>): PropertyChange[] =>
    changes.map((change) => ({ ...change, replace: replaced.has(change) }));
