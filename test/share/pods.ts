// Pods with other people's programs (image/), one on each node of an embedded
// cluster, with the stack's claim; and how a program is run in one.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { clusterAccess, kubectlProgram } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import { baseImage, engineUp } from "../../embedded/engine";
import { Engine } from "../../embedded/engine/api";
import { makeImage } from "../../embedded/toolchain/docker-plugin/image";
import { imageInputs } from "../../embedded/toolchain/docker-plugin/inputs";
import type { StackOutputs } from "../../outputs";
import type { Instance } from "../cluster/instance";
import { sharePod } from "../cluster/share-pod";

export type Answer = Record<string, unknown>;

export interface Program {
    /** It is in the middle of its work. @throws Error with what it said, when it ends before */
    begun: Promise<void>;
    /** What it found. @throws Error with what it said, when it fails */
    ended: Promise<Answer>;
    /** Tells one that waits to go on. */
    go(): void;
}

/** A pod on one node. */
export interface Place {
    /** @param folder of the share, made when it is not there */
    start(folder: string, program: string, ...args: (string | number)[]): Program;
    run(folder: string, program: string, ...args: (string | number)[]): Promise<Answer>;
}

/** Built and pushed by the embedded engine; its reference by digest. */
async function applicationsImage(cluster: string): Promise<string> {
    const access = await clusterAccess(cluster);
    if (access === undefined) throw new Error(`cluster ${cluster} is not up`);
    const { server, username, password } = access.registry;
    const [{ host }, base] = [await engineUp(), await baseImage()];
    const context = join(__dirname, "image");
    const inputs = imageInputs({
        imageName: `${server}/tests/applications`,
        build: { context, dockerfile: join(context, "Dockerfile"), args: { BASE_IMAGE: base } },
        registry: { server, username, password },
    });
    const say = { status: () => {}, info: () => {}, warn: () => {} };
    const { repoDigest } = await makeImage(new Engine(host), inputs, undefined, {
        say,
        signal: new AbortController().signal,
    });
    return String(repoDigest);
}

/** One on each of two nodes, and one whose user is nobody's on the share. Ready when it resolves. */
export async function applicationPods(
    { name: cluster, kubectl }: Instance,
    out: StackOutputs,
): Promise<{ first: Place; second: Place; stranger: Place }> {
    const image = await applicationsImage(cluster);
    const { namespace, claim } = out.volume;
    const names = ["applications-1", "applications-2", "applications-stranger"];
    const items = [
        sharePod({ name: names[0] ?? "", node: "node-1", namespace, claim, image }),
        sharePod({ name: names[1] ?? "", node: "node-2", namespace, claim, image }),
        sharePod({ name: names[2] ?? "", node: "node-2", namespace, claim, image, uid: 4711 }),
    ];
    await kubectl(["create", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await kubectl([
        ...["wait", "-n", namespace, "--for=condition=Ready", "--timeout=180s"],
        ...names.map((name) => `pod/${name}`),
    ]);
    const [program = "", ...before] = await kubectlProgram();
    const exec = [...before, "--kubeconfig", clusterFolder(cluster).kubeconfig, "exec", "-i", "-n", namespace];
    const [first, second, stranger] = names.map((name) => place(program, [...exec, name, "--"])) as [
        Place,
        Place,
        Place,
    ];
    return { first, second, stranger };
}

function place(program: string, exec: readonly string[]): Place {
    const start: Place["start"] = (folder, name, ...args) => {
        const command = ["env", `SHARE=/share/${folder}`, "python3", "/programs.py", name, ...args.map(String)];
        const child = spawn(program, [...exec, ...command], { stdio: ["pipe", "pipe", "pipe"] });
        let said = "";
        const begun = new Promise<void>((resolve, reject) => {
            for (const stream of [child.stdout, child.stderr]) {
                stream.setEncoding("utf8").on("data", (text: string) => {
                    said += text;
                    if (/^begun$/m.test(said)) resolve();
                });
            }
            child.on("close", () => reject(new Error(`${name} ended before it had begun:\n${said}`)));
        });
        child.stdin.on("error", () => {}); // it has ended; that is told
        const ended = new Promise<Answer>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", (code) => {
                const last = said.trim().split("\n").at(-1) ?? "";
                if (code === 0 && last.startsWith("{")) resolve(JSON.parse(last) as Answer);
                else reject(new Error(`${name} ${args.join(" ")} ended with exit code ${code}:\n${said}`));
            });
        });
        // Whoever waits for it is told; nobody has to.
        for (const promise of [begun, ended]) promise.catch(() => {});
        return { begun, ended, go: () => void child.stdin.write("\n") };
    };
    return { start, run: (...args) => start(...args).ended };
}
