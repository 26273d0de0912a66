// From the status of the check's pod to the evidence it left. Pure.
import { decodeEvidence, type Evidence } from "@nfs-storage-stack/contract";

/** The parts of a pod's status that matter here, as the cluster gives them. */
export interface EndedPodStatus {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
        readonly state?: { readonly terminated?: { readonly message?: string; readonly exitCode?: number } };
    }[];
}

/**
 * The evidence, or undefined while there is none. The kubelet sorts containers by name, and a mesh puts others beside the
 * check's. @throws Error when what was left is no evidence
 */
export function evidenceOf(status: EndedPodStatus | undefined): Evidence | undefined {
    let wrong: Error | undefined;
    for (const { state } of status?.containerStatuses ?? []) {
        const message = state?.terminated?.message ?? "";
        if (message === "") continue;
        try {
            return decodeEvidence(message);
        } catch (error) {
            wrong ??= error as Error;
        }
    }
    if (wrong) throw wrong;
    return undefined;
}
