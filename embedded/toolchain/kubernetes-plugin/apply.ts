// Making an object that must not be there yet, and applying one that others may
// have touched: what people changed by hand is taken back, what controllers
// manage is not. managed-fields.ts decides.
import type { Obj } from "../plugin/values";
import type { Api, ApplyOptions } from "./api";
import { ApiError } from "./errors";
import type { Kind } from "./kinds";
import { takeOver, yields } from "./managed-fields";
import { idOf, titleOf } from "./objects";
import { remains } from "./readiness";

export async function created(api: Api, kind: Kind, object: Obj, manager: string): Promise<Obj> {
    try {
        return await api.create(kind, object, manager);
    } catch (error) {
        if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
        // The answer may have got lost, and this was asked again: then the object is managed under the name made for it.
        const live = await api.find(kind, object.metadata.namespace, object.metadata.name);
        const managers: Obj[] = live?.metadata?.managedFields ?? [];
        if (live && managers.some((entry) => entry.manager === manager)) return live;
        throw live?.metadata?.deletionTimestamp ? notGoneYet(object, live) : alreadyThere(object);
    }
}

export async function applied(
    api: Api,
    kind: Kind,
    object: Obj,
    manager: string,
    options: ApplyOptions = {},
): Promise<Obj> {
    try {
        return await api.apply(kind, object, manager, options);
    } catch (error) {
        if (!yields(error)) throw error;
        return api.apply(kind, object, manager, { ...options, force: true });
    }
}

/** Fields that people added by hand become ours, so that the apply that follows removes them. Answers the object then. */
export async function takeBack(api: Api, kind: Kind, live: Obj, manager: string): Promise<Obj> {
    let now = live;
    for (let tries = 0; tries < 3; tries++) {
        const patch = takeOver(now, manager);
        if (!patch) break;
        try {
            return await api.patch(kind, now, patch);
        } catch (error) {
            // 422: it was changed in between, and the patch's test failed.
            if (!(error instanceof ApiError && [409, 422].includes(error.status))) throw error;
            now = (await api.find(kind, now.metadata.namespace, now.metadata.name)) ?? now;
        }
    }
    return now;
}

const alreadyThere = (object: Obj): Error =>
    new Error(
        `${titleOf(object)} is in the cluster already, and not made by this stack: take it in with the resource option ` +
            `"import" (id "${idOf(object)}"), choose another name, or delete it. If an interrupted \`pulumi up\` made it, ` +
            "the next one takes it over with PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true in its environment.",
    );

const notGoneYet = (object: Obj, live: Obj): Error =>
    new Error(
        `${titleOf(object)} cannot be made: one of that name is being deleted, and not gone yet${remains(live, [])}. ` +
            "Run the same command again when it is gone.",
    );

export const goneFromCluster = (object: Obj): Error =>
    new Error(
        `${titleOf(object)} cannot be updated: it is in the stack's state, but no longer in the cluster. ` +
            "`pulumi refresh` notes that it is gone, and the next `pulumi up` makes it again.",
    );
