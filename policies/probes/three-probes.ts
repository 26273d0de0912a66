// Policy: every long-running container has a startup, a readiness and a
// liveness probe. Judged by the inputs, before anything is made.
import {
    at,
    type Container,
    containersOf,
    type KubernetesObject,
    listed,
    objectPolicy,
    type Problem,
    podSpec,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { type Granted, isExempt } from "./exemptions";

const PROBES = ["startupProbe", "readinessProbe", "livenessProbe"] as const;
const HANDLERS = ["httpGet", "exec", "tcpSocket", "grpc"] as const;

export function judge(object: KubernetesObject, granted: readonly Granted[] = []): Problem[] | "not applicable" {
    if (podSpec(object) === undefined) return "not applicable";
    return containersOf(object)
        .filter((container) => !isExempt(container, object, granted))
        .flatMap((container) => {
            const missing = PROBES.filter((probe) => !hasProbe(container, probe));
            return missing.length === 0 ? [] : [problem(object, container, missing)];
        });
}

/** A probe without a handler asks nothing; one that is not known yet may turn out to have one. */
function hasProbe(container: Container, probe: (typeof PROBES)[number]): boolean {
    const found = at(container.value, probe);
    return found === UNKNOWN || HANDLERS.some((handler) => at(found, handler) !== undefined);
}

function problem(object: KubernetesObject, container: Container, missing: string[]): Problem {
    const name = typeof container.name === "string" ? `"${container.name}"` : "of unknown name";
    return {
        urn: object.urn,
        subject: `${titleOf(object)}, container ${name} (${container.path})`,
        found: listed(missing.map((probe) => `no ${probe}`)),
        wanted: `${listed([...PROBES])} on every container that goes on running, each with one of ${listed([...HANDLERS])}`,
        mend:
            `add ${listed(missing)}; if it can do without, add { resource: "${object.resource}", container: ${name}, ` +
            `reason: "..." } to the policy's configuration`,
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
        configSchema: {
            properties: {
                exemptions: {
                    type: "array",
                    description: "Containers that can do without probes, each with the reason.",
                    items: {
                        type: "object",
                        properties: {
                            resource: { type: "string", description: "The workload's name in Pulumi." },
                            container: { type: "string", description: "Left out: all of its containers." },
                            reason: { type: "string", minLength: 1 },
                        },
                        required: ["resource", "reason"],
                        additionalProperties: false,
                    },
                },
            },
        },
    },
    (object, config) => judge(object, (config.exemptions as Granted[] | undefined) ?? []),
);
