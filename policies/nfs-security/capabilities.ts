// Policy: containers have no capabilities but those of a list: all are dropped,
// and only listed ones added.
import {
    at,
    type Judgement,
    type KubernetesObject,
    listAt,
    listed,
    type Maybe,
    objectPolicy,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { judgeContainers } from "./containers";

interface Wishes {
    allowed: string[];
}

export function judge(object: KubernetesObject, { allowed }: Wishes): Judgement {
    return judgeContainers(object, ({ value }) => {
        const capabilities = at(value, "securityContext", "capabilities");
        const added = listAt(capabilities, "add");
        const dropped = listAt(capabilities, "drop");
        const names = isOpen(added) ? [] : added.map(plainName);
        const excess = names.filter((name) => !allowed.includes(name));
        if (excess.length > 0) {
            return {
                found: `the added ${excess.length === 1 ? "capability" : "capabilities"} ${listed(excess)}`,
                wanted: `none but ${listed(allowed) || "none"}`,
                mend: "take it away, or have the policy's configuration allow it",
            };
        }
        if (isOpen(dropped)) return { unknown: ["securityContext.capabilities.drop"] };
        // Only ALL is all of them: CAP_ALL is none that Kubernetes knows (pod-security-admission, check_capabilities_restricted.go).
        if (!dropped.some((name) => String(name).toUpperCase() === "ALL")) {
            return {
                found: "capabilities that the container runtime gives by default (NET_RAW, MKNOD and a dozen others)",
                wanted: "all of them dropped, and only needed ones added",
                mend: 'set securityContext.capabilities.drop to ["ALL"], and add what it needs',
            };
        }
        return isOpen(added) ? { unknown: ["securityContext.capabilities.add"] } : undefined;
    });
}

/** Not all of it is known yet. */
const isOpen = (list: Maybe<unknown[]>): list is typeof UNKNOWN => list === UNKNOWN || list.includes(UNKNOWN);

/** Some write CAP_CHOWN; Kubernetes and the list write CHOWN. */
const plainName = (name: unknown): string => String(name).toUpperCase().replace(/^CAP_/, "");

export const capabilitiesOfList = objectPolicy<Wishes>(
    {
        name: "capabilities-are-from-the-list",
        displayName: "Capabilities are from the list",
        description: "Containers drop all capabilities and add none but those that are allowed.",
        severity: "high",
        tags: ["kubernetes", "security", "nfs"],
        remediationSteps: 'Drop "ALL" and add only what is needed and allowed.',
        details: [
            "What is not dropped is there: a container runtime gives about fourteen capabilities to whom says nothing.",
            "The default list is what an NFS server in user space needs to act for its clients: to give files their owner (CHOWN, FOWNER, FSETID, SETUID, SETGID), to reach them whatever their mode (DAC_OVERRIDE), and to open them by handle (DAC_READ_SEARCH, without which a server starts, answers, and fails every create); and NET_BIND_SERVICE, which Kubernetes' own `restricted` level allows.",
        ],
        config: {
            allowed: {
                type: "array",
                items: { type: "string", pattern: "^[A-Z_]+$" },
                default: [
                    "CHOWN",
                    "DAC_OVERRIDE",
                    "DAC_READ_SEARCH",
                    "FOWNER",
                    "FSETID",
                    "NET_BIND_SERVICE",
                    "SETGID",
                    "SETUID",
                ],
                description: "Capabilities that may be added, as Kubernetes writes them: without CAP_.",
            },
        },
    },
    judge,
);
