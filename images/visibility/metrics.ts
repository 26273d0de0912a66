// Metrics in the text format that Prometheus reads, and what both roles tell of
// themselves. Pure.
import { version } from "../../contract/package.json";
import type { ShareLoad } from "./messages";
import type { Histogram } from "./statistics";

export interface Metric {
    name: string;
    help: string;
    type: "counter" | "gauge" | "histogram";
    /** Null and undefined samples are left out: not known is not 0. */
    samples: readonly {
        /** Added to the name, such as _sum of a histogram. */
        suffix?: string;
        labels?: Readonly<Record<string, string>>;
        value: number | null | undefined;
    }[];
}

const escapeHelp = (text: string): string => text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
const escapeLabel = (text: string): string => escapeHelp(text).replace(/"/g, '\\"');

export function renderMetrics(metrics: readonly Metric[]): string {
    return metrics
        .map(({ name, help, type, samples }) => {
            const lines = samples.flatMap(({ suffix = "", labels = {}, value }) => {
                if (value === null || value === undefined || Number.isNaN(value)) return [];
                const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
                return [`${name}${suffix}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`];
            });
            return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
        })
        .join("");
}

/** One number without labels. */
export const single = (
    type: "counter" | "gauge",
    name: string,
    help: string,
    value: number | null | undefined,
): Metric => ({ name, help, type, samples: [{ value }] });

/** One number for each value of a label. */
export const labelled = (
    type: "counter" | "gauge",
    name: string,
    help: string,
    label: string,
    values: Readonly<Record<string, number>>,
): Metric => ({
    name,
    help,
    type,
    samples: Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value })),
});

/** In seconds, from milliseconds. */
export const histogramMetric = (name: string, help: string, histogram: Histogram): Metric => ({
    name,
    help,
    type: "histogram",
    samples: [
        ...histogram.cumulative().map(({ bound, count }) => ({
            suffix: "_bucket",
            labels: { le: String(bound / 1000) },
            value: count,
        })),
        { suffix: "_bucket", labels: { le: "+Inf" }, value: histogram.count },
        { suffix: "_sum", value: histogram.sum / 1000 },
        { suffix: "_count", value: histogram.count },
    ],
});

export const inSeconds = (ms: number | null | undefined): number | null =>
    ms === null || ms === undefined ? null : ms / 1000;

/** What the process has taken; the names are Prometheus's own for every process. */
export interface ProcessUse {
    cpuSeconds: number;
    residentBytes: number;
    startedSeconds: number;
    nodeVersion: string;
}

/** What the writer and the readers have in common. */
export function commonMetrics(
    role: string,
    ready: boolean,
    waitingMs: number,
    load: ShareLoad,
    use: ProcessUse,
): Metric[] {
    return [
        {
            name: "nfs_visibility_build_info",
            help: "What runs; the value is always 1.",
            type: "gauge",
            samples: [{ labels: { role, version, node_version: use.nodeVersion }, value: 1 }],
        },
        single("gauge", "nfs_visibility_ready", "1 while the kubelet is told that the pod is ready.", ready ? 1 : 0),
        single(
            "gauge",
            "nfs_visibility_share_waiting_seconds",
            "How long the operation on the share that is going on has been waiting.",
            inSeconds(waitingMs),
        ),
        single(
            "counter",
            "nfs_visibility_share_busy_seconds_total",
            "Time that operations on the share have taken.",
            inSeconds(load.busyMs),
        ),
        single(
            "counter",
            "nfs_visibility_share_stalls_total",
            "Operations on the share that took a second or longer.",
            load.stalls,
        ),
        single("counter", "process_cpu_seconds_total", "Processor time taken.", use.cpuSeconds),
        single("gauge", "process_resident_memory_bytes", "Memory held.", use.residentBytes),
        single("gauge", "process_start_time_seconds", "When the process started, since 1970.", use.startedSeconds),
    ];
}
