// Property values as they travel between the engine and a plugin: JSON, plus
// the special objects for secrets, unknowns, outputs, assets and resources
// (sdk/go/common/resource/plugin/rpc.go defines their signatures).

/** A JSON object; what is in it is only known to who reads it. */
// biome-ignore lint/suspicious/noExplicitAny: properties of arbitrary resources
export type Obj = { [key: string]: any };
export type Path = readonly (string | number)[];

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
/** In place of any value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Unknown booleans, numbers, lists, assets, archives and objects have marks of their own; the SDKs send UNKNOWN alone. */
const OTHER_UNKNOWNS = new Set([
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export const isObject = (value: unknown): value is Obj =>
    value !== null && typeof value === "object" && !Array.isArray(value);
export const isUnknown = (value: unknown): boolean =>
    typeof value === "string" && (value === UNKNOWN || OTHER_UNKNOWNS.has(value));
export const isSecret = (value: unknown): boolean =>
    isObject(value) && (value[SIGNATURE] === SECRET || (value[SIGNATURE] === OUTPUT && value.secret === true));
export const secret = (value: unknown): unknown => (isSecret(value) ? value : { [SIGNATURE]: SECRET, value });

/**
 * The value without wrappers: secrets and outputs are opened, unknowns stay (see isUnknown), resources become their
 * id. Properties that are null or undefined are left out.
 * @throws Error on an asset or an archive.
 */
// biome-ignore lint/suspicious/noExplicitAny: properties of arbitrary resources
export function plain(value: any): any {
    if (isUnknown(value)) return UNKNOWN;
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    switch (value[SIGNATURE]) {
        case undefined:
            return Object.fromEntries(
                Object.entries(value)
                    .filter(([, property]) => property !== undefined && property !== null)
                    .map(([key, property]) => [key, plain(property)]),
            );
        case SECRET:
            return plain(value.value);
        case OUTPUT:
            return "value" in value ? plain(value.value) : UNKNOWN;
        case RESOURCE:
            return value.id || value.urn;
        default:
            throw new Error("assets and archives cannot be used here");
    }
}

/** Whether `test` holds for the value or for anything inside it. */
export function anywhere(value: unknown, test: (inner: unknown) => boolean): boolean {
    if (test(value)) return true;
    if (Array.isArray(value)) return value.some((item) => anywhere(item, test));
    return isObject(value) && Object.values(value).some((item) => anywhere(item, test));
}
export const hasUnknown = (value: unknown): boolean =>
    anywhere(
        value,
        (inner) => isUnknown(inner) || (isObject(inner) && inner[SIGNATURE] === OUTPUT && !("value" in inner)),
    );

/** Without properties that are undefined, at any depth: a protobuf Struct cannot hold them. */
// biome-ignore lint/suspicious/noExplicitAny: properties of arbitrary resources
export function defined(value: any): any {
    if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : defined(item)));
    if (!isObject(value)) return value;
    return Object.fromEntries(
        Object.entries(value)
            .filter(([, property]) => property !== undefined)
            .map(([key, property]) => [key, defined(property)]),
    );
}

/** Whether two JSON values are the same, whatever the order of their properties. */
export function equal(a: unknown, b: unknown): boolean {
    if (a === b) return true;
    if (Array.isArray(a)) {
        return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
    }
    if (!isObject(a) || !isObject(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

export interface Change {
    path: Path;
    kind: "add" | "delete" | "update";
}

/** What differs between two plain values, at the deepest place that still has a counterpart. */
export function changes(before: unknown, after: unknown, path: Path = []): Change[] {
    if (equal(before, after)) return [];
    if (isObject(before) && isObject(after)) {
        const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
        return keys.flatMap((key) =>
            changed(Object.hasOwn(before, key), Object.hasOwn(after, key), before, after, key, path),
        );
    }
    if (Array.isArray(before) && Array.isArray(after)) {
        const length = Math.max(before.length, after.length);
        return Array.from({ length }, (_, index) =>
            changed(index < before.length, index < after.length, before, after, index, path),
        ).flat();
    }
    return [{ path, kind: "update" }];
}

// biome-ignore lint/suspicious/noExplicitAny: an object or a list
function changed(had: boolean, has: boolean, before: any, after: any, key: string | number, path: Path): Change[] {
    const here = [...path, key];
    if (!had) return [{ path: here, kind: "add" }];
    if (!has) return [{ path: here, kind: "delete" }];
    return changes(before[key], after[key], here);
}

/** As the engine and people write it: spec.containers[0].image, metadata.annotations["example.com/x"]. */
export function pathText(path: Path): string {
    return path.reduce<string>((text, key) => {
        if (typeof key === "number") return `${text}[${key}]`;
        if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
        return text === "" ? key : `${text}.${key}`;
    }, "");
}
