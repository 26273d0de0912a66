// From the status of the check's pod to the evidence it left. Pure.
import { type Evidence, evidenceAmong } from "@nfs-storage-stack/contract";

/** The parts of a pod's status that matter here, as the cluster gives them. */
export interface EndedPodStatus {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
        readonly state?: { readonly terminated?: { readonly message?: string; readonly exitCode?: number } };
    }[];
}

/** The evidence, or undefined while there is none. @throws Error when what was left is no evidence */
export function evidenceOf(status: EndedPodStatus | undefined): Evidence | undefined {
    return evidenceAmong((status?.containerStatuses ?? []).map(({ state }) => state?.terminated?.message));
}
