// Policy: the readiness of what serves or mounts a share says something about
// data. A TCP connection, or a command that always succeeds, does not: a server
// answers both before it has an export, and when every file fails.
import {
    at,
    type Container,
    containerTitle,
    type Finding,
    type Judgement,
    type KubernetesObject,
    listAt,
    stackPolicy,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { clientsOf, serversOf } from "./clients";
import { tells } from "./command";

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const { clients, ...ofClients } = clientsOf(objects);
    const { servers, ...ofServers } = serversOf(objects);
    const open = [...ofClients.open, ...ofServers.open];
    const judged = new Map([...clients, ...servers].map((one) => [`${one.workload.urn} ${one.container.path}`, one]));
    const findings = [...judged.values()].flatMap(({ workload, container }) => judgeContainer(workload, container));
    return judged.size + open.length === 0 ? "not applicable" : [...findings, ...open];
}

function judgeContainer(workload: KubernetesObject, container: Container): Finding[] {
    const { urn } = workload;
    const probe = at(container.value, "readinessProbe");
    const command = probe === UNKNOWN ? UNKNOWN : listAt(probe, "exec", "command");
    if (command === UNKNOWN || command.includes(UNKNOWN)) {
        return [{ urn, subject: titleOf(workload), unknown: [`${container.path}.readinessProbe`] }];
    }
    const found =
        at(probe, "tcpSocket") !== undefined
            ? "a readinessProbe by tcpSocket, which says that a process listens, and nothing of the share"
            : command.length === 0
              ? undefined
              : said(command.map(String));
    if (found === undefined) return [];
    return [
        {
            urn,
            subject: containerTitle(workload, container),
            container: container.name,
            found,
            wanted: "a readinessProbe that fails when the data of the share can't be read",
            mend: "ask something that reads: an httpGet endpoint that looks at the share, or an exec that reads a file of it (for a server: through its own export)",
        },
    ];
}

function said(command: readonly string[]): string | undefined {
    const runs = `a readinessProbe that runs ${JSON.stringify(command)}, which`;
    const told = tells(command);
    if (told === "nothing") return `${runs} always succeeds`;
    return told === "a port" ? `${runs} says that a process listens, or is there, and nothing of the share` : undefined;
}

export const truthfulReadiness = stackPolicy(
    {
        name: "readiness-tells-of-data",
        displayName: "Readiness tells of data",
        description:
            "What serves or mounts a share is not called ready for an open port or a command that always succeeds.",
        severity: "high",
        tags: ["kubernetes", "availability", "probes", "nfs"],
        remediationSteps: "Let the readiness probe read data of the share.",
        details: [
            "An NFS server accepts connections, and answers NFS's NULL procedure, before it has its export, while it is in grace and refuses every create, and when it lacks the capability without which every file fails. A client's process listens also when its mount hangs. A readiness probe by `tcpSocket` calls all of these ready, and `pulumi up` succeeds on them.",
            "Judged are long-running containers that have a share mounted, or that say that they listen on port 2049. Refused are `tcpSocket` probes, commands that only ask whether a port is open or a process is there (`nc -z`, `rpcinfo`, `pgrep`, `kill -0`, `ps` and `ss`, also through filters such as `grep`), and commands that always succeed: `true`, `:`, `exit 0`, `echo ...`, `printf ...`, also through `sh -c`, and there also at the end of a script or after `||`, where they hide what failed before. A redirection to or from a file can fail, and then the command says something. Containers without a readiness probe are the business of `containers-have-three-probes`.",
        ],
    },
    judge,
);
