// The root disk of the nodes: Debian with a container runtime and an NFS
// client, as an ext4 image that all nodes share read-only (each writes to a
// copy-on-write file of its own). kernel.ts builds what boots from it.
import { readFileSync } from "node:fs";
import { chmod, mkdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { built } from "../../cache";
import { install } from "../../debian/apt";
import { copyTree, debianTree } from "../../debian/tree";
import { run } from "../../run";

/**
 * kube-proxy calls nft and conntrack, the node's init ip, node/volume mkfs.ext4. iptables comes along with the network plugins and is not
 * used: nothing here has host ports, and the kubelet does without it. NFS 4.2 needs no rpcbind and no statd running.
 */
const PACKAGES = [
    "containerd",
    "runc",
    "containernetworking-plugins",
    "nfs-common",
    "nftables",
    "conntrack",
    "iproute2",
    "e2fsprogs",
];

const INIT = readFileSync(join(__dirname, "node-init"));

/** Room for what a node writes beside its data disk; the file is sparse. */
const SIZE = 4 * 1024 ** 3;

/** Mount points that a node uses: its host folder and its data disk. */
const FOLDERS = ["host", "data"];

export async function nodeDisk(): Promise<string> {
    const folder = await built({
        name: "node-disk",
        title: "Make the disk of the nodes",
        inputs: ["1", ...PACKAGES, INIT, String(SIZE), ...FOLDERS],
        build: async (into, progress, log) => {
            const tree = join(into, "tree");
            await copyTree(await debianTree(), tree);
            await install({ tree, progress, log }, PACKAGES);
            await writeFile(join(tree, "sbin/node-init"), INIT);
            await chmod(join(tree, "sbin/node-init"), 0o755);
            for (const name of FOLDERS) await mkdir(join(tree, name));
            progress("writing the image");
            await makeImage(tree, join(into, "root.ext4"), log);
            await rm(tree, { recursive: true, force: true });
        },
    });
    return join(folder, "root.ext4");
}

async function makeImage(tree: string, image: string, log: string): Promise<void> {
    await writeFile(image, "");
    await truncate(image, SIZE);
    // No blocks kept for root: everything on a node is root's.
    await run("mkfs.ext4", ["-q", "-F", "-m", "0", "-L", "node", "-d", tree, image], { logFile: log });
    await chmod(image, 0o444);
}
