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
    restarts: Restart[];
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
    nodes: { name: string; address: string; ready: boolean; bootId?: string }[];
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

/** One screen for a reader. */
export function describe(status: ClusterStatus, now: number): string {
    const lines = [`cluster ${status.name}: ${status.state} for ${ago(status.since, now)}`];
    if (status.reason) lines.push(`  ${status.reason}`);
    lines.push(
        `  Kubernetes  https://127.0.0.1:${status.ports.api}`,
        `  registry    127.0.0.1:${status.ports.registry}`,
    );
    if (status.state !== "stopped") {
        lines.push("", row("node", "address", "ready", ""));
        for (const node of status.nodes) lines.push(row(node.name, node.address, node.ready ? "yes" : "no", ""));
        lines.push("", row("component", "state", "pid", "up"));
        for (const component of status.components) {
            const up = component.state === "running" && component.since ? ago(component.since, now) : "";
            lines.push(row(component.name, component.state, String(component.pid ?? ""), up));
            const last = component.restarts.at(-1);
            if (last) {
                const times = component.restarts.length === 1 ? "1 time" : `${component.restarts.length} times`;
                lines.push(`    started again ${times}, last ${ago(last.at, now)} ago: ${last.reason}`);
            }
        }
    }
    return lines.join("\n");
}

const row = (first: string, second: string, third: string, fourth: string): string =>
    `  ${first.padEnd(24)} ${second.padEnd(12)} ${third.padEnd(7)} ${fourth}`.trimEnd();
