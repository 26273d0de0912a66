// Metrics in the text format that Prometheus reads. Pure.
import type { Routes } from "./http";

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

export const inSeconds = (ms: number | null | undefined): number | null =>
    ms === null || ms === undefined ? null : ms / 1000;

export const metricsRoute = (metrics: () => Metric[]): Routes => ({
    "/metrics": () => ({ type: "text/plain; version=0.0.4; charset=utf-8", body: renderMetrics(metrics()) }),
});
