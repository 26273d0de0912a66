// Policy: every long-running container has a startup, a readiness and a
// liveness probe. Judged by the inputs, before anything is made.
import {
    at,
    type Container,
    containersOf,
    containerTitle,
    type Finding,
    type Judgement,
    type KubernetesObject,
    listed,
    objectPolicy,
    podSpec,
    titleOf,
    UNKNOWN,
    unknownContainers,
} from "@nfs-storage-stack/policies-shared";
import { exemptByNature, isExempt } from "./exemptions";

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;
const HANDLERS = ["httpGet", "exec", "tcpSocket", "grpc"] as const;

export function judge(object: KubernetesObject): Judgement {
    if (podSpec(object) === undefined) return "not applicable";
    const unknown = unknownContainers(object);
    const open: Finding[] = unknown.length > 0 ? [{ urn: object.urn, subject: titleOf(object), unknown }] : [];
    return [...containersOf(object).flatMap((container) => judgeContainer(object, container)), ...open];
}

function judgeContainer(object: KubernetesObject, container: Container): Finding[] {
    const exempt = isExempt(container, object);
    if (exempt === true) return [];
    const missing = PROBES.filter((probe) => hasProbe(container, probe) === false);
    if (exempt === UNKNOWN && missing.length > 0) return [unjudged(object, container, ["restartPolicy"])];
    if (missing.length > 0) return [problem(object, container, missing)];
    const unknown = PROBES.filter((probe) => hasProbe(container, probe) === UNKNOWN);
    return unknown.length > 0 ? [unjudged(object, container, unknown)] : [];
}

/** A probe without a handler asks nothing. */
function hasProbe(container: Container, probe: (typeof PROBES)[number]): boolean | typeof UNKNOWN {
    const found = at(container.value, probe);
    if (found === UNKNOWN) return UNKNOWN;
    return HANDLERS.some((handler) => at(found, handler) !== undefined);
}

function unjudged(object: KubernetesObject, { path }: Container, keys: readonly string[]): Finding {
    return { urn: object.urn, subject: titleOf(object), unknown: keys.map((key) => `${path}.${key}`) };
}

function problem(object: KubernetesObject, container: Container, missing: string[]): Finding {
    const name = typeof container.name === "string" ? `"${container.name}"` : "of unknown name";
    return {
        urn: object.urn,
        subject: containerTitle(object, container),
        container: container.name,
        found: listed(missing.map((probe) => `no ${probe}`)),
        wanted: `${listed([...PROBES])} on every container that goes on running, each with one of ${listed([...HANDLERS])}`,
        mend:
            `add ${listed(missing)}; if it can do without, add { resource: "${object.resource}", container: ${name}, ` +
            `reason: "..." } to the policy's exemptions`,
    };
}

export const threeProbes = objectPolicy(
    {
        name: "containers-have-three-probes",
        displayName: "Containers have three probes",
        description: "Every long-running container has a startup, a readiness and a liveness probe.",
        severity: "medium",
        tags: ["kubernetes", "availability", "probes"],
        remediationSteps: "Add the missing probes, or an exemption with its reason to the policy's configuration.",
        details: [
            "Without a readiness probe Kubernetes sends traffic to a pod as soon as its process runs, and `pulumi up` succeeds before anything works. Without a liveness probe a stuck process stays stuck. Without a startup probe the other two must be so patient with a slow start that they are slow to tell of anything later.",
            "Judged are the containers, and the init containers that go on running beside them (`restartPolicy: Always`), of Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets and ReplicationControllers. A probe must ask something: `httpGet`, `exec`, `tcpSocket` or `grpc`.",
            `By nature exempt are\n${exemptByNature
                .map((one) => `- ${one};`)
                .join("\n")
                .replace(/;$/, ".")}`,
        ],
    },
    judge,
);
