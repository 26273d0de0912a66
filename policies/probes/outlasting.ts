// Policy: where a share is mounted, liveness is patient enough for a restart of
// its server.
import {
    at,
    containerTitle,
    type Finding,
    type Judgement,
    type KubernetesObject,
    numberAt,
    stackPolicy,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { type Client, clientsOf } from "./clients";

interface Limits {
    restartSeconds: number;
}

/** What Kubernetes takes for what a probe does not say, or says 0 of (SetDefaults_Probe, pkg/apis/core/v1). */
const defaults = { failureThreshold: 3, periodSeconds: 10 } as const;

export function judge(objects: readonly KubernetesObject[], { restartSeconds }: Limits): Judgement {
    const { clients, open } = clientsOf(objects);
    const findings = clients.flatMap((client) => judgeClient(client, restartSeconds));
    return clients.length + open.length === 0 ? "not applicable" : [...findings, ...open];
}

function judgeClient({ workload, container }: Client, restartSeconds: number): Finding[] {
    const { urn } = workload;
    const probe = at(container.value, "livenessProbe");
    if (probe === undefined) return [];
    const threshold = numberAt(defaults.failureThreshold, probe, "failureThreshold");
    const period = numberAt(defaults.periodSeconds, probe, "periodSeconds");
    if (threshold === UNKNOWN || period === UNKNOWN) {
        return [{ urn, subject: titleOf(workload), unknown: [`${container.path}.livenessProbe`] }];
    }
    // The last failure is acted on at once (pkg/kubelet/prober/worker.go, doProbe, of Kubernetes 1.35): a server that
    // goes just before the first one has the periods between them.
    const patience = (threshold - 1) * period;
    if (patience >= restartSeconds) return [];
    return [
        {
            urn,
            subject: containerTitle(workload, container),
            container: container.name,
            found: `a livenessProbe that gives up at failure ${threshold}, ${patience} s after the first (${period} s apart)`,
            wanted: `at least ${restartSeconds} s, in which the share's server can have restarted and left its grace`,
            mend: `raise failureThreshold to ${Math.ceil(restartSeconds / period) + 1}`,
        },
    ];
}

export const livenessOutlasts = stackPolicy<Limits>(
    {
        name: "liveness-outlasts-a-server-restart",
        displayName: "Liveness outlasts a restart of the server",
        description:
            "Containers with a share mounted have a liveness probe that is patient for as long as a server restart takes.",
        severity: "medium",
        tags: ["kubernetes", "availability", "probes", "nfs"],
        remediationSteps: "Raise failureThreshold of the liveness probe.",
        details: [
            "When the server of a share restarts, its clients wait, and then nothing new may be opened until its grace is over: 15 s with this stack, 90 s with Ganesha's and the kernel's defaults. A process that works on the share answers late in that time. With Kubernetes' defaults (3 failures, 10 s apart) it is killed 20 s after the first one, and all pods of the share at once.",
            "Judged is the time from the first failure to the one that kills, `failureThreshold` less one times `periodSeconds`: a server may go just before a probe. One failure is no patience, however long the period; 0 is as good as nothing said. It is that of the liveness probe of every long-running container that has a share mounted. Containers without one are the business of `containers-have-three-probes`.",
        ],
        config: {
            restartSeconds: {
                type: "number",
                minimum: 1,
                default: 60,
                description: "How long a restart of the server takes, its grace included.",
            },
        },
    },
    judge,
);
