// What is kept of an object in Pulumi's state: the object as the server has it,
// and beside it the inputs it was made from. The layout is that of Pulumi's own
// plugin, so that a stack may go from one to the other.
import { quotesMarked, secretTexts } from "../plugin/redaction";
import { isObject, type Obj, plain, secret, secretLike } from "../plugin/values";
import { annotations, suffix } from "./objects";

export function stateOf(inputs: Obj, live: Obj, manager: string, initialApiVersion?: string): Obj {
    return {
        ...marked(live, inputs),
        __inputs: inputs,
        __initialApiVersion: initialApiVersion ?? live.apiVersion,
        __fieldManager: manager,
    };
}

export const newManager = (): string => `pulumi-kubernetes-${suffix()}`;
/** Under which name the fields of an object are managed. */
export const managerOf = (state: Obj): string =>
    typeof state.__fieldManager === "string" ? state.__fieldManager : newManager();
/** The inputs that a state was made from. */
export const inputsOf = (state: Obj): Obj => (isObject(state.__inputs) ? state.__inputs : state);
export const initialApiVersionOf = (state: Obj): string | undefined => plain(state).__initialApiVersion;

/** The object with marks on what is secret in `like`, on what its status quotes of that, and on all that a Secret holds. */
export function marked(object: Obj, like: Obj): Obj {
    const result: Obj = secretLike(object, like);
    if (object.status !== undefined) result.status = quotesMarked(result.status, secretTexts(like));
    if (object.kind !== "Secret") return result;
    for (const key of ["data", "stringData"]) {
        if (result[key] !== undefined) result[key] = secret(plain(result[key]));
    }
    const lastApplied = result.metadata?.annotations?.[annotations.lastApplied];
    if (lastApplied !== undefined) {
        const hidden = { ...result.metadata.annotations, [annotations.lastApplied]: secret(lastApplied) };
        result.metadata = { ...result.metadata, annotations: hidden };
    }
    return result;
}

/** The part of `live` that `shape` speaks of. */
export function prune(live: unknown, shape: unknown): unknown {
    if (Array.isArray(live) && Array.isArray(shape)) {
        return live.map((item, index) => (index < shape.length ? prune(item, shape[index]) : item));
    }
    if (!isObject(live) || !isObject(shape)) return live;
    const keys = Object.keys(shape).filter((key) => Object.hasOwn(live, key));
    return Object.fromEntries(keys.map((key) => [key, prune(live[key], shape[key])]));
}

/** What an object that was not made by this program looks like as inputs. */
export function importedInputs(live: Obj): Obj {
    const { status: _, ...inputs } = structuredClone(live);
    const { creationTimestamp, generation, managedFields, resourceVersion, selfLink, uid, ...metadata } =
        inputs.metadata;
    delete metadata.annotations?.[annotations.lastApplied];
    delete metadata.annotations?.[annotations.deploymentRevision];
    return { ...inputs, metadata };
}
