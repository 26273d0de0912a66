// What the cluster warns of while an object is waited for, where its own status
// names no problem yet: a volume that is not mounted, a pod that is not admitted.
// lasting.ts tells what stands from what passes.
import type { Obj } from "../plugin/values";
import type { Api } from "./api";
import { eventLines, eventsOf } from "./diagnosis";
import { neverAdmitted, neverBound, neverMounted } from "./lasting";
import { podConcern, podIsUp } from "./pods";
import type { Surroundings } from "./readiness";

/** How often events are asked for. */
const LOOK_MS = 5_000;

export interface Trouble {
    /** The newest warning. */
    newest?: string | undefined;
    /** A refusal that stands. */
    lasting?: string | undefined;
}

export class Warnings {
    private readonly start = performance.now();
    private looked = this.start;
    private events: Obj[] = [];
    /** The uid of the object that they are about. */
    private subject: string | undefined;
    /** Versions of the events at the first look at their object: what was said before the wait may have been mended since. */
    private readonly before = new Map<string, string>();
    private readonly seen = new Set<string>();

    constructor(private readonly api: Api) {}

    /** @param again whether the cluster may be asked again */
    async about(live: Obj, around: Surroundings, again: boolean): Promise<Trouble> {
        const late = live.kind === "Pod" ? live : around.pods.find((pod) => !podIsUp(pod));
        if (late && podConcern(late) !== undefined) return {};
        if (again) await this.look(late ?? live);
        const fresh = this.events.filter(({ metadata }) => this.before.get(metadata.uid) !== metadata.resourceVersion);
        return {
            // Most things are ready before anybody has read what was wrong with them for a moment.
            newest: performance.now() - this.start < LOOK_MS ? undefined : eventLines(this.events).at(-1),
            lasting: lastingTrouble(live, late, around, fresh),
        };
    }

    private async look(object: Obj): Promise<void> {
        const { uid } = object.metadata;
        const first = !this.seen.has(uid);
        if (!first && this.subject === uid && performance.now() - this.looked < LOOK_MS) return;
        this.looked = performance.now();
        this.subject = uid;
        this.seen.add(uid);
        this.events = await eventsOf(this.api, object, object.kind === "PersistentVolumeClaim");
        if (!first) return;
        for (const { metadata } of this.events) this.before.set(metadata.uid, metadata.resourceVersion);
    }
}

function lastingTrouble(live: Obj, late: Obj | undefined, around: Surroundings, events: Obj[]): string | undefined {
    if (live.kind === "PersistentVolumeClaim") return neverBound(live, around.volume ?? undefined);
    const refused =
        live.kind === "Pod" || (late && live.kind !== "Deployment") ? undefined : neverAdmitted(live, events);
    return refused ?? (late && neverMounted(late, events));
}
