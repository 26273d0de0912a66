// Ganesha as a child process, once: started in the foreground, its log passed on
// line by line, signals handed to it, its end reported. restarts.ts does it again.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Ganesha {
    pid: number | undefined;
    /** What it complained about first, which is the cause of the rest, for whoever asks why it is not ready. */
    complaint(): string | undefined;
    /** Asks it to end; after `patienceMs` it is killed. @default STOP_PATIENCE_MS */
    stop(signal: NodeJS.Signals, patienceMs?: number): void;
    /** Resolves when it ended. */
    ended: Promise<End>;
}

export interface End {
    code: number | null;
    signal: NodeJS.Signals | null;
    /** What of its configuration it did not take as it is written, in its own words; then it was told to end. */
    misread: readonly string[];
    /** There is no such program, or it may not be run. */
    unstartable: boolean;
}

/** It gives back what clients hold and ends within a second or two. */
export const STOP_PATIENCE_MS = 20_000;

/** Component, level and text of a line of Ganesha's log (its log_functions.c). */
const LINE = /:([A-Z0-9_ ]+?) :(FATAL|MAJ|CRIT) ?:(.*)$/;
/** Always complains: there is no D-Bus and no portmapper in the pod. */
const IDLE_COMPONENTS = ["DBUS", "DISP", "TIRPC"];

/** The message of a log line that complains; undefined for all others. */
export function complaintIn(line: string): string | undefined {
    const [, component = "", level = "", text = ""] = LINE.exec(line) ?? [];
    return level === "" || IDLE_COMPONENTS.includes(component) ? undefined : text.trim();
}

/** Its config_errs_to_log(): the only one that names a place in the configuration, at whatever level. */
const MISREAD = /:CONFIG :[A-Z]+ ?:Config File (\(.*)$/;

/**
 * What a log line says is wrong with the configuration. Of a parameter or block that it does not know, or a client whose
 * name does not resolve, Ganesha only warns, and serves without what was asked for.
 */
export function misreadIn(line: string): string | undefined {
    return MISREAD.exec(line)?.[1]?.trim();
}

export function startGanesha(program: string, args: readonly string[], print: (line: string) => void): Ganesha {
    const child: ChildProcess = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let complaint: string | undefined;
    const misread: string[] = [];
    let killer: NodeJS.Timeout | undefined;
    for (const stream of [child.stdout, child.stderr]) {
        if (!stream) continue;
        createInterface({ input: stream }).on("line", (line) => {
            const wrong = misreadIn(line);
            complaint ??= wrong ?? complaintIn(line);
            print(line);
            if (wrong === undefined) return;
            misread.push(wrong);
            stop("SIGTERM");
        });
    }
    const stop: Ganesha["stop"] = (signal, patienceMs = STOP_PATIENCE_MS) => {
        child.kill(signal);
        killer ??= setTimeout(() => {
            print(`Ganesha did not end within ${patienceMs / 1000} s of ${signal}; it is killed`);
            child.kill("SIGKILL");
        }, patienceMs);
    };
    const ended = new Promise<End>((resolve) => {
        child.on("error", (error) => {
            print(`cannot start ${program}: ${error.message}`);
            resolve({ code: 127, signal: null, misread, unstartable: true });
        });
        child.on("close", (code, signal) => {
            clearTimeout(killer);
            resolve({ code, signal, misread, unstartable: false });
        });
    });
    return {
        pid: child.pid,
        complaint: () => complaint,
        stop,
        ended,
    };
}
