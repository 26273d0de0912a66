// From what the program says to what is sent: names, namespace, and the form in
// which Pulumi's own plugin keeps inputs. Pure, and without the cluster.
import type { CheckRequest, Failure } from "../plugin/provider";
import { hasUnknown, isObject, type Obj, plain, UNKNOWN } from "../plugin/values";
import { type Kind, kindOf } from "./kinds";
import { annotation, annotations, suffix } from "./objects";
import { marked } from "./state";

/** What the API server writes itself. */
const SERVERS_OWN = [
    ...["creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields"],
    ...["resourceVersion", "selfLink", "uid"],
];

export function checked(request: CheckRequest, defaultNamespace: string): { inputs: Obj; failures: Failure[] } {
    const kind = kindOf(request.type);
    const object: Obj = plain(request.news);
    if (object.metadata === UNKNOWN) return { inputs: request.news, failures: [] };
    const failures: Failure[] = [];
    object.apiVersion ??= kind.apiVersion;
    object.kind ??= kind.kind;
    if (object.apiVersion !== kind.apiVersion || object.kind !== kind.kind) {
        const said = `${object.apiVersion} ${object.kind}`;
        failures.push({
            property: "kind",
            reason: `must be ${kind.apiVersion} ${kind.kind} for ${request.type}, not ${said}`,
        });
    }
    object.metadata = isObject(object.metadata) ? { ...object.metadata } : {};
    for (const key of SERVERS_OWN) delete object.metadata[key];
    delete object.status;
    setName(object, request, failures);
    setNamespace(object, kind, defaultNamespace);
    refuseAnnotations(object, failures);
    normalize(object);
    return { inputs: marked(object, request.news), failures };
}

function setName(object: Obj, request: CheckRequest, failures: Failure[]): void {
    const { metadata } = object;
    if (metadata.generateName !== undefined) {
        const reason = "cannot be used with server-side apply; leave metadata.name out to have a name made";
        failures.push({ property: "metadata.generateName", reason });
        return;
    }
    if (metadata.name !== undefined && metadata.name !== "") {
        if (typeof metadata.name === "string") return;
        failures.push({ property: "metadata.name", reason: `must be a string, not ${JSON.stringify(metadata.name)}` });
        return;
    }
    const old: Obj = plain(request.olds);
    const before = annotation(old, annotations.autonamed) === "true" ? old.metadata?.name : undefined;
    if (before === undefined && request.autonaming?.mode === "disable") {
        failures.push({ property: "metadata.name", reason: "must be set, as autonaming is switched off" });
        return;
    }
    metadata.name = before ?? (request.autonaming?.proposed || `${request.name}-${suffix(request.seed)}`);
    if (metadata.annotations !== UNKNOWN) {
        metadata.annotations = { ...metadata.annotations, [annotations.autonamed]: "true" };
    }
}

function setNamespace(object: Obj, kind: Kind, defaultNamespace: string): void {
    if (!kind.namespaced) delete object.metadata.namespace;
    else if (!object.metadata.namespace) object.metadata.namespace = defaultNamespace;
}

function refuseAnnotations(object: Obj, failures: Failure[]): void {
    for (const key of [annotations.waitFor, annotations.replaceUnready]) {
        if (annotation(object, key) === undefined) continue;
        failures.push({
            property: "metadata.annotations",
            reason: `${key} is not served by the fallback plugin "kubernetes"`,
        });
    }
    const timeout = annotation(object, annotations.timeoutSeconds);
    if (timeout !== undefined && timeout !== UNKNOWN && !/^\d+$/.test(timeout)) {
        const reason = `${annotations.timeoutSeconds} must be a whole number of seconds, not "${timeout}"`;
        failures.push({ property: "metadata.annotations", reason });
    }
}

/** As the API server would store it, and as Pulumi's own plugin records it. */
function normalize(object: Obj): void {
    if (object.kind === "Secret" && isObject(object.stringData) && !hasUnknown(object.stringData)) {
        if (object.data === UNKNOWN) return;
        const encoded = Object.entries(object.stringData).map(([key, text]) => [key, base64(String(text))]);
        object.data = { ...object.data, ...Object.fromEntries(encoded) };
        delete object.stringData;
    }
    if (object.kind === "PersistentVolume" && object.spec?.storageClassName === "") {
        object.spec = { ...object.spec };
        delete object.spec.storageClassName;
    }
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
