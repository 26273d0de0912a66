// Which container has which share mounted, whatever kind of volume is between:
// claims are followed to their volumes, as far as the stack has them. nfs.ts
// reads the single objects.

import { isClaimObject } from "./claims";
import type { Unjudged } from "./findings";
import { flagAt, isNfsClass, isPersistentVolume, nfsOfVolume, nfsSource, podVolumes } from "./nfs";
import { type KubernetesObject, nameOf, namespaceOf, titleOf } from "./objects";
import { at, listAt, type Maybe, same, textAt, UNKNOWN } from "./plain";
import { type Container, containersOf, podSpec, unknownContainers } from "./workloads";

export * from "./nfs";

/** A container's mount of a share that pods on different nodes have in common. */
export interface ShareMount {
    workload: KubernetesObject;
    container: Container;
    mountPath: Maybe<string>;
    readOnly: Maybe<boolean>;
    /** The same for all mounts of one share: its export, or else its claim. */
    share: string;
    /** Of a StatefulSet's template: each pod has one of its own. */
    ofOnePod: boolean;
}

export interface Shares {
    mounts: ShareMount[];
    /** Of workloads of which it is not known yet what they mount. */
    open: Unjudged[];
}

interface Share {
    name: string;
    readOnly: Maybe<boolean>;
    ofOnePod: boolean;
}

export function sharesOf(objects: readonly KubernetesObject[]): Shares {
    const claims = new Claims(objects);
    const shares: Shares = { mounts: [], open: [] };
    for (const workload of objects.filter((object) => podSpec(object) !== undefined)) {
        const { byName, unknown } = volumesOf(workload, claims);
        unknown.push(...unknownContainers(workload));
        for (const container of containersOf(workload)) {
            const mounts = listAt(container.value, "volumeMounts");
            if (mounts === UNKNOWN) unknown.push(`${container.path}.volumeMounts`);
            for (const mount of mounts === UNKNOWN ? [] : mounts) {
                const share = byName.get(textAt(mount, "name"));
                if (share) shares.mounts.push(mountOf(workload, container, mount, share));
            }
        }
        if (unknown.length > 0) shares.open.push({ urn: workload.urn, subject: titleOf(workload), unknown });
    }
    return shares;
}

function mountOf(workload: KubernetesObject, container: Container, mount: unknown, share: Share): ShareMount {
    const own = flagAt(mount, "readOnly");
    return {
        workload,
        container,
        mountPath: textAt(mount, "mountPath") ?? "",
        readOnly: either(own, share.readOnly),
        share: share.name,
        ofOnePod: share.ofOnePod,
    };
}

/** True when one is; unknown when it may be. */
const either = (a: Maybe<boolean>, b: Maybe<boolean>): Maybe<boolean> =>
    a === true || b === true ? true : a === UNKNOWN || b === UNKNOWN ? UNKNOWN : false;

/** The shares among a workload's volumes, by the volume's name. */
function volumesOf(workload: KubernetesObject, claims: Claims) {
    const byName = new Map<unknown, Share>();
    const unknown: string[] = [];
    for (const { value, path } of podVolumes(workload)) {
        const source = nfsSource(value, path);
        if (value === UNKNOWN || source === UNKNOWN) {
            unknown.push(path);
            continue;
        }
        if (source !== undefined) {
            const name = exportName(source.server, source.path);
            if (name === UNKNOWN) unknown.push(source.serverAt);
            else byName.set(textAt(value, "name"), { name, readOnly: source.readOnly, ofOnePod: false });
            continue;
        }
        const claim = textAt(value, "persistentVolumeClaim", "claimName");
        if (claim === undefined) continue;
        const share = claim === UNKNOWN ? UNKNOWN : claims.share(namespaceOf(workload), claim);
        if (share === UNKNOWN) {
            unknown.push(`${path}.persistentVolumeClaim`);
        } else if (share) {
            const readOnly = either(share.readOnly, flagAt(value, "persistentVolumeClaim", "readOnly"));
            byName.set(textAt(value, "name"), { ...share, readOnly });
        }
    }
    const templates = listAt(workload.value, "spec", "volumeClaimTemplates");
    for (const template of templates === UNKNOWN ? [] : templates) {
        if (!claims.isShared(at(template, "spec"))) continue;
        const name = textAt(template, "metadata", "name");
        byName.set(name, { name: `the claims of ${titleOf(workload)}`, readOnly: false, ofOnePod: true });
    }
    return { byName, unknown };
}

function exportName(server: Maybe<string> | undefined, path: Maybe<string> | undefined): Maybe<string> {
    return server === UNKNOWN || path === UNKNOWN ? UNKNOWN : `the NFS export ${server ?? ""}:${path ?? ""}`;
}

/** The claims of a stack, with the volumes that they have. */
class Claims {
    private readonly volumes: KubernetesObject[];
    private readonly claims: KubernetesObject[];
    private readonly nfsClasses: Set<unknown>;

    constructor(objects: readonly KubernetesObject[]) {
        this.volumes = objects.filter(isPersistentVolume);
        this.claims = objects.filter(isClaimObject);
        this.nfsClasses = new Set(objects.filter(isNfsClass).map(nameOf));
    }

    /** undefined for a claim that only pods of one node can have, or that the stack says nothing of. */
    share(namespace: Maybe<string>, name: string): Maybe<Share> | undefined {
        if (namespace === UNKNOWN) return UNKNOWN;
        const claim = this.claims.find((one) => namespaceOf(one) === namespace && nameOf(one) === name);
        const volume = this.volumes.find(
            (one) =>
                (claim !== undefined && same(textAt(claim.value, "spec", "volumeName"), nameOf(one))) ||
                (textAt(one.value, "spec", "claimRef", "namespace") === namespace &&
                    textAt(one.value, "spec", "claimRef", "name") === name),
        );
        const source = volume && nfsOfVolume(volume);
        if (source === UNKNOWN) return UNKNOWN;
        if (volume && source) {
            const found = exportName(source.server, source.path);
            const options = listAt(volume.value, "spec", "mountOptions");
            const readOnly = either(source.readOnly, options === UNKNOWN ? UNKNOWN : options.includes("ro"));
            // The pair tells a share apart, too, while the server's address is not known.
            const shareName = found === UNKNOWN ? `the volume ${String(nameOf(volume))}` : found;
            return { name: shareName, readOnly, ofOnePod: false };
        }
        const shared = claim !== undefined && this.isShared(at(claim.value, "spec"));
        return shared ? { name: `the claim ${namespace}/${name}`, readOnly: false, ofOnePod: false } : undefined;
    }

    /** Asked for as what pods of several nodes write to, or made by the CSI driver for NFS. */
    isShared(spec: unknown): boolean {
        const modes = listAt(spec, "accessModes");
        const wide = modes !== UNKNOWN && modes.includes("ReadWriteMany");
        const storageClass = textAt(spec, "storageClassName");
        return wide || (typeof storageClass === "string" && this.nfsClasses.has(storageClass));
    }
}
