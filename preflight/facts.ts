// What a cluster says about itself, as far as the stack needs to know it before
// anything is made; and what the stack wants of it. Pure: read.ts asks for
// these objects, judge.ts compares the two.
import { labels, PART_OF } from "@nfs-storage-stack/contract";
import type { Placement } from "../components/placement";

/** What could be read, or why it could not. */
export type Known<T> = { readonly value: T } | { readonly unread: string };

export interface NodeFacts {
    readonly name: string;
    /** The addresses inside the cluster's network, of one or both families. */
    readonly addresses: readonly string[];
    /** Such as linux/amd64. */
    readonly platform: string;
    readonly osImage: string;
    /** Whether a pod without tolerations may ever be put there. */
    readonly takesPods: boolean;
    /** Why none is at present, although pods may be put there. */
    readonly away?: "cordoned" | "not ready";
    /** Of its pods, where Kubernetes itself hands these networks out. */
    readonly podNetworks: readonly string[];
    /** Of the cloud that runs it, such as gce; empty when none does. */
    readonly cloud: string;
}

export interface StorageClassFacts {
    readonly name: string;
    readonly isDefault: boolean;
    /** Whether Kubernetes lets claims of it ask for more later. */
    readonly grows: boolean;
}

/** Something that the stack makes or reads, and whether these credentials may. */
export interface RightFacts {
    /** As Kubernetes names it, such as create. */
    readonly verb: string;
    /** Of the API, such as scheduling.k8s.io. @default the core's */
    readonly group?: string;
    /** Such as persistentvolumes. */
    readonly resource: string;
    /** @default any */
    readonly name?: string;
    readonly allowed: boolean;
}

export interface ObjectName {
    readonly namespace: string;
    readonly name: string;
}

/** What the stack calls its things, as far as something else may be there under that name. */
export interface StackNames {
    readonly namespaces: readonly string[];
    /** Behind the share. */
    readonly serverClaim: ObjectName;
    /** Of the claim, and of the volume that is its pair. */
    readonly pair: ObjectName;
}

/** A namespace that is being deleted. */
export interface EndingNamespace {
    readonly name: string;
    /** What holds it, in Kubernetes's own words; empty when nothing does. */
    readonly held: string;
}

export interface VolumeFacts {
    /** Whom it is for. */
    readonly claim?: ObjectName & { readonly uid?: string };
    readonly labels: Readonly<Record<string, string>>;
    /** What it is mounted from; undefined for one that is not NFS. */
    readonly source?: ShareSource;
    readonly ending: boolean;
}

/** What a volume of NFS is mounted from. */
export interface ShareSource {
    readonly server: string;
    readonly path: string;
}

export interface ClaimFacts {
    readonly uid: string;
    /** The volume that it asks for, or has. */
    readonly volume?: string;
    readonly className?: string;
    /** What it asks for, and what it has; undefined before it is bound. Sizes as Kubernetes writes them. */
    readonly requested?: string;
    readonly capacity?: string;
    readonly ending: boolean;
}

export interface TakenFacts {
    readonly ending: readonly Known<EndingNamespace | undefined>[];
    readonly volume: Known<VolumeFacts | undefined>;
    readonly claim: Known<ClaimFacts | undefined>;
    /** Pods that use the claim and are not the stack's, by name. */
    readonly users: Known<readonly string[]>;
    /** Behind the share. */
    readonly serverClaim: Known<ClaimFacts | undefined>;
}

export interface Facts {
    readonly nodes: Known<readonly NodeFacts[]>;
    readonly storageClasses: Known<readonly StorageClassFacts[]>;
    readonly rights: readonly Known<RightFacts>[];
    /** What is there under the stack's names. */
    readonly taken: TakenFacts;
}

export interface Wants {
    readonly placement: Placement;
    /** Whether nothing is made this time. */
    readonly preview: boolean;
    /** Of the volume; what is undefined is left to the cluster. */
    readonly source: Partial<ShareSource>;
    /** Of the share, as Kubernetes writes sizes. */
    readonly capacity: string;
    /** Undefined where images exist already. */
    readonly build?: {
        readonly platform?: string;
        /** Of this machine, which is what an engine on it builds for when nothing else is said. */
        readonly machine: string;
    };
    /** Undefined where somebody else runs the server. */
    readonly server?: {
        readonly clientNetworks: readonly string[];
        /** Undefined where the volume behind the share is one that was kept. */
        readonly storage?: { readonly className?: string };
    };
}

/** A JSON object as the API server sends it. */
// biome-ignore lint/suspicious/noExplicitAny: objects of several kinds, of which a few fields are looked at
type Obj = { readonly [key: string]: any };

/** The kubelet and the cloud put these on a node and take them away again. */
const PASSING = /^(node\.kubernetes\.io|node\.cloudprovider\.kubernetes\.io)\//;
const KEEPS_OUT = new Set(["NoSchedule", "NoExecute"]);

export function nodeFacts({ metadata, spec = {}, status = {} }: Obj): NodeFacts {
    const taints: Obj[] = (spec.taints ?? []).filter(({ effect }: Obj) => KEEPS_OUT.has(effect));
    const { nodeInfo = {} } = status;
    const ready = (status.conditions ?? []).some((one: Obj) => one.type === "Ready" && one.status === "True");
    return {
        name: metadata.name,
        addresses: (status.addresses ?? []).flatMap(({ type, address }: Obj) =>
            type === "InternalIP" ? [address] : [],
        ),
        platform: `${nodeInfo.operatingSystem ?? ""}/${nodeInfo.architecture ?? ""}`,
        osImage: nodeInfo.osImage ?? "",
        takesPods: nodeInfo.operatingSystem === "linux" && taints.every(({ key }) => PASSING.test(key)),
        ...(spec.unschedulable ? { away: "cordoned" as const } : ready ? {} : { away: "not ready" as const }),
        podNetworks: spec.podCIDRs ?? (spec.podCIDR ? [spec.podCIDR] : []),
        cloud: String(spec.providerID ?? "").split("://")[0] ?? "",
    };
}

const DEFAULT_CLASS = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
];

export function storageClassFacts({ metadata, allowVolumeExpansion }: Obj): StorageClassFacts {
    const isDefault = DEFAULT_CLASS.some((annotation) => metadata.annotations?.[annotation] === "true");
    return { name: metadata.name, isDefault, grows: allowVolumeExpansion === true };
}

/** Undefined for one that stays. */
export function endingNamespace({ metadata, status = {} }: Obj): EndingNamespace | undefined {
    if (metadata.deletionTimestamp === undefined) return undefined;
    const said = (status.conditions ?? []).filter((one: Obj) => one.status === "True" && one.message);
    // What has finalizers is what remains: said once, with what to look for.
    const finalizers = said.filter((one: Obj) => one.type === "NamespaceFinalizersRemaining");
    const held = (finalizers.length > 0 ? finalizers : said).map((one: Obj) => String(one.message));
    return { name: metadata.name, held: held.join("; ") };
}

export function volumeFacts({ metadata, spec = {} }: Obj): VolumeFacts {
    const { namespace, name, uid } = spec.claimRef ?? {};
    return {
        ...(spec.claimRef && { claim: { namespace, name, ...(uid && { uid }) } }),
        labels: metadata.labels ?? {},
        ...(spec.nfs && { source: { server: spec.nfs.server, path: spec.nfs.path } }),
        ending: metadata.deletionTimestamp !== undefined,
    };
}

/** Its name, where it uses the claim and lives; undefined for others, and for those of stacks of this kind. */
export function claimUser({ metadata, spec = {}, status = {} }: Obj, claim: string): string | undefined {
    const uses = (spec.volumes ?? []).some((volume: Obj) => volume.persistentVolumeClaim?.claimName === claim);
    const isOver = ["Succeeded", "Failed"].includes(status.phase);
    return uses && !isOver && metadata.labels?.[labels.partOf] !== PART_OF ? metadata.name : undefined;
}

export function claimFacts({ metadata, spec = {}, status = {} }: Obj): ClaimFacts {
    const [requested, capacity] = [spec.resources?.requests?.storage, status.capacity?.storage];
    return {
        uid: metadata.uid,
        ...(spec.volumeName && { volume: spec.volumeName }),
        ...(spec.storageClassName && { className: spec.storageClassName }),
        ...(requested && { requested }),
        ...(capacity && { capacity }),
        ending: metadata.deletionTimestamp !== undefined,
    };
}
