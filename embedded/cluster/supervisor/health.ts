// What a node says of its disk and its clock when it is asked (health() in
// node/agent), and what is to be done about it. Pure; node.ts asks.

export interface Health {
    /** Why its disk can't be read or written; empty when it can. */
    diskError: string;
    /** Its wall clock, milliseconds since 1970. */
    clock: number;
    /** Milliseconds since its boot. */
    uptime: number;
    /** Interrupts that its kernel would have lost without our patch, since its boot. */
    keptEvents: number;
}

/** "0 1767225600.000000 12.34 5 " and, with another first number, what the disk said. */
export function parseHealth(text: string): Health | undefined {
    const said = /^(\d{1,3}) (\d+\.\d+) (\d+\.\d+) (\d+) ?(.*)$/.exec(text);
    if (!said) return undefined;
    const [, code, clock, uptime, kept, error = ""] = said;
    return {
        diskError: code === "0" ? "" : error || `exit code ${code}`,
        clock: Number(clock) * 1000,
        uptime: Number(uptime) * 1000,
        keptEvents: Number(kept),
    };
}

/** An answer with when it was asked for and when it came. */
export interface Sample {
    health: Health;
    /** Of a clock that does not jump, milliseconds. */
    asked: number;
    answered: number;
}

/** How much the node's time may differ from ours between two answers, beside the time that these took. */
const DRIFT_MS = 2000;

/** Why a node can't be used any more, from its last answer and the one before. */
export function illness(now: Sample, before: Sample | undefined): string | undefined {
    if (now.health.diskError !== "") return `its disk can't be used: ${now.health.diskError}`;
    if (!before) return undefined;
    const passed = now.answered - before.answered;
    const lived = now.health.uptime - before.health.uptime;
    const unsure = now.answered - now.asked + (before.answered - before.asked);
    if (Math.abs(passed - lived) <= DRIFT_MS + unsure) return undefined;
    return `its clock advanced by ${seconds(lived)} in ${seconds(passed)}`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A machine whose clock is set, or that slept, leaves its nodes behind: by more than this they are set, too. */
const OFF_MS = 1000;

/** By how much the node's wall clock is wrong, in milliseconds; undefined when that does not matter, or can't be told. */
export function wrongBy(health: Health, wallAsked: number, wallAnswered: number): number | undefined {
    const off = health.clock - (wallAsked + wallAnswered) / 2;
    const unsure = Math.abs(wallAnswered - wallAsked) / 2;
    return Math.abs(off) - unsure > OFF_MS ? off : undefined;
}
