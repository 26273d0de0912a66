// Writes the files that a cluster's programs and nodes read at their start, from
// the templates in control-plane/ and node/ and the cluster's certificates.

import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hash as bcrypt } from "bcryptjs";
import { type Certificate, readCertificate } from "./certificates";
import type { ClusterDefinition } from "./definition";
import { type ClusterFolder, DATA_DISK } from "./folder";
import { contextName, kubeconfig } from "./kubeconfig";
import { API_PORT, CONTROL_PLANE, MTU, NODES, type NodePlan, PODS, PREFIX_LENGTH } from "./network";
import { fill } from "./template";

/** Sparse: it takes what is used of it, and never more of the machine's disk than there is. */
const NODE_DISK_BYTES = 64 * 1024 ** 3;
/** The password is random and 24 bytes long: a costly hash would only slow each pull down. */
const BCRYPT_ROUNDS = 4;

const INSIDE = `https://${CONTROL_PLANE}:${API_PORT}`;

interface Prepared {
    definition: ClusterDefinition;
    folder: ClusterFolder;
    /** The reference of the image of pods' sandboxes. */
    sandbox: string;
}

export async function prepareFiles(prepared: Prepared): Promise<void> {
    const { definition, folder } = prepared;
    for (const path of [folder.run, folder.logs, folder.etcd, folder.registry]) {
        await mkdir(path, { recursive: true, mode: 0o700 });
    }
    const certificate = (name: string): Promise<Certificate> => readCertificate(folder.certificates, name);
    await writePrivate(
        folder.kubeconfig,
        kubeconfig({
            name: contextName(definition.name),
            server: `https://127.0.0.1:${definition.ports.api}`,
            ...(await certificate("admin")),
        }),
    );
    for (const name of ["controller-manager", "scheduler"]) {
        const text = kubeconfig({ name, server: INSIDE, ...(await certificate(name)) });
        await writePrivate(join(folder.run, `${name}.kubeconfig`), text);
    }
    await writeRegistryFiles(definition, folder);
    await Promise.all(NODES.map((node) => prepareNode(prepared, node)));
}

async function writeRegistryFiles({ registry, ports }: ClusterDefinition, folder: ClusterFolder): Promise<void> {
    const passwords = join(folder.run, "registry.htpasswd");
    await writePrivate(passwords, `${registry.username}:${await bcrypt(registry.password, BCRYPT_ROUNDS)}\n`);
    await writePrivate(
        join(folder.run, "registry.yml"),
        fill(await template("control-plane/registry.yml"), {
            FOLDER: folder.registry,
            ADDRESS: `${CONTROL_PLANE}:${ports.registry}`,
            SECRET: randomBytes(16).toString("hex"),
            PASSWORDS: passwords,
        }),
    );
}

async function prepareNode({ definition, folder, sandbox }: Prepared, node: NodePlan): Promise<void> {
    const files = folder.node(node.name);
    await mkdir(files.logs, { recursive: true, mode: 0o700 });
    const write = (name: string, text: string): Promise<void> => writePrivate(join(files.host, name), text);
    for (const [name, values] of Object.entries(nodeTemplates(definition, node, sandbox))) {
        await write(name, fill(await template(`node/${name}`), values));
    }
    for (const program of ["init", "agent", "volume"]) {
        await chmod(join(files.host, program), 0o700);
    }
    for (const name of ["kubelet", "kube-proxy"]) {
        const identity = await readCertificate(folder.certificates, `${node.name}-${name}`);
        await write(`${name}.kubeconfig`, kubeconfig({ name, server: INSIDE, ...identity }));
    }
    const server = await readCertificate(folder.certificates, `${node.name}-kubelet-server`);
    await write("ca.crt", server.authority);
    await write("kubelet-server.crt", server.certificate);
    await write("kubelet-server.key", server.key);
    // cage.ts mounts the program over it.
    await write("kubernetes", "");
    await mkdir(files.disks, { recursive: true, mode: 0o700 });
    await makeDataDisk(join(files.disks, DATA_DISK));
}

/** The values of each file in node/. Exported for its tests. */
export function nodeTemplates(
    definition: ClusterDefinition,
    node: NodePlan,
    sandbox: string,
): Record<string, Record<string, string>> {
    const { username, password } = definition.registry;
    return {
        init: {},
        agent: {},
        volume: {},
        "node.env": {
            NODE_NAME: node.name,
            NODE_ADDRESS: node.address,
            PREFIX_LENGTH: String(PREFIX_LENGTH),
            CONTROL_PLANE,
            API_PORT: String(API_PORT),
            MACHINE_ID: createHash("sha256").update(`${definition.id} ${node.name}`).digest("hex").slice(0, 32),
            REGISTRY: `127.0.0.1:${definition.ports.registry}`,
            POD_ROUTES: NODES.filter((other) => other !== node)
                .map((other) => `${other.podNetwork} ${other.address}`)
                .join("\n"),
        },
        "kubelet.yaml": { NODE_ADDRESS: node.address },
        "kube-proxy.yaml": { NODE_NAME: node.name, NODE_ADDRESS: node.address, PODS },
        "containerd.toml": { SANDBOX_IMAGE: sandbox },
        "pods.conflist": { POD_NETWORK: node.podNetwork, MTU: String(MTU) },
        "registry.toml": {
            REGISTRY_ADDRESS: `${CONTROL_PLANE}:${definition.ports.registry}`,
            AUTHORIZATION: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
        },
    };
}

const template = (name: string): Promise<string> => readFile(join(__dirname, name), "utf8");

async function writePrivate(file: string, text: string): Promise<void> {
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
}

async function makeDataDisk(path: string): Promise<void> {
    if (existsSync(path)) return;
    const partial = `${path}.partial`;
    // Another file, not that one emptied: mkfs of a start that was killed may still write to it.
    await rm(partial, { force: true });
    const file = await open(partial, "wx", 0o600);
    await file.truncate(NODE_DISK_BYTES);
    await file.close();
    // The program is in a folder that a user's PATH may lack.
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
    await promisify(execFile)("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1", partial], {
        env,
    });
    await rename(partial, path);
}
