// The load of a soak (soak.ts). On each node: an image is pulled, unpacked and
// removed, a pod writes and syncs, another packs, unpacks and deletes a tree.
// On the machine: every processor is busy, and a file is written and synced.

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type ClusterAccess, nodeCommand } from "../embedded/cluster";
import { imageOf, push } from "../embedded/cluster/supervisor/images";
import { dyingWithUs, run } from "../embedded/run";
import { step } from "../embedded/steps";
import { type Objects, objectsOn } from "../test/cluster/objects";

export interface Load {
    /** Ends it, and tells what it did. */
    stop(): Promise<string[]>;
}

const FILES = 1500;
const FILE_BYTES = 8 * 1024;
const LARGE_FILE_BYTES = 32 * 1024 ** 2;
const IMAGE = "soak/layer";

/** For a shell in a pod: does `work` for ever, and says how often and how long the slowest took, in hundredths. */
const rounds = (work: string): string => `
now() { read -r up idle < /proc/uptime; echo "\${up%.*}\${up#*.}"; }
count=0 slowest=0
while :; do
    before=$(now)
    ${work} || echo "a round failed"
    took=$(($(now) - before)) count=$((count + 1))
    [ $took -le $slowest ] || slowest=$took
    echo "$count rounds, the slowest took $slowest hundredths of a second"
done`;

const SYNC = rounds("busybox dd if=/dev/zero of=/data/file bs=64k count=16 conv=fsync 2> /dev/null");
const TREE = `mkdir -p /soak/tree && for i in $(busybox seq 100); do busybox cp /bin/busybox /soak/tree/$i; done
${rounds("busybox tar -cf /soak/tar -C /soak tree && mkdir /soak/again && busybox tar -xf /soak/tar -C /soak/again && busybox sync && rm -r /soak/again /soak/tar")}`;

export async function loadNodes(access: ClusterAccess): Promise<Load[]> {
    const objects = objectsOn(access.name);
    const reference = await step("Push the image that is pulled again and again", () => pushImage(access));
    await step("Start the pods that write", async () => {
        const pods = access.nodes.flatMap((node) => [
            objects.claim(`sync-${node}`, "256Mi"),
            objects.pod(`sync-${node}`, node, SYNC, `sync-${node}`),
            objects.pod(`tree-${node}`, node, TREE),
        ]);
        await objects.kubectl(["apply", "-f", "-"], await Promise.all(pods));
        await objects.ready(access.nodes.flatMap((node) => [`sync-${node}`, `tree-${node}`]));
    });
    return access.nodes.map((node) => {
        const pulling = pullAgainAndAgain(access.name, node, reference);
        return {
            stop: async () => [...(await pulling.stop()), ...(await toldBy(objects, [`sync-${node}`, `tree-${node}`]))],
        };
    });
}

async function toldBy({ kubectl }: Objects, pods: readonly string[]): Promise<string[]> {
    return Promise.all(
        pods.map(async (pod) => `${pod}: ${(await kubectl(["logs", "--tail=1", pod]).catch(String)).trim()}`),
    );
}

function pullAgainAndAgain(cluster: string, node: string, reference: string): Load {
    const pull = `ctr --namespace k8s.io images pull --hosts-dir /etc/containerd/certs.d ${reference} > /dev/null`;
    const remove = `ctr --namespace k8s.io images rm --sync ${reference} > /dev/null`;
    let stopped = false;
    let times = 0;
    const failures: string[] = [];
    const going = (async () => {
        while (!stopped) {
            await nodeCommand(cluster, node, ["bash", "-c", `${pull} && ${remove}`]).then(
                () => times++,
                (error: Error) => failures.push(`${node}: ${error.message}`),
            );
        }
    })();
    return {
        stop: async () => {
            stopped = true;
            await going;
            return [`${node}: image pulled, unpacked and removed ${times} times`, ...failures.slice(0, 5)];
        },
    };
}

async function pushImage({ registry }: ClusterAccess): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "soak-"));
    try {
        await mkdir(join(folder, "files"));
        for (let i = 0; i < FILES; i++) await writeFile(join(folder, `files/${i}`), randomBytes(FILE_BYTES));
        await writeFile(join(folder, "files/large"), randomBytes(LARGE_FILE_BYTES));
        await run("tar", ["-C", folder, "-cf", join(folder, "layer.tar"), "files"]);
        const { server, username, password } = registry;
        const [host = "", port = ""] = server.split(":");
        const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
        const layer = await readFile(join(folder, "layer.tar"));
        await push({ host, port: Number(port), authorization }, IMAGE, "1", async () => imageOf(layer, ["/none"]));
        return `${server}/${IMAGE}:1`;
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

export function loadMachine(): Load {
    const shell = (script: string): ChildProcess =>
        spawn(...dyingWithUs("sh", ["-c", script]), { stdio: ["ignore", "ignore", "inherit"], detached: true });
    const file = join(tmpdir(), `soak-${process.pid}`);
    const children = [
        ...Array.from({ length: availableParallelism() }, () => shell("while :; do :; done")),
        shell(`while :; do dd if=/dev/zero of=${file} bs=1M count=256 conv=fsync 2> /dev/null; done`),
    ];
    return {
        stop: async () => {
            await Promise.all(
                children.map(async (child) => {
                    if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
                    const ended = once(child, "exit");
                    process.kill(-child.pid, "SIGKILL"); // dd, too
                    await ended;
                }),
            );
            await rm(file, { force: true });
            return [];
        },
    };
}
