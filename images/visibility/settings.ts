// The environment of a pod, checked once; all problems are reported together.
import { clientPod, journal } from "@nfs-storage-stack/contract";

export type Role = keyof typeof clientPod.commands;

interface Common {
    pod: string;
    node: string;
    sharePath: string;
    httpPort: number;
    /** @default every address of the pod */
    httpHost?: string;
}
export interface WriterSettings extends Common {
    revision: string;
    message: string;
    writeIntervalMs: number;
    /** @default as the contract has it; tests want small ones */
    recordsPerSegment?: number;
    segmentsKept?: number;
}
export interface ReaderSettings extends Common {
    pollIntervalMs: number;
    freshnessMs: number;
    writerUrl: string;
}
export interface CheckSettings extends Omit<Common, "httpPort" | "httpHost"> {
    revision: string;
    pollIntervalMs: number;
    writerUrl: string;
    records: number;
    timeoutMs: number;
    mountOptions: string[];
    allowSameNode: boolean;
    terminationMessagePath: string;
    /** @default /proc/self/mounts */
    mountsFile?: string;
}

const { env: names } = clientPod;

/** Reads variables, remembering everything that is wrong with them. */
class Environment {
    readonly problems: string[] = [];
    constructor(private readonly env: NodeJS.ProcessEnv) {}

    text(name: string, fallback?: string): string {
        const value = this.env[name] ?? fallback;
        if (value === undefined || value === "") {
            this.problems.push(`${name} is not set`);
            return "";
        }
        return value;
    }

    /** A text that may be empty. */
    anyText(name: string): string {
        return this.env[name] ?? "";
    }

    integer(name: string, lowest: number, highest: number, fallback?: number): number {
        const text = this.env[name] ?? (fallback === undefined ? "" : String(fallback));
        const value = Number(text);
        if (!/^\d{1,12}$/.test(text) || value < lowest || value > highest) {
            this.problems.push(
                `${name} is ${JSON.stringify(text)}; it must be a whole number from ${lowest} to ${highest}`,
            );
        }
        return value;
    }

    url(name: string): string {
        const text = this.text(name);
        if (text !== "" && (!URL.canParse(text) || new URL(text).protocol !== "http:")) {
            this.problems.push(`${name} is ${JSON.stringify(text)}; it must be like http://10.0.0.1:8080`);
        }
        return text.replace(/\/+$/, "");
    }

    boolean(name: string): boolean {
        const text = this.env[name] ?? "false";
        if (text !== "true" && text !== "false") {
            this.problems.push(`${name} is ${JSON.stringify(text)}; it must be "true" or "false"`);
        }
        return text === "true";
    }

    /** @throws Error that lists every problem */
    checked<T>(role: Role, settings: T): T {
        if (this.problems.length > 0) {
            throw new Error(`the ${role}'s environment is not usable:\n  ${this.problems.join("\n  ")}`);
        }
        return settings;
    }
}

const DAY_MS = 86_400_000;

const place = (env: Environment): Omit<Common, "httpPort" | "httpHost"> => ({
    pod: env.text(names.podName),
    node: env.text(names.nodeName),
    sharePath: env.text(names.sharePath, clientPod.sharePath),
});
const address = (env: Environment): Pick<Common, "httpPort" | "httpHost"> => {
    const host = env.anyText(names.httpHost);
    const httpPort = env.integer(names.httpPort, 0, 65_535, clientPod.httpPort);
    return host === "" ? { httpPort } : { httpPort, httpHost: host };
};

export function writerSettings(variables: NodeJS.ProcessEnv): WriterSettings {
    const env = new Environment(variables);
    const message = env.anyText(names.message);
    if (Buffer.byteLength(message) > journal.maxMessageBytes) {
        env.problems.push(
            `${names.message} takes ${Buffer.byteLength(message)} bytes; at most ${journal.maxMessageBytes} fit a record`,
        );
    }
    return env.checked("writer", {
        ...place(env),
        ...address(env),
        revision: env.text(names.revision),
        message,
        writeIntervalMs: env.integer(names.writeIntervalMs, 10, DAY_MS, 250),
    });
}

export function readerSettings(variables: NodeJS.ProcessEnv): ReaderSettings {
    const env = new Environment(variables);
    return env.checked("reader", {
        ...place(env),
        ...address(env),
        pollIntervalMs: env.integer(names.pollIntervalMs, 10, DAY_MS, 50),
        freshnessMs: env.integer(names.freshnessMs, 100, DAY_MS, 10_000),
        writerUrl: env.url(names.writerUrl),
    });
}

export function checkSettings(variables: NodeJS.ProcessEnv): CheckSettings {
    const env = new Environment(variables);
    return env.checked("check", {
        ...place(env),
        revision: env.text(names.revision),
        pollIntervalMs: env.integer(names.pollIntervalMs, 10, DAY_MS, 50),
        writerUrl: env.url(names.writerUrl),
        records: env.integer(names.checkRecords, 1, 1_000_000, 20),
        timeoutMs: env.integer(names.checkTimeoutMs, 100, DAY_MS, 120_000),
        mountOptions: env
            .anyText(names.mountOptions)
            .split(",")
            .map((option) => option.trim())
            .filter((option) => option !== ""),
        allowSameNode: env.boolean(names.allowSameNode),
        terminationMessagePath: env.text(names.terminationMessagePath, clientPod.terminationMessagePath),
    });
}
