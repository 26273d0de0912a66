// Whether the volume behind a share has the size that its claim asks for: its
// class makes it larger after Kubernetes has taken the wish, and may fail.
import { quantityBytes } from "@nfs-storage-stack/contract";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** What is to be said of a claim that asks for more than it has; undefined when there is nothing to say. Pure. */
export function growthWarning(claim: string, asked = "", has = ""): string | undefined {
    const [wanted, there] = [quantityBytes(asked), quantityBytes(has)];
    if (wanted === undefined || there === undefined || wanted <= there) return undefined;
    const [namespace, name] = claim.split("/");
    return (
        `the volume behind the share has ${has}, and is to have ${asked}: it is still growing, or it can't. ` +
        `kubectl describe pvc --namespace ${namespace} ${name} says which`
    );
}

/** Looks at the claim once everything in `after` is ready, by when most have grown, and warns. */
export function warnOfGrowth(
    name: string,
    claim: pulumi.Output<string>,
    after: readonly pulumi.CustomResource[],
    parent: pulumi.Resource,
): void {
    // Unknown until all of them exist, so that a first preview does not look for what is not there.
    const id = pulumi.all([claim, ...after.map((resource) => resource.id)]).apply(([of]) => of ?? "");
    const now = k8s.core.v1.PersistentVolumeClaim.get(name, id, { parent, dependsOn: [...after] });
    pulumi.all([id, now.spec, now.status]).apply(([of, spec, status]) => {
        const warning = growthWarning(of, spec?.resources?.requests?.storage, status?.capacity?.storage);
        if (warning !== undefined) void pulumi.log.warn(warning, now);
    });
}
