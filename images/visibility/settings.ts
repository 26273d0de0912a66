// The environment of a pod, checked once; all problems are reported together.
import { clientPod, clientDefaults as defaults, journal } from "@nfs-storage-stack/contract";

export type Role = keyof typeof clientPod.commands;

interface Common {
    pod: string;
    node: string;
    /** Of the writer: whose journal it is. */
    name: string;
    sharePath: string;
    httpPort: number;
    /** @default every address of the pod */
    httpHost?: string;
}
export interface WriterSettings extends Common {
    /** Empty outside Kubernetes. */
    podUid: string;
    revision: string;
    message: string;
    writeIntervalMs: number;
    recordBytes: number;
    recordsPerSync: number;
    journalBytes: number;
}
interface Looking {
    pollIntervalMs: number;
    auditIntervalMs: number;
    patienceMs: number;
    writerUrl: string;
}
export interface ReaderSettings extends Common, Looking {
    freshnessMs: number;
    /** Empty where there is no Kubernetes. */
    volume: string;
    claim: string;
    mountsFile: string;
}
export interface CheckSettings extends Omit<Common, "httpPort" | "httpHost">, Looking {
    revision: string;
    records: number;
    timeoutMs: number;
    mountOptions: string[];
    allowSameNode: boolean;
    terminationMessagePath: string;
    mountsFile: string;
}

const { env: names } = clientPod;

/** Reads variables, remembering everything that is wrong with them. */
class Environment {
    readonly problems: string[] = [];
    constructor(private readonly env: NodeJS.ProcessEnv) {}

    text(name: string, otherwise?: string): string {
        const value = this.env[name] ?? otherwise;
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

    integer(name: string, lowest: number, highest: number, otherwise?: number): number {
        const text = this.env[name] ?? (otherwise === undefined ? "" : String(otherwise));
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
/** As the kernel tells it to this process. */
const MOUNTS = "/proc/self/mounts";

function place(env: Environment): Omit<Common, "httpPort" | "httpHost"> {
    const name = env.text(names.writerName, "writer");
    if (!journal.writerPattern.test(name)) {
        env.problems.push(
            `${names.writerName} is ${JSON.stringify(name)}; it must be 1 to 63 lower case letters, digits and "-", as Kubernetes takes names`,
        );
    }
    const [pod, node] = [env.text(names.podName), env.text(names.nodeName)];
    return { pod, node, name, sharePath: env.text(names.sharePath, clientPod.sharePath) };
}
const looking = (env: Environment): Looking => ({
    pollIntervalMs: env.integer(names.pollIntervalMs, 10, DAY_MS, defaults.pollIntervalMs),
    auditIntervalMs: env.integer(names.auditIntervalMs, 10, DAY_MS, defaults.auditIntervalMs),
    patienceMs: env.integer(names.patienceMs, 100, DAY_MS, defaults.patienceMs),
    writerUrl: env.url(names.writerUrl),
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
        podUid: env.anyText(names.podUid),
        revision: env.text(names.revision),
        message,
        writeIntervalMs: env.integer(names.writeIntervalMs, 10, DAY_MS, defaults.writeIntervalMs),
        recordBytes: env.integer(names.recordBytes, 0, journal.maxLineBytes, defaults.recordBytes),
        recordsPerSync: env.integer(names.recordsPerSync, 1, 1_000, defaults.recordsPerSync),
        journalBytes: env.integer(names.journalBytes, journal.minBytes, 2 ** 38, defaults.journalBytes),
    });
}

export function readerSettings(variables: NodeJS.ProcessEnv): ReaderSettings {
    const env = new Environment(variables);
    return env.checked("reader", {
        ...place(env),
        ...address(env),
        ...looking(env),
        // What was seen is told half a second later at most (reports.ts): less would be false alarms on any share.
        freshnessMs: env.integer(names.freshnessMs, 1_000, DAY_MS, defaults.freshnessMs),
        volume: env.anyText(names.volumeName),
        claim: env.anyText(names.claimName),
        mountsFile: env.text(names.mountsFile, MOUNTS),
    });
}

export function checkSettings(variables: NodeJS.ProcessEnv): CheckSettings {
    const env = new Environment(variables);
    return env.checked("check", {
        ...place(env),
        revision: env.text(names.revision),
        ...looking(env),
        records: env.integer(names.checkRecords, 1, 1_000_000, defaults.checkRecords),
        timeoutMs: env.integer(names.checkTimeoutMs, 100, DAY_MS, defaults.checkTimeoutMs),
        mountOptions: env
            .anyText(names.mountOptions)
            .split(",")
            .map((option) => option.trim())
            .filter((option) => option !== ""),
        allowSameNode: env.boolean(names.allowSameNode),
        terminationMessagePath: env.text(names.terminationMessagePath, clientPod.terminationMessagePath),
        mountsFile: env.text(names.mountsFile, MOUNTS),
    });
}
