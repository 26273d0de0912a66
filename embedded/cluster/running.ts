// Does a cluster run, and can it be used now? A supervisor that is slow to answer, or that just starts something again,
// is told apart from one that is not there: on a busy machine the former is normal. index.ts acts on the answers.
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Progress, step, UserError } from "../steps";
import { askOnce } from "./control";
import type { ClusterDefinition } from "./definition";
import type { ClusterFolder } from "./folder";
import { supervisorRuns } from "./launch";
import { NODES } from "./network";
import { type ClusterStatus, stepsWaiting } from "./status";
import { type Seen, verdictOn } from "./verdict";

/** Within this time a supervisor answers whatever else the machine does, short of swapping. */
const ANSWER_PATIENCE_MS = 10_000;
/** One that has said nothing for so long hangs. */
const SILENCE_PATIENCE_MS = 60_000;
/** As long as a component may take to be ready, see READY_PATIENCE_MS of the supervisor. */
const USABLE_PATIENCE_MS = 180_000;
const PAUSE_MS = 250;

/** Asks the supervisor once. */
export async function look(folder: ClusterFolder): Promise<Seen> {
    if (!(await supervisorRuns(folder))) return "no supervisor";
    const reply = await withPatience(askOnce(folder, { op: "status" }), ANSWER_PATIENCE_MS);
    if (reply && "status" in reply) return reply.status;
    // It may have ended while it was asked; or it does not listen yet.
    return (await supervisorRuns(folder)) ? "no answer" : "no supervisor";
}

/** Asks until there is an answer, for a minute: who kills a supervisor because it is slow kills a cluster that works. */
export async function answer(name: string, folder: ClusterFolder): Promise<Seen> {
    return settled(name, await look(folder), SILENCE_PATIENCE_MS, () => look(folder), {
        waits: (seen) => seen === "no answer",
        says: () => "its supervisor does not answer",
    });
}

/** Waits while the cluster comes up, comes back or is being stopped. @throws UserError when that takes too long */
export async function isUsable(name: string, folder: ClusterFolder): Promise<boolean> {
    const says = (seen: Seen): string => {
        const verdict = verdictOn(seen);
        return typeof verdict === "string" ? "" : verdict.wait;
    };
    const seen = await settled(name, await look(folder), USABLE_PATIENCE_MS, () => look(folder), {
        waits: (now) => says(now) !== "",
        says,
    });
    if (says(seen) !== "") {
        throw new UserError(
            `cluster "${name}" can't be used: for ${USABLE_PATIENCE_MS / 1000} s ${says(seen)}. Logs are in ${folder.logs}; \`make down\` and \`make up\` start it anew`,
        );
    }
    return verdictOn(seen) === "usable";
}

interface Waiting {
    waits(seen: Seen): boolean;
    says(seen: Seen): string;
}

/** What is seen when there is nothing to wait for any more, or time is up. */
async function settled(
    name: string,
    first: Seen,
    patienceMs: number,
    next: () => Promise<Seen>,
    { waits, says }: Waiting,
): Promise<Seen> {
    if (!waits(first)) return first;
    const end = performance.now() + patienceMs;
    return step(`Wait for cluster ${name}`, async (progress: Progress) => {
        let seen = first;
        while (waits(seen) && performance.now() < end) {
            progress(says(seen));
            await pause(PAUSE_MS);
            seen = await next();
        }
        return seen;
    });
}

/** For people: what the supervisor says, or what it said last. */
export async function statusNow(definition: ClusterDefinition, folder: ClusterFolder): Promise<ClusterStatus> {
    const seen = await look(folder);
    if (typeof seen !== "string") {
        const reply = await withPatience(askOnce(folder, { op: "usage" }), ANSWER_PATIENCE_MS);
        return reply && "usage" in reply ? { ...seen, usage: reply.usage } : seen;
    }
    const base: ClusterStatus = {
        name: definition.name,
        state: "stopped",
        since: new Date().toISOString(),
        ports: definition.ports,
        steps: stepsWaiting(),
        components: [],
        nodes: NODES.map(({ name, address }) => ({ name, address, ready: false, services: [] })),
    };
    const last = existsSync(folder.status)
        ? (JSON.parse(readFileSync(folder.status, "utf8")) as ClusterStatus)
        : undefined;
    if (seen === "no answer") {
        const reason = `its supervisor runs, but has not answered for ${ANSWER_PATIENCE_MS / 1000} s; this is what it said last`;
        return { ...(last ?? { ...base, state: "starting" }), reason };
    }
    if (!last) return base;
    if (last.state === "stopped") return { ...base, since: last.since };
    return { ...base, since: last.since, reason: `its supervisor ended without stopping the cluster (${last.state})` };
}

/** Undefined when it takes longer. */
export async function withPatience<T>(work: Promise<T>, patienceMs: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), patienceMs);
    });
    try {
        return await Promise.race([work, late]);
    } finally {
        clearTimeout(timer);
    }
}
