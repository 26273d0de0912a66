// Policy: a liveness probe does not touch a share. While the server restarts
// everything that touches a hard mount waits; the probe fails, and Kubernetes
// kills a healthy container, which can't even end before the server is back.
import { normalize } from "node:path/posix";
import {
    at,
    type Container,
    containerTitle,
    type Finding,
    type Judgement,
    type KubernetesObject,
    listAt,
    type Maybe,
    stackPolicy,
    substituted,
    textAt,
    titleOf,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { type Client, clientsOf } from "./clients";
import { BEFORE } from "./command";

export function judge(objects: readonly KubernetesObject[]): Judgement {
    const { clients, open } = clientsOf(objects);
    const findings = [...clients.flatMap(judgeClient), ...open];
    return clients.length + open.length === 0 ? "not applicable" : findings;
}

function judgeClient({ workload, container, mountPaths }: Client): Finding[] {
    const { urn } = workload;
    const probe = at(container.value, "livenessProbe");
    if (at(probe, "exec") === undefined) return [];
    const command = probe === UNKNOWN ? UNKNOWN : listAt(probe, "exec", "command");
    const directory = textAt(container.value, "workingDir");
    const words = command === UNKNOWN ? [UNKNOWN] : expanded(command, container);
    if (words.includes(UNKNOWN) || directory === UNKNOWN || mountPaths.includes(UNKNOWN)) {
        return [{ urn, subject: titleOf(workload), unknown: [`${container.path}.livenessProbe`] }];
    }
    const text = words.map(String);
    const touched = mountPaths.map(absolute).find((path) => isIn(path, directory) || named(text, path));
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

/**
 * As the kubelet runs an exec (ExpandContainerCommandOnlyStatic, pkg/kubelet/container): with the values as they are written,
 * and nothing in the place of those from elsewhere.
 */
function expanded(command: readonly unknown[], container: Container): Maybe<string>[] {
    const env = listAt(container.value, "env");
    const said = (name: string): Maybe<string> | undefined => {
        if (env === UNKNOWN) return UNKNOWN;
        const variable = env.findLast((one) => textAt(one, "name") === name);
        return variable === undefined ? undefined : (textAt(variable, "value") ?? "");
    };
    return command.map((word) => {
        if (word === UNKNOWN) return UNKNOWN;
        let isOpen = false;
        const put = (written: string, name: string): string => {
            const value = said(name);
            isOpen ||= value === UNKNOWN;
            return typeof value === "string" ? value : written;
        };
        // A shell in the container has the same ones.
        const text = substituted(String(word), put).replace(/\$\{?(\w+)\}?/g, put);
        return isOpen ? UNKNOWN : text;
    });
}

/** As the kubelet mounts it (makeMounts, pkg/kubelet): from the root on, and in one spelling. */
const absolute = (path: unknown): string => normalize(`/${String(path)}`).replace(/(.)\/$/, "$1");

const isIn = (path: string, directory = ""): boolean => {
    const at = absolute(directory);
    return at === path || at.startsWith(`${path}/`);
};

/** What these are told is a pattern of processes' names, and no file; but where a file has the number. */
const OF_PROCESSES =
    /(^|[\s;|&(`])(\S*\/)?(pgrep|pkill|pidof|killall)\s(?!([^;|&\n`)]*\s)?(-\w*F|--pidfile))[^;|&\n`)"]*/g;

/** Whether a command, which may have a whole script in it, names the path or something in it. */
function named(words: readonly string[], path: string): boolean {
    const bare = words.join(" ").replace(BEFORE, "");
    if (/^(\S*\/)?(pgrep|pkill|pidof|killall)\s/.test(bare) && !/\s(-\w*F|--pidfile)/.test(bare)) return false;
    return words.some((word) => names(word.replace(OF_PROCESSES, " "), path));
}

function names(word: string, path: string): boolean {
    const text = path.replace(/\/$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    // After a blank, or what ends a word for a shell, a list, an option of one letter or a default; file:// is followed by
    // the path itself.
    const before = "(^|[\\s\"'`=:;,@!({[<>&|-]|[\\s\"'`]-\\w|^-\\w|file:/)";
    return new RegExp(`${before}${text}(/|$|[\\s"'\`:;,)}\\]<>&|*?])`).test(
        word.replace(/(?<![\w:])\/[^\s"'`;|&<>(){}:,*?]*/g, normalize),
    );
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
            "Judged is the `livenessProbe.exec` of every long-running container that has a share mounted: its command, with the container's variables put in as Kubernetes does (`$(NAME)`), must not name the mount's path in any spelling, and the container's `workingDir` (where `exec` runs) must not be in it. Patterns for names of processes (`pgrep -f`) are no paths. A share is an NFS volume of any kind, or a claim that asks for `ReadWriteMany`. What an `httpGet` probe makes the process do can't be seen here.",
        ],
    },
    judge,
);
