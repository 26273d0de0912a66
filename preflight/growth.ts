// Whether the volume behind the share can get the size that is configured, as
// Kubernetes decides it for a claim (ValidatePersistentVolumeClaimUpdate and the
// admission plugin PersistentVolumeClaimResize of 1.35). Pure.
import { quantityBytes, quantityOf } from "@nfs-storage-stack/contract";
import { shellWord } from "../settings/shown";
import type { ClaimFacts, Facts, ObjectName, StackNames, StorageClassFacts, Wants } from "./facts";
import { type Finding, listed, ofSetting } from "./finding";

const MOST_NAMED = 3;
const MIB = 1024 ** 2;
const bytes = (size: string | undefined): bigint => quantityBytes(size ?? "0") ?? 0n;

export const changesSize = ({ requested }: ClaimFacts, wanted: string): boolean =>
    requested !== undefined && bytes(requested) !== bytes(wanted);

/** Of a claim that asks for another size than the one that is wanted. */
export function growth(
    at: ObjectName,
    { requested = "", capacity, className, volume }: ClaimFacts,
    wanted: string,
    classes: readonly StorageClassFacts[],
): Finding[] {
    const claim = `claim ${at.namespace}/${at.name} behind the share`;
    if (bytes(wanted) < bytes(requested)) {
        // What was asked for and never came may be asked for less, but not for what is there.
        if (capacity !== undefined && bytes(wanted) > bytes(capacity)) return [];
        if (capacity !== undefined && bytes(requested) > bytes(capacity)) {
            const allowed = `${claim} has ${capacity} and asks for ${requested}, which has not come: Kubernetes lets it ask for less only above what it has`;
            const example = quantityOf(Number(bytes(capacity)) + MIB);
            return [ofSetting({ key: "capacity", given: wanted, allowed, example })];
        }
        const allowed = `${claim} has ${capacity ?? requested}, and Kubernetes makes no volume smaller. For less room make another stack, and copy the data`;
        return [ofSetting({ key: "capacity", given: wanted, allowed, example: requested })];
    }
    if (volume === undefined || capacity === undefined) {
        const allowed = `${claim} asks for ${requested} and is not bound yet, and can ask for more only then`;
        return [
            {
                ...ofSetting({ key: "capacity", given: wanted, allowed, example: requested }),
                commands: [`kubectl describe pvc --namespace ${shellWord(at.namespace)} ${shellWord(at.name)}`],
            },
        ];
    }
    const storageClass = classes.find(({ name }) => name === className);
    if (storageClass?.grows === true) return [];
    if (storageClass === undefined) {
        const whose = className === undefined ? "no StorageClass" : `StorageClass ${className}, which is not there`;
        const allowed = `${claim} has ${capacity} and is of ${whose}, and Kubernetes grows only volumes of a class that allows it. A stack with a class that does can take the data over`;
        return [ofSetting({ key: "capacity", given: wanted, allowed, example: requested })];
    }
    const allowed = `${claim} has ${capacity}, and its StorageClass ${storageClass.name} does not let volumes grow. If its driver can, the second command allows it; else copy the data to a stack with a class that does`;
    return [
        {
            ...ofSetting({ key: "capacity", given: wanted, allowed, example: requested }),
            commands: [
                `kubectl patch storageclass ${shellWord(storageClass.name)} --patch '{"allowVolumeExpansion": true}'`,
            ],
        },
    ];
}

/**
 * The share's own claim, where it is to say another size and can't: it would have to be made anew, and that waits for all
 * pods that use it. Of the stack's own they go first.
 */
export function keptClaim(
    { capacity, server }: Wants,
    { taken: { claim, users } }: Facts,
    { pair }: StackNames,
): { size: string; note: string } | undefined {
    // Of a volume that was kept the size is what it has.
    if (server !== undefined && server.storage === undefined) return undefined;
    const found = "value" in claim ? claim.value : undefined;
    if (found?.requested === undefined || !changesSize(found, capacity)) return undefined;
    const pods = "value" in users ? users.value : undefined;
    if (pods?.length === 0) return undefined;
    const why =
        pods === undefined ? "pods could not be read, which may use it" : `pods use it: ${listed(pods, MOST_NAMED)}`;
    return {
        size: found.requested,
        note: `claim ${pair.namespace}/${pair.name} goes on saying ${found.requested}, while its volume says ${capacity}: ${why}. Kubernetes changes no size of such a claim, and NFS asks for none`,
    };
}
