// What the policies about single containers have in common: all of a workload's
// are judged, init containers and sidecars too, whatever the workload is.
import {
    type Container,
    containersOf,
    containerTitle,
    type Finding,
    type Judgement,
    type KubernetesObject,
    type Problem,
    podSpec,
    titleOf,
    unknownContainers,
} from "@nfs-storage-stack/policies-shared";

type Told = Pick<Problem, "found" | "wanted" | "mend">;
export type Verdict = Told | { unknown: string[] } | undefined;

/** A rule about one container as one about the object whose pods have it. Unknown paths are below the container's. */
export function judgeContainers(object: KubernetesObject, judge: (container: Container) => Verdict): Judgement {
    if (podSpec(object) === undefined) return "not applicable";
    const { urn } = object;
    const unknown = unknownContainers(object);
    const open: Finding[] = unknown.length > 0 ? [{ urn, subject: titleOf(object), unknown }] : [];
    const findings = containersOf(object).flatMap((container): Finding[] => {
        const verdict = judge(container);
        if (verdict === undefined) return [];
        if ("unknown" in verdict) {
            const paths = verdict.unknown.map((path) => `${container.path}.${path}`);
            return [{ urn, subject: titleOf(object), unknown: paths }];
        }
        return [{ urn, subject: containerTitle(object, container), container: container.name, ...verdict }];
    });
    return [...findings, ...open];
}
