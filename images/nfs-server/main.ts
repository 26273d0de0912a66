// Entry point of the NFS server's image: prepares the volume, runs Ganesha in
// the foreground with the mounted configuration and keeps it running
// (restarts.ts), answers the kubelet's probes (health.ts). Process 1 of its container.
import { randomInt, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { serverPod } from "@nfs-storage-stack/contract";
import { serve } from "../common/http";
import { startGanesha } from "./ganesha";
import { healthRoutes } from "./health";
import { containerOutOfMemoryKills, keepRunning } from "./restarts";
import { settingsFrom } from "./settings";
import { prepare } from "./volume";

/** A kubelet's probe may take 3 s and more: this must be less. */
const PROBE_TIMEOUT_MS = 2_500;

const say = (line: string): void => void process.stdout.write(`entry: ${line}\n`);

/** Its open files limit the clients' open files; Node.js has raised it to what the container may have. */
async function openFilesLimit(): Promise<string> {
    const limits = await readFile("/proc/self/limits", "utf8");
    return /^Max open files +(\S+)/m.exec(limits)?.[1] ?? "unknown";
}

/**
 * What Ganesha begins client ids, state ids and write verifiers with, instead of the second of its start: two servers
 * that start together would give equal client ids, which is how an NFS 4.0 client tells one machine from another.
 */
const newEpoch = (): number => randomInt(1, 2 ** 31);

async function main(): Promise<number> {
    const settings = settingsFrom(process.env);
    const canary = Buffer.from(`canary ${randomUUID()}\n`);
    await prepare(serverPod.dataPath, { uid: settings.squashUid, gid: settings.squashGid }, canary);
    say(`the volume is ready; at most ${await openFilesLimit()} open files`);
    const ganesha = keepRunning({
        start: () =>
            startGanesha(
                "ganesha.nfsd",
                // In the foreground, to stdout, with a pid file in the one place that is writable for certain.
                ["-F", "-L", "STDOUT", "-f", serverPod.configPath, "-p", "/tmp/ganesha.pid", "-E", String(newEpoch())],
                (line) => process.stdout.write(`${line}\n`),
            ),
        say,
        outOfMemoryKills: containerOutOfMemoryKills,
    });
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
        process.on(signal, () => {
            say(`${signal}: Ganesha is told to end`);
            ganesha.stop(signal);
        });
    }
    await serve(
        healthRoutes({
            exportPath: settings.exportPath,
            canaryPath: `${serverPod.canaryExport}/${serverPod.canaryFile}`,
            canary,
            target: { host: "127.0.0.1", port: serverPod.nfsPort, timeoutMs: PROBE_TIMEOUT_MS },
            complaint: ganesha.complaint,
            restarts: ganesha.restarts,
        }),
        { port: serverPod.healthPort },
    );
    return ganesha.ended;
}

main().then(
    (code) => process.exit(code),
    (error: unknown) => {
        process.stderr.write(`entry: ${(error as Error).message}\n`);
        process.exit(1);
    },
);
