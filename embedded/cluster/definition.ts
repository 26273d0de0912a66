// What is decided once, when a cluster is first made, and stays: its ports on
// loopback and the password of its registry.
import { randomBytes, randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, link, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { UserError } from "../steps";
import { clusterFolder, existingClusters } from "./folder";

export interface ClusterDefinition {
    name: string;
    /** Tells it from an earlier cluster of the same name: the nodes' machine ids come from it. */
    id: string;
    ports: { api: number; registry: number };
    registry: { username: string; password: string };
}

/** Below Linux's range for outgoing connections (32768 to 60999), which could take a port while a cluster is stopped. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
const USERNAME = "embedded";

export function readDefinition(name: string): ClusterDefinition | undefined {
    const { definition } = clusterFolder(name);
    if (!existsSync(definition)) return undefined;
    return JSON.parse(readFileSync(definition, "utf8")) as ClusterDefinition;
}

/** Reads the definition, and makes it when there is none. */
export async function defineCluster(name: string): Promise<ClusterDefinition> {
    const known = readDefinition(name);
    if (known) return known;
    const folder = clusterFolder(name);
    const taken = new Set(
        existingClusters().flatMap((other) => Object.values(readDefinition(other)?.ports ?? {}) as number[]),
    );
    const api = await freePort(taken);
    const registry = await freePort(taken.add(api));
    const definition: ClusterDefinition = {
        name,
        id: randomBytes(16).toString("hex"),
        ports: { api, registry },
        registry: { username: USERNAME, password: randomBytes(24).toString("base64url") },
    };
    await mkdir(folder.root, { recursive: true, mode: 0o700 });
    await chmod(folder.root, 0o700);
    return store(definition, folder.definition);
}

/** Never half written, whenever we are killed; and when someone else was first, theirs holds. */
async function store(definition: ClusterDefinition, file: string): Promise<ClusterDefinition> {
    const whole = `${file}.${process.pid}`;
    await writeFile(whole, `${JSON.stringify(definition, null, 4)}\n`, { mode: 0o600 });
    try {
        await link(whole, file);
        return definition;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        return readDefinition(definition.name) ?? definition;
    } finally {
        await rm(whole);
    }
}

async function freePort(taken: ReadonlySet<number>): Promise<number> {
    for (let attempt = 0; attempt < 200; attempt++) {
        const port = randomInt(FIRST_PORT, LAST_PORT + 1);
        if (!taken.has(port) && (await isFree(port))) return port;
    }
    throw new UserError(`no free port on 127.0.0.1 between ${FIRST_PORT} and ${LAST_PORT} was found in 200 attempts`);
}

function isFree(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => resolve(false));
        server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
}
