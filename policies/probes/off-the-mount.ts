// Policy: a liveness probe does not touch a share. While the server restarts
// everything that touches a hard mount waits; the probe fails, and Kubernetes
// kills a healthy container, which can't even end before the server is back.
import {
    at,
    containerTitle,
    type Finding,
    type Judgement,
    type KubernetesObject,
    listAt,
    stackPolicy,
    textAt,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { type Client, clientsOf } from "./clients";

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const { clients, open } = clientsOf(objects);
    const findings = [...clients.flatMap(judgeClient), ...open];
    return clients.length + open.length === 0 ? "not applicable" : findings;
}

function judgeClient({ workload, container, mountPaths }: Client): Finding[] {
    const { urn } = workload;
    const probe = at(container.value, "livenessProbe");
    const command = probe === UNKNOWN ? UNKNOWN : listAt(probe, "exec", "command");
    const directory = textAt(container.value, "workingDir");
    if (command === UNKNOWN || command.includes(UNKNOWN) || mountPaths.includes(UNKNOWN)) {
        return [{ urn, subject: titleOf(workload), unknown: [`${container.path}.livenessProbe`] }];
    }
    if (at(probe, "exec") === undefined) return [];
    const touched = mountPaths
        .map(String)
        .find((path) => isIn(path, directory) || command.some((word) => names(word, path)));
    if (touched === undefined) return [];
    const how = isIn(touched, directory) ? `is run in ${String(directory)}` : `runs ${JSON.stringify(command)}`;
    return [
        {
            urn,
            subject: containerTitle(workload, container),
            container: container.name,
            found: `a livenessProbe that ${how}, on the share mounted at ${touched}`,
            wanted: "a livenessProbe that asks the process itself and stays off every share",
            mend: "ask the share in the readinessProbe, which only takes the pod out of its Service; let liveness ask the process, by httpGet or grpc",
        },
    ];
}

const isIn = (path: string, directory: unknown): boolean =>
    typeof directory === "string" && (directory === path || directory.startsWith(`${path.replace(/\/$/, "")}/`));

/** Whether a word of a command, which may be a whole script, names the path or something in it. */
function names(word: unknown, path: string): boolean {
    const text = path.replace(/\/$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    // After a blank, or what ends a word for a shell, a list, an option; file:// is followed by the path itself.
    const before = "(^|[\\s\"'`=:;,@!({[<>&|]|file://)";
    return new RegExp(`${before}${text}(/|$|[\\s"'\`:;,)}\\]<>&|])`).test(String(word));
}

export const livenessOffTheMount = stackPolicy(
    {
        name: "liveness-stays-off-the-share",
        displayName: "Liveness stays off the share",
        description: "A liveness probe does not read, write or run in a directory of a share.",
        severity: "high",
        tags: ["kubernetes", "availability", "probes", "nfs"],
        remediationSteps: "Let the liveness probe ask the process itself, and the readiness probe the share.",
        details: [
            "NFS is mounted `hard`: while its server restarts, whatever touches the share waits, and goes on when the server is back. A liveness probe that touches it fails in the meantime, and Kubernetes kills a container that was only waiting. It does not help either: a process that waits on a hard mount can't be killed before the server answers, and the time-out of an `exec` probe does not end it.",
            "Judged is the `livenessProbe.exec` of every long-running container that has a share mounted: its command must not name the mount's path, and the container's `workingDir` (where `exec` runs) must not be in it. A share is an NFS volume of any kind, or a claim that asks for `ReadWriteMany`. What an `httpGet` probe makes the process do can't be seen here.",
        ],
    },
    judge,
);
