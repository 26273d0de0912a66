// Ganesha is kept running: one that ends by itself is started again at once,
// for Kubernetes would start the container ever later (after 10, 20, 40 … 300 s).
// One that does not stay up ends the container, which says why.
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { End, Ganesha } from "./ganesha";

/** One that lived for so long stayed up. */
const STAYS_MS = 5_000;
/** So many in a row that did not: then it is given up. */
const MOST_SHORT_LIVES = 5;
/** Before the next start after a short life; twice as long after each more. One that stayed up is started again at once. */
const FIRST_PAUSE_MS = 500;

export interface Life {
    readonly ms: number;
    /** The kernel took it because the container had used up its memory: at once it would come to that again. */
    readonly outOfMemory: boolean;
}

/** Says how long to wait before the next start, in milliseconds; undefined when it is not to be started again. Pure. */
export class Patience {
    private shortLives = 0;

    constructor(private readonly firstPauseMs = FIRST_PAUSE_MS) {}

    after({ ms, outOfMemory }: Life): number | undefined {
        if (ms >= STAYS_MS && !outOfMemory) {
            this.shortLives = 0;
            return 0;
        }
        this.shortLives += 1;
        return this.shortLives > MOST_SHORT_LIVES ? undefined : this.firstPauseMs * 2 ** (this.shortLives - 1);
    }
}

export interface Restarts {
    readonly times: number;
    /** In a line, of the last time. */
    readonly last: string | undefined;
}

export interface KeptGanesha {
    /** It ends, and so does all of this. */
    stop(signal: NodeJS.Signals): void;
    /** Of the one that runs, or else what ended the one before. */
    complaint(): string | undefined;
    restarts(): Restarts;
    /** Resolves when it has ended for good: with the exit code of the container, as a shell would report it. */
    ended: Promise<number>;
}

export interface Keeping {
    start(): Ganesha;
    say(line: string): void;
    /** How many processes of the container the kernel has killed for want of memory. */
    outOfMemoryKills(): Promise<number>;
    readonly patience?: Patience;
}

const OUT_OF_MEMORY = "out of memory";

const causeOf = ({ code, signal }: End): string => signal ?? `exit code ${code}`;
const textOf = (cause: string): string =>
    cause === OUT_OF_MEMORY ? "was killed because the container's memory was used up" : `ended by ${cause}`;
const exitCode = ({ code, signal }: End): number => code ?? 128 + (signal ? constants.signals[signal] : 0);

export function keepRunning({ start, say, outOfMemoryKills, patience = new Patience() }: Keeping): KeptGanesha {
    let times = 0;
    const stopped = new AbortController();
    let asked: NodeJS.Signals | undefined;
    let last: string | undefined;
    let ganesha: Ganesha;

    const whole = async (): Promise<number> => {
        for (;;) {
            const [begun, killsBefore] = [performance.now(), await outOfMemoryKills()];
            ganesha = start();
            if (asked !== undefined) ganesha.stop(asked);
            const end = await ganesha.ended;
            const ms = performance.now() - begun;
            const outOfMemory = end.signal === "SIGKILL" && (await outOfMemoryKills()) > killsBefore;
            const cause = outOfMemory ? OUT_OF_MEMORY : causeOf(end);
            const said = `Ganesha ${textOf(cause)}`;
            if (end.misread.length > 0) {
                say(`Ganesha does not take its configuration as it is written: ${end.misread.join("; ")}`);
                return 1;
            }
            if (asked !== undefined || end.unstartable) {
                say(said);
                return exitCode(end);
            }
            const pauseMs = patience.after({ ms, outOfMemory });
            if (pauseMs === undefined) {
                say(`${said}, for the ${MOST_SHORT_LIVES + 1}th time soon after its start: it does not stay up`);
                // Nobody asked it to end, so that is a failure, whatever it says itself.
                return exitCode(end) || 1;
            }
            times += 1;
            last = `${said} after ${Math.round(ms / 1000)} s, and was started again`;
            say(
                `${said} after ${Math.round(ms / 1000)} s; it is started again${pauseMs > 0 ? ` in ${pauseMs / 1000} s` : ""}`,
            );
            await pause(pauseMs, undefined, { signal: stopped.signal }).catch(() => {});
            if (asked !== undefined) return 0;
        }
    };
    return {
        stop(signal) {
            asked ??= signal;
            stopped.abort();
            ganesha?.stop(signal);
        },
        complaint: () => ganesha?.complaint() ?? last,
        restarts: () => ({ times, last }),
        ended: whole(),
    };
}

/** Of the container's own control group (version 2); 0 where there is none. */
export async function containerOutOfMemoryKills(): Promise<number> {
    const text = await readFile("/sys/fs/cgroup/memory.events", "utf8").catch(() => "");
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}
