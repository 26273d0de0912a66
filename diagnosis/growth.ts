// Whether the volume behind a share has the size that its claim asks for: its
// class makes it larger after Kubernetes has taken the wish, and may fail. Asked
// of the API server and not read as a resource, which would cost each preview.
import { quantityBytes } from "@nfs-storage-stack/contract";
import { log, type Output, runtime } from "@pulumi/pulumi";
import { type ClusterChoice, connect } from "../kube-api";
import { get } from "./read";

/** The parts of a PersistentVolumeClaim that matter here. */
export interface ClaimSizes {
    readonly spec?: { readonly resources?: { readonly requests?: { readonly storage?: string } } };
    readonly status?: { readonly capacity?: { readonly storage?: string } };
}

/**
 * What is to be said of a claim that asks for more than it has; undefined when there is nothing to say. Pure.
 * @param claim `namespace/name`
 */
export function growthWarning(claim: string, { spec, status }: ClaimSizes): string | undefined {
    const asked = spec?.resources?.requests?.storage ?? "";
    const has = status?.capacity?.storage ?? "";
    const [wanted, there] = [quantityBytes(asked), quantityBytes(has)];
    if (wanted === undefined || there === undefined || wanted <= there) return undefined;
    const [namespace, name] = claim.split("/");
    return (
        `the volume behind the share has ${has}, and is to have ${asked}: it is still growing, or it can't. ` +
        `kubectl describe pvc --namespace ${namespace} ${name} says which`
    );
}

/**
 * Looks once `after` is known, by when most have grown, and warns.
 * @param claim `namespace/name`
 */
export function warnOfGrowth(cluster: ClusterChoice, claim: Output<string>, after: Output<unknown>): void {
    if (runtime.isDryRun()) return;
    after.apply(() => claim.apply((of) => look(cluster, of)));
}

/** What can't be read is left out: everything is up. */
async function look(cluster: ClusterChoice, claim: string): Promise<void> {
    const [namespace, name] = claim.split("/");
    try {
        const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
        const text = await get(await connect(cluster), path);
        const warning = text === undefined ? undefined : growthWarning(claim, JSON.parse(text));
        if (warning !== undefined) await log.warn(warning);
    } catch (error) {
        await log.info(`whether the volume behind the share has grown could not be read: ${(error as Error).message}`);
    }
}
