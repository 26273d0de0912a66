// The provisioner and resizer of the default storage class: follows claims and
// volumes, has their file systems made, grown and removed on the nodes.
// volumes.ts says which.
import { setTimeout as pause } from "node:timers/promises";
import { type Api, ApiError, type KubernetesObject } from "./api";
import { quote } from "./channel";
import {
    type Decision,
    growingVolume,
    growthFor,
    storageClass,
    type Unwanted,
    volumeFor,
    volumeToDelete,
} from "./volumes";

/** Runs a command in a node. @throws Error when it fails */
export type OnNode = (node: string, command: string) => Promise<void>;

const CLASSES = "/apis/storage.k8s.io/v1/storageclasses";
const CLAIMS = "/api/v1/persistentvolumeclaims";
const VOLUMES = "/api/v1/persistentvolumes";
const claimPath = ({ namespace = "default", name }: KubernetesObject["metadata"]): string =>
    `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
const AGAIN_MS = 2000;
/** Reasons of events, as Kubernetes' own have them. */
const PROVISIONING_FAILED = "ProvisioningFailed";
const RESIZE_FAILED = "VolumeResizeFailed";
/** On a node. */
const VOLUME = "/bin/bash /host/volume";

/** For what is asked of an object that may be gone meanwhile. */
function whereGone(error: unknown): undefined {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
}

export class Storage {
    /** Work that is under way, by the object's uid, with the object as it was told of last meanwhile. */
    private readonly busy = new Map<string, KubernetesObject | undefined>();
    private readonly stop = new AbortController();

    constructor(
        private readonly api: Api,
        private readonly onNode: OnNode,
    ) {}

    async start(): Promise<void> {
        await this.api.ensure(CLASSES, storageClass);
        // Of a cluster that was made before its volumes could grow.
        const { allowVolumeExpansion } = storageClass;
        await this.api.call("PATCH", `${CLASSES}/${storageClass.metadata.name}`, { allowVolumeExpansion });
        const { signal } = this.stop;
        void this.api.follow(CLAIMS, signal, this.seenClaim);
        void this.api.follow(VOLUMES, signal, this.seenVolume);
    }

    end(): void {
        this.stop.abort();
    }

    private readonly seenClaim = (claim: KubernetesObject): void => {
        const decision = volumeFor(claim);
        const grows = growingVolume(claim);
        if (decision) this.work(claim, () => this.provision(claim, decision), this.seenClaim);
        else if (grows) this.work(claim, () => this.grow(claim), this.seenClaim);
    };

    private readonly seenVolume = (volume: KubernetesObject): void => {
        const wanted = volumeToDelete(volume);
        if (wanted) this.work(volume, () => this.remove(volume, wanted), this.seenVolume);
    };

    /**
     * Does it until it succeeds: a node that is down now may be up later. Doing it for an object that is gone is harmless,
     * and so is doing it twice. What is told of an object meanwhile is looked at afterwards.
     */
    private work(object: KubernetesObject, work: () => Promise<void>, seen: (object: KubernetesObject) => void): void {
        const { uid = "", name } = object.metadata;
        if (this.busy.has(uid)) {
            this.busy.set(uid, object);
            return;
        }
        this.busy.set(uid, undefined);
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
        void attempt().finally(() => {
            const later = this.busy.get(uid);
            this.busy.delete(uid);
            if (later && !signal.aborted) seen(later);
        });
    }

    private async provision(claim: KubernetesObject, decision: Decision): Promise<void> {
        if ("refuse" in decision) {
            await this.warn(claim, PROVISIONING_FAILED, decision.refuse);
            return;
        }
        const { node, bytes, journal, volume } = decision.make;
        try {
            await this.onNode(node, `${VOLUME} make ${quote(volume.metadata.name)} ${bytes} ${journal}`);
        } catch (error) {
            await this.warn(claim, PROVISIONING_FAILED, (error as Error).message);
            throw error;
        }
        await this.api.ensure(VOLUMES, volume);
    }

    /** As the external resizer does: first what is there, then the volume's size, then the claim's. */
    private async grow({ metadata }: KubernetesObject): Promise<void> {
        // As it is now: one that could not have what it asked for may ask for less meanwhile.
        const claim = await this.api.call("GET", claimPath(metadata)).catch(whereGone);
        const volumeName = claim && growingVolume(claim);
        if (claim === undefined || volumeName === undefined) return;
        const volume = await this.api.call("GET", `${VOLUMES}/${volumeName}`);
        const growth = growthFor(claim, volume);
        if (growth === undefined) return;
        try {
            await this.onNode(growth.node, `${VOLUME} grow ${quote(growth.name)} ${growth.bytes}`);
        } catch (error) {
            await this.warn(claim, RESIZE_FAILED, (error as Error).message);
            throw error;
        }
        const capacity = { storage: growth.storage };
        await this.api.call("PATCH", `${VOLUMES}/${volumeName}`, { spec: { capacity } });
        await this.api.call("PATCH", `${claimPath(metadata)}/status`, { status: { capacity, conditions: null } });
    }

    private async remove(volume: KubernetesObject, wanted: Unwanted): Promise<void> {
        await this.onNode(wanted.node, `${VOLUME} remove ${quote(wanted.name)}`);
        await this.api.call("DELETE", `${VOLUMES}/${volume.metadata.name}`).catch(whereGone);
    }

    /** `kubectl describe` of the claim shows it. */
    private async warn(claim: KubernetesObject, reason: string, message: string): Promise<void> {
        const { name, namespace = "default", uid } = claim.metadata;
        const now = new Date().toISOString();
        await this.api.ensure(`/api/v1/namespaces/${namespace}/events`, {
            apiVersion: "v1",
            kind: "Event",
            metadata: { name: `${name}.${uid}.${reason.toLowerCase()}`, namespace },
            involvedObject: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
            reason,
            type: "Warning",
            message,
            source: { component: "embedded-storage" },
            firstTimestamp: now,
            lastTimestamp: now,
            count: 1,
        } as KubernetesObject);
    }
}
