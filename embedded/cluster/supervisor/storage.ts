// The provisioner of the default storage class: follows claims and volumes, has
// their file systems made and removed on the nodes. volumes.ts says which.
import { setTimeout as pause } from "node:timers/promises";
import { type Api, ApiError, type KubernetesObject } from "./api";
import { quote } from "./channel";
import { type Decision, storageClass, type Unwanted, volumeFor, volumeToDelete } from "./volumes";

/** Runs a command in a node. @throws Error when it fails */
export type OnNode = (node: string, command: string) => Promise<void>;

const CLAIMS = "/api/v1/persistentvolumeclaims";
const VOLUMES = "/api/v1/persistentvolumes";
const AGAIN_MS = 2000;
/** On a node. */
const VOLUME = "/bin/bash /host/volume";

export class Storage {
    /** Work that is under way, by the object's uid: an object is told of more often than it needs anything. */
    private readonly busy = new Set<string>();
    private readonly stop = new AbortController();

    constructor(
        private readonly api: Api,
        private readonly onNode: OnNode,
    ) {}

    async start(): Promise<void> {
        await this.api.ensure("/apis/storage.k8s.io/v1/storageclasses", storageClass);
        const { signal } = this.stop;
        void this.api.follow(CLAIMS, signal, (claim) => {
            const decision = volumeFor(claim);
            if (decision) this.work(claim, () => this.provision(claim, decision));
        });
        void this.api.follow(VOLUMES, signal, (volume) => {
            const wanted = volumeToDelete(volume);
            if (wanted) this.work(volume, () => this.remove(volume, wanted));
        });
    }

    end(): void {
        this.stop.abort();
    }

    /** Does it until it succeeds: a node that is down now may be up later. Doing it for an object that is gone is harmless. */
    private work(object: KubernetesObject, work: () => Promise<void>): void {
        const { uid = "", name } = object.metadata;
        if (this.busy.has(uid)) return;
        this.busy.add(uid);
        const { signal } = this.stop;
        const attempt = async (): Promise<void> => {
            while (!signal.aborted) {
                try {
                    return await work();
                } catch (error) {
                    process.stderr.write(`storage: ${name}: ${(error as Error).message}\n`);
                    await pause(AGAIN_MS, undefined, { signal }).catch(() => {});
                }
            }
        };
        void attempt().finally(() => this.busy.delete(uid));
    }

    private async provision(claim: KubernetesObject, decision: Decision): Promise<void> {
        if ("refuse" in decision) {
            await this.warn(claim, decision.refuse);
            return;
        }
        const { node, bytes, journal, volume } = decision.make;
        try {
            await this.onNode(node, `${VOLUME} make ${quote(volume.metadata.name)} ${bytes} ${journal}`);
        } catch (error) {
            await this.warn(claim, (error as Error).message);
            throw error;
        }
        await this.api.ensure(VOLUMES, volume);
    }

    private async remove(volume: KubernetesObject, wanted: Unwanted): Promise<void> {
        await this.onNode(wanted.node, `${VOLUME} remove ${quote(wanted.name)}`);
        try {
            await this.api.call("DELETE", `${VOLUMES}/${volume.metadata.name}`);
        } catch (error) {
            if (!(error instanceof ApiError && error.status === 404)) throw error;
        }
    }

    /** `kubectl describe` of the claim shows it. */
    private async warn(claim: KubernetesObject, message: string): Promise<void> {
        const { name, namespace = "default", uid } = claim.metadata;
        const now = new Date().toISOString();
        await this.api.ensure(`/api/v1/namespaces/${namespace}/events`, {
            apiVersion: "v1",
            kind: "Event",
            metadata: { name: `${name}.${uid}`, namespace },
            involvedObject: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
            reason: "ProvisioningFailed",
            type: "Warning",
            message,
            source: { component: "embedded-storage" },
            firstTimestamp: now,
            lastTimestamp: now,
            count: 1,
        } as KubernetesObject);
    }
}
