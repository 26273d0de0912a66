// Ganesha as a child process: started in the foreground, its log passed on line
// by line, signals handed to it, its end reported.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface Ganesha {
    pid: number | undefined;
    /** What it complained about first, which is the cause of the rest, for whoever asks why it is not ready. */
    complaint(): string | undefined;
    /** Asks it to end; after `patienceMs` it is killed. */
    stop(signal: NodeJS.Signals, patienceMs: number): void;
    /** Resolves when it ended. */
    ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Component, level and text of a line of Ganesha's log (its log_functions.c). */
const LINE = /:([A-Z0-9_ ]+?) :(FATAL|MAJ|CRIT) ?:(.*)$/;
/** Always complains: there is no D-Bus and no portmapper in the pod. */
const IDLE_COMPONENTS = ["DBUS", "DISP", "TIRPC"];

/** The message of a log line that complains; undefined for all others. */
export function complaintIn(line: string): string | undefined {
    const [, component = "", level = "", text = ""] = LINE.exec(line) ?? [];
    return level === "" || IDLE_COMPONENTS.includes(component) ? undefined : text.trim();
}

export function startGanesha(program: string, args: readonly string[], print: (line: string) => void): Ganesha {
    const child: ChildProcess = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let complaint: string | undefined;
    let killer: NodeJS.Timeout | undefined;
    for (const stream of [child.stdout, child.stderr]) {
        if (!stream) continue;
        createInterface({ input: stream }).on("line", (line) => {
            complaint ??= complaintIn(line);
            print(line);
        });
    }
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
        child.on("error", (error) => {
            print(`cannot start ${program}: ${error.message}`);
            resolve({ code: 127, signal: null });
        });
        child.on("close", (code, signal) => {
            clearTimeout(killer);
            resolve({ code, signal });
        });
    });
    return {
        pid: child.pid,
        complaint: () => complaint,
        stop: (signal, patienceMs) => {
            child.kill(signal);
            killer ??= setTimeout(() => {
                print(`Ganesha did not end within ${patienceMs / 1000} s of ${signal}; it is killed`);
                child.kill("SIGKILL");
            }, patienceMs);
        },
        ended,
    };
}
