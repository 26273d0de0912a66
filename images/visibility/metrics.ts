// What both roles tell of themselves, as metrics. Pure.
import { version } from "../../contract/package.json";
import { inSeconds, type Metric, single } from "../common/metrics";
import type { ShareLoad } from "./messages";
import type { Histogram } from "./statistics";

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
