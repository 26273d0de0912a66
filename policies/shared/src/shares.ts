// Which container has which share mounted, whatever kind of volume is between:
// claims are followed to their volumes, as far as the stack has them (binding.ts).
// nfs.ts reads the single objects, places.ts says which shares are one.
import { claimNamed, Volumes } from "./binding";
import { claimsOf, claimTemplatesOf, type DeclaredClaim, volumeNameOf } from "./claims";
import { Elsewhere, Variables } from "./expansion";
import type { Unjudged } from "./findings";
import { ofClass } from "./mount-options";
import { either, flagAt, isNfsClass, isPersistentVolume, isReadOnly, nfsOfVolume, nfsSource, podVolumes } from "./nfs";
import { attributeAt } from "./nfs-driver";
import { isAnything, type KubernetesObject, nameOf, namespaceOf, titleOf } from "./objects";
import { type Place, Services } from "./places";
import { at, listAt, type Maybe, saidAt, textAt, UNKNOWN } from "./plain";
import { classOf, isAnswered, isDefaultClass } from "./storage-class";
import { type Container, containersOf, podSpec, unknownContainers } from "./workloads";

export * from "./nfs";

/** A container's mount of a share that pods on different nodes have in common. */
export interface ShareMount {
    workload: KubernetesObject;
    container: Container;
    mountPath: Maybe<string>;
    readOnly: Maybe<boolean>;
    /** For messages. */
    title: string;
    place: Place;
    /** Of a template: each pod has one of its own. */
    ofOnePod: boolean;
}

export interface Shares {
    mounts: ShareMount[];
    /** Of workloads of which it is not known yet what they mount. */
    open: Unjudged[];
}

type Share = Pick<ShareMount, "title" | "place" | "readOnly" | "ofOnePod">;

export function sharesOf(objects: readonly KubernetesObject[]): Shares {
    const claims = new Claims(objects);
    const shares: Shares = { mounts: [], open: objects.filter(isAnything).map(ofAnything) };
    for (const workload of objects.filter((object) => podSpec(object) !== undefined)) {
        const { byName, unknown } = volumesOf(workload, claims);
        unknown.push(...unknownContainers(workload));
        for (const container of containersOf(workload)) {
            const mounts = listAt(container.value, "volumeMounts");
            const isOpen = mounts === UNKNOWN || mounts.some((mount) => textAt(mount, "name") === UNKNOWN);
            if (isOpen) unknown.push(`${container.path}.volumeMounts`);
            for (const mount of mounts === UNKNOWN ? [] : mounts) {
                const mounted = byName.get(textAt(mount, "name")) ?? [];
                shares.mounts.push(...mounted.map((share) => mountOf(workload, container, mount, share)));
            }
        }
        if (unknown.length > 0) shares.open.push({ urn: workload.urn, subject: titleOf(workload), unknown });
    }
    return shares;
}

/** It may be a workload. */
const ofAnything = (object: KubernetesObject): Unjudged => ({
    urn: object.urn,
    subject: titleOf(object),
    unknown: ["what is in it"],
});

function mountOf(workload: KubernetesObject, container: Container, mount: unknown, share: Share): ShareMount {
    const { folder, isWritten } = folderOf(container, mount);
    return {
        workload,
        container,
        mountPath: textAt(mount, "mountPath") ?? "",
        readOnly: either(flagAt(mount, "readOnly"), share.readOnly),
        title: folder === "" || folder === UNKNOWN ? share.title : `${share.title}, folder ${folder}`,
        place: { ...share.place, folder, isWritten },
        ofOnePod: share.ofOnePod,
    };
}

/** Of a `subPathExpr` with variables from elsewhere the text: of equal pods it is equal. */
function folderOf(container: Container, mount: unknown): Pick<Place, "folder" | "isWritten"> {
    const written = saidAt(mount, "subPathExpr");
    if (written === undefined) return { folder: saidAt(mount, "subPath") ?? "", isWritten: false };
    const expanded = new Variables(container.value).expand(written);
    const isWritten = expanded instanceof Elsewhere;
    return { folder: isWritten ? String(written) : expanded, isWritten };
}

/** The shares among a workload's volumes, by the volume's name. A set has one of a template for each of its pods. */
function volumesOf(workload: KubernetesObject, claims: Claims) {
    const byName = new Map<unknown, Share[]>();
    const unknown: string[] = [];
    const add = (name: unknown, path: string, shares: Maybe<Share[]>): void => {
        // A share whose volume has no name yet may be mounted by any mount.
        if (shares === UNKNOWN || (name === UNKNOWN && shares.length > 0)) unknown.push(path);
        else byName.set(name, shares);
    };
    for (const { value, path } of podVolumes(workload)) {
        const source = nfsSource(value, path);
        const name = textAt(value, "name");
        const claim = textAt(value, "persistentVolumeClaim", "claimName");
        if (value === UNKNOWN || source === UNKNOWN) {
            unknown.push(path);
        } else if (source !== undefined) {
            const { server, path: folder, serverAt, readOnly } = source;
            const isOpen = server === UNKNOWN || folder === UNKNOWN;
            const share = claims.shareOfExport(`${workload.urn} ${path}`, server, folder, readOnly);
            add(name, serverAt, isOpen ? UNKNOWN : [share]);
        } else if (claim !== undefined) {
            const shares = claim === UNKNOWN ? UNKNOWN : claims.named(namespaceOf(workload), claim);
            const own = flagAt(value, "persistentVolumeClaim", "readOnly");
            const mounted: Maybe<Share[]> =
                shares === UNKNOWN ? UNKNOWN : shares.map((one) => ({ ...one, readOnly: either(one.readOnly, own) }));
            add(name, `${path}.persistentVolumeClaim`, mounted);
        }
    }
    const made = claimsOf([workload]);
    for (const template of claimTemplatesOf(workload)) {
        // Said already, of the volume.
        if (unknown.some((path) => template.path.startsWith(`${path}.`))) continue;
        const ofPods = made.filter(({ path }) => path === template.path);
        // A set that is scaled to nothing has no claim yet, but pods to come, and they mount what the template says.
        const ofTemplate = ofPods.length > 0 ? ofPods : [template];
        const name = template.path.includes(".ephemeral.")
            ? volumeNameOf(workload, template.path)
            : textAt(template.value, "metadata", "name");
        add(name, template.path, claims.ofTemplate(template, ofTemplate));
    }
    return { byName, unknown };
}

/** What a volume's source names, in tree or of a driver other than NFS's; undefined where it names nothing. */
function foreignSource(volume: KubernetesObject): Pick<Place, "through" | "driver"> | undefined {
    const spec = at(volume.value, "spec");
    const kind = SOURCES.find((one) => at(spec, one) !== undefined);
    const source = kind && at(spec, kind);
    if (kind === undefined || source === undefined) return undefined;
    const [driver, handle] = [textAt(source, "driver"), textAt(source, "volumeHandle")];
    if (kind === "csi") {
        const isOpen = typeof driver !== "string" || typeof handle !== "string";
        return { driver: String(driver), through: isOpen ? volume.urn : `${driver} ${handle}` };
    }
    return { driver: kind, through: `${kind} ${JSON.stringify(at(source, "path") ?? source)}` };
}

/** Of PersistentVolumes, what pods of several nodes can mount (PersistentVolumeSource of Kubernetes 1.35). */
const SOURCES = [
    "csi",
    "azureFile",
    "cephfs",
    "flexVolume",
    "glusterfs",
    "hostPath",
    "local",
    "portworxVolume",
    "quobyte",
];

/** The claims of a stack, with the volumes that they have. */
class Claims {
    private readonly declared: readonly DeclaredClaim[];
    private readonly volumes: Volumes;
    private readonly nfsClasses: Map<unknown, KubernetesObject>;
    private readonly hasNfsVolumes: boolean;
    private readonly services: Services;

    constructor(objects: readonly KubernetesObject[]) {
        this.declared = claimsOf(objects);
        this.volumes = new Volumes(objects);
        this.nfsClasses = new Map(
            objects
                .filter((one) => isNfsClass(one) !== false)
                .map((one) => [isNfsClass(one) === true ? nameOf(one) : UNKNOWN, one]),
        );
        this.services = new Services(objects);
        this.hasNfsVolumes = objects.some((one) => isPersistentVolume(one) && nfsOfVolume(one) !== undefined);
    }

    /** Empty for a claim that only pods of one node can have, or that the stack says nothing of. */
    named(namespace: Maybe<string>, name: string): Maybe<Share[]> {
        const claim = claimNamed(this.declared, namespace, name);
        if (namespace === UNKNOWN || claim === UNKNOWN) return UNKNOWN;
        const title = `the claim ${namespace}/${name}`;
        const share = this.share(claim, this.volumes.of(claim, namespace, name), title);
        return share === UNKNOWN ? UNKNOWN : share === undefined ? [] : [share];
    }

    /** Of the template itself where none of its claims has a volume in the stack. */
    ofTemplate(template: DeclaredClaim, claims: readonly DeclaredClaim[]): Maybe<Share[]> {
        const shares = claims.flatMap((claim) => {
            const { namespace, name } = claim;
            // Others may mount it by that name, too.
            if (typeof name === "string") return this.named(namespace, name);
            // It may be one that is there: as claimsOf found out, which had all objects before it.
            const open = this.declared.find(({ urn, path }) => urn === claim.urn && path === claim.path) ?? claim;
            return this.share(open, this.volumes.of(open, namespace, name), template.title) ?? [];
        });
        if (shares.includes(UNKNOWN)) return UNKNOWN;
        return shares.flatMap((share) => (share === UNKNOWN ? [] : [{ ...share, ofOnePod: true }]));
    }

    private share(
        claim: DeclaredClaim | undefined,
        volume: Maybe<KubernetesObject> | undefined,
        title: string,
    ): Maybe<Share> | undefined {
        const source = volume === undefined || volume === UNKNOWN ? volume : nfsOfVolume(volume);
        if (volume !== undefined && volume !== UNKNOWN && source !== undefined && source !== UNKNOWN) {
            const share = this.shareOfExport(volume.urn, source.server, source.path, source.readOnly);
            const isNamed = source.server !== UNKNOWN && source.path !== UNKNOWN;
            return isNamed ? share : { ...share, title: `the volume ${String(nameOf(volume))}` };
        }
        if (volume !== UNKNOWN && source === UNKNOWN) return UNKNOWN;
        const shared = claim !== undefined && this.isShared(claim.value);
        // It may turn out to be bound to one of the stack's volumes of NFS.
        if (volume === UNKNOWN && this.hasNfsVolumes) {
            return shared === true
                ? {
                      title,
                      place: { through: title, server: UNKNOWN, path: UNKNOWN, folder: "" },
                      readOnly: UNKNOWN,
                      ofOnePod: false,
                  }
                : UNKNOWN;
        }
        if (shared === UNKNOWN) return UNKNOWN;
        if (!shared) return undefined;
        const foreign = volume === undefined || volume === UNKNOWN ? undefined : foreignSource(volume);
        const place = { through: title, server: title, path: "", folder: "", ...foreign };
        const ofClass = this.ofClass(claim, title);
        return { title, place: ofClass?.place ?? place, readOnly: ofClass?.readOnly ?? false, ofOnePod: false };
    }

    /** A class of the driver for NFS gives each claim a folder of its own, unless its `subDir` is the same for all. */
    private ofClass(claim: DeclaredClaim | undefined, title: string): Pick<Share, "place" | "readOnly"> | undefined {
        const name = claim && classOf(claim.value);
        const made = typeof name === "string" ? this.nfsClasses.get(name) : undefined;
        if (made === undefined) return undefined;
        const parameters = at(made.value, "parameters");
        const [server, share, folder] = ["server", "share", "subDir"].map((key) => attributeAt(parameters, key));
        const isCommon = typeof folder === "string" && folder !== "" && !folder.includes("${");
        const { place } = this.shareOfExport(isCommon ? `the class ${String(name)}` : title, server, share, false);
        const path = isCommon && place.path !== UNKNOWN ? `${place.path}/${folder}` : place.path;
        return {
            place: { ...place, path, ...(!isCommon && { own: title }) },
            readOnly: isReadOnly(ofClass(made.value)),
        };
    }

    shareOfExport(
        through: string,
        server: Maybe<string> | undefined,
        path: Maybe<string> | undefined,
        readOnly: Maybe<boolean>,
    ): Share {
        const isKnown = server !== UNKNOWN && path !== UNKNOWN;
        return {
            title: isKnown ? `the NFS export ${server ?? ""}:${path ?? ""}` : "an NFS export that is not known yet",
            place: {
                through,
                server: typeof server === "string" ? this.services.server(server) : (server ?? ""),
                path: path ?? "",
                folder: "",
            },
            readOnly,
            ofOnePod: false,
        };
    }

    /** Asked for as what pods of several nodes write to, or made by the CSI driver for NFS. */
    private isShared(value: unknown): Maybe<boolean> {
        const modes = listAt(value, "spec", "accessModes");
        if (modes !== UNKNOWN && modes.includes("ReadWriteMany")) return true;
        const storageClass = classOf(value);
        if (typeof storageClass === "string" && this.nfsClasses.has(storageClass)) return true;
        // The API server puts in the default class, which may be one of the stack's.
        const isLeft = storageClass === undefined && !isAnswered(value);
        const defaults = isLeft ? [...this.nfsClasses.values()].map(isDefaultClass) : [];
        if (defaults.includes(true)) return true;
        const isOpen =
            modes === UNKNOWN ||
            modes.includes(UNKNOWN) ||
            defaults.includes(UNKNOWN) ||
            (storageClass === UNKNOWN && this.nfsClasses.size > 0);
        return isOpen || (storageClass !== "" && this.nfsClasses.has(UNKNOWN)) ? UNKNOWN : false;
    }
}
