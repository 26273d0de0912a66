// What a supervisor says of its cluster: it writes this to a file, and sends it
// to whoever watches, each time it changes.

export type ComponentState = "waiting" | "starting" | "running" | "restarting" | "stopped" | "failed";

export interface Restart {
    /** ISO time. */
    at: string;
    reason: string;
}

export interface ComponentStatus {
    name: string;
    state: ComponentState;
    /** As the cluster's own process namespace counts. */
    pid?: number;
    /** ISO time of its present start. */
    since?: string;
    /** How often it was started again since the cluster was started. */
    restarted: number;
    /** The latest of them. */
    restarts: Restart[];
}

/** Bytes of this machine. */
export interface Usage {
    memory?: number;
    disk?: number;
}

export interface NodeStatus {
    name: string;
    address: string;
    ready: boolean;
    bootId?: string;
    /** What runs in it and had to be started again. */
    services: Pick<ComponentStatus, "name" | "restarted" | "restarts">[];
    /** Interrupts that its kernel would have lost without our patch, since its boot. */
    keptEvents?: number;
    /** The longest that its disk and its clock took to answer since its boot. */
    slowestMs?: number;
}

export type StepState = "waiting" | "running" | "done";

/** What bringing a cluster up consists of; they overlap. */
export const STEPS = {
    network: "Network of the cluster",
    registry: "Registry and the image of pods' sandboxes",
    apiserver: "etcd and API server",
    controllers: "Controllers, scheduler, default storage class",
    nodes: "Both nodes Ready",
} as const;

export type Step = keyof typeof STEPS;

export interface ClusterStatus {
    name: string;
    /** "failed" is final: something ended too often. The rest goes on running, so that it can be looked at. */
    state: "stopped" | "starting" | "ready" | "stopping" | "failed";
    /** ISO time since when it is in this state. */
    since: string;
    /** Of "failed": what happened and where to look. */
    reason?: string;
    ports: { api: number; registry: number };
    steps: Record<Step, StepState>;
    components: ComponentStatus[];
    nodes: NodeStatus[];
    /** ISO time when the first of its certificates ends. */
    certificatesEnd?: string;
    /** By the names of components, and "supervisor": only when somebody asks. */
    usage?: Record<string, Usage>;
}

export const stepsWaiting = (): Record<Step, StepState> => ({
    network: "waiting",
    registry: "waiting",
    apiserver: "waiting",
    controllers: "waiting",
    nodes: "waiting",
});

/** "3 d 4 h", "5 min 2 s" */
export function ago(from: string, now: number): string {
    const seconds = Math.max(0, Math.round((now - Date.parse(from)) / 1000));
    const units: [string, number][] = [
        ["d", 86_400],
        ["h", 3_600],
        ["min", 60],
        ["s", 1],
    ];
    const first = units.findIndex(([, size]) => seconds >= size);
    if (first === -1) return "0 s";
    let rest = seconds;
    return units
        .slice(first, first + 2)
        .map(([unit, size]) => {
            const count = Math.floor(rest / size);
            rest -= count * size;
            return { count, unit };
        })
        .filter(({ count }, index) => index === 0 || count > 0)
        .map(({ count, unit }) => `${count} ${unit}`)
        .join(" ");
}

const DAY_MS = 24 * 60 * 60_000;
/** Certificates are told of when they end sooner than this. */
const SOON_MS = 30 * DAY_MS;

/** One screen for a reader. */
export function describe(status: ClusterStatus, now: number): string {
    const lines = [`cluster ${status.name}: ${status.state} for ${ago(status.since, now)}`];
    if (status.reason) lines.push(`  ${status.reason}`);
    lines.push(
        `  Kubernetes  https://127.0.0.1:${status.ports.api}`,
        `  registry    127.0.0.1:${status.ports.registry}`,
    );
    if (status.state === "stopped") return lines.join("\n");
    if (status.certificatesEnd !== undefined && Date.parse(status.certificatesEnd) - now < SOON_MS) {
        lines.push(`  its certificates end on ${status.certificatesEnd.slice(0, 10)}: a stop and an up renew them`);
    }
    lines.push("", row("component", "state", "up", "memory", "disk", "restarts"));
    const { usage = {} } = status;
    for (const component of status.components) lines.push(...about(component, status, now));
    const total = (what: keyof Usage): number =>
        Object.values(usage).reduce((sum, { [what]: bytes = 0 }) => sum + bytes, 0);
    if (status.usage) {
        lines.push(taking("supervisor", "", "", usage.supervisor, ""));
        lines.push(taking("all", "", "", { memory: total("memory"), disk: total("disk") }, ""));
    }
    return lines.join("\n");
}

function about(component: ComponentStatus, status: ClusterStatus, now: number): string[] {
    const { name, state, since } = component;
    const node = status.nodes.find((one) => one.name === name);
    const up = state === "running" && since ? ago(since, now) : "";
    const shown = node && state === "running" ? (node.ready ? "Ready" : "not Ready") : state;
    const lines = [taking(name, shown, up, status.usage?.[name], String(component.restarted))];
    lines.push(...last(component, now));
    for (const service of node?.services ?? []) {
        lines.push(row(service.name, "", "", "", "", String(service.restarted)), ...last(service, now));
    }
    if (node?.slowestMs !== undefined) {
        const kept = node.keptEvents ? `, ${node.keptEvents} lost interrupts made good` : "";
        lines.push(`    ${node.address}, slowest answer ${(node.slowestMs / 1000).toFixed(1)} s${kept}`);
    }
    return lines;
}

function last({ restarts }: Pick<ComponentStatus, "restarts">, now: number): string[] {
    const latest = restarts.at(-1);
    return latest ? [`    started again ${ago(latest.at, now)} ago: ${latest.reason}`] : [];
}

const taking = (name: string, state: string, up: string, usage: Usage | undefined, restarts: string): string =>
    row(name, state, up, size(usage?.memory), size(usage?.disk), restarts);

/** "512 MiB", "1.5 GiB" */
export function size(bytes: number | undefined): string {
    if (bytes === undefined) return "";
    const mib = bytes / 1024 ** 2;
    return mib < 1000 ? `${Math.round(mib)} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}

function row(name: string, state: string, up: string, memory: string, disk: string, restarts: string): string {
    const text = [name.padEnd(24), state.padEnd(11), up.padEnd(12), memory.padStart(8), disk.padStart(9)].join(" ");
    return `  ${text} ${restarts.padStart(9)}`.trimEnd();
}
