// Where the delay is measured: the stack's own reader, and beside it on the same
// node what delay-objects.ts adds; and how they are asked.
import { setTimeout as pause } from "node:timers/promises";
import { clientPod, ReaderStatus } from "@nfs-storage-stack/contract";
import type { Stack } from "../commands/stack";
import { added, idleProcess, plainReader, plainVolume, readersOf } from "./delay-objects";
import { type Kubectl, kubectlOn } from "./kubectl";
import { type Manifest, manifestsOf } from "./manifests";
import { type Use, usesOf } from "./node-use";

const PATIENCE_MS = 90_000;
const LOOK_AGAIN_MS = 500;

export interface Pod {
    name: string;
    node: string;
    /** Of its container. */
    id: string;
}

/** The readers and the idle process, on one cluster. */
export class Scene {
    private readonly namespace: string;
    private readonly deployment: string;
    private readonly selector: string;

    private constructor(
        private readonly cluster: string,
        private readonly kubectl: Kubectl,
        private readonly manifests: readonly Manifest[],
    ) {
        const { metadata, spec } = readersOf(manifests);
        this.namespace = metadata.namespace ?? "default";
        this.deployment = `deployment/${metadata.name}`;
        const { matchLabels } = (spec as { selector: unknown }).selector as { matchLabels: Record<string, string> };
        this.selector = Object.entries(matchLabels)
            .map(([label, value]) => `${label}=${value}`)
            .join(",");
    }

    static async on(cluster: string, stack: Stack): Promise<Scene> {
        const manifests = await manifestsOf(stack);
        const scene = new Scene(cluster, await kubectlOn(stack), manifests);
        await scene.kubectl(["apply", "-f", "-"], plainVolume(manifests));
        const { node } = await scene.ours();
        await scene.kubectl(["apply", "-f", "-"], [idleProcess(manifests, node)]);
        return scene;
    }

    /** Readers that know nothing of what was before. */
    async freshReaders(): Promise<{ ours: Pod; plain: Pod }> {
        const before = await this.ours();
        const gone = ["delete", "-n", this.namespace, "--ignore-not-found", "--wait=true"];
        await this.kubectl([...gone, "pod", before.name, added.plain]);
        await this.kubectl(["apply", "-f", "-"], [plainReader(this.manifests)]);
        await this.kubectl(["rollout", "status", "-n", this.namespace, this.deployment, "--timeout=90s"]);
        // It need not become ready: with these options it may see the document change too late for that.
        await this.until(async () => (await this.status(added.plain)).delayMs !== null);
        await this.until(async () => (await this.status((await this.ours()).name)).delayMs !== null);
        const [ours, plain] = [await this.ours(), await this.pod(added.plain)];
        if (ours.node !== plain.node) throw new Error(`the readers are on ${ours.node} and ${plain.node}, not on one`);
        return { ours, plain };
    }

    /** The stack's own reader. */
    private async ours(): Promise<Pod> {
        return this.pod("-l", this.selector);
    }

    async pod(...which: string[]): Promise<Pod> {
        const found = JSON.parse(await this.kubectl(["get", "pod", "-n", this.namespace, "-o", "json", ...which]));
        const { metadata, spec, status } = found.items ? found.items[0] : found;
        const id = String(status.containerStatuses?.[0]?.containerID ?? "").replace("containerd://", "");
        return { name: metadata.name, node: spec.nodeName, id };
    }

    status = async (pod: string): Promise<ReaderStatus> =>
        ReaderStatus.parse(JSON.parse(await this.ask(pod, "status.json")));
    metrics = (pod: string): Promise<string> => this.ask(pod, "metrics");
    private ask(pod: string, path: string): Promise<string> {
        const where = `/api/v1/namespaces/${this.namespace}/pods/${pod}:${clientPod.httpPort}/proxy/${path}`;
        return this.kubectl(["get", "--raw", where]);
    }

    uses = async (pods: readonly Pod[]): Promise<Use[]> =>
        usesOf(
            this.cluster,
            pods[0]?.node ?? "",
            pods.map(({ id }) => id),
        );

    /** Seconds of the processor for HASHED_MEBIBYTES. */
    async hashed(): Promise<number> {
        const said = await this.kubectl(["logs", "-n", this.namespace, added.idle]);
        return Number(/hashed in ([\d.]+) s/.exec(said)?.[1]);
    }

    private async until(works: () => Promise<boolean>): Promise<void> {
        for (const end = performance.now() + PATIENCE_MS; !(await works().catch(() => false)); ) {
            if (performance.now() > end) throw new Error(`a reader measured nothing within ${PATIENCE_MS / 1000} s`);
            await pause(LOOK_AGAIN_MS);
        }
    }
}
