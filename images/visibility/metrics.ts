// Metrics in the text format that Prometheus reads. Pure.

export interface Metric {
    name: string;
    help: string;
    type: "counter" | "gauge" | "summary";
    /** Null and undefined samples are left out: not known is not 0. */
    samples: readonly {
        /** Added to the name, such as _sum of a summary. */
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

/** The quantiles of a summary, in seconds, from milliseconds. */
export function summaryMetric(
    name: string,
    help: string,
    window: { count: number; sum: number; summary(): { p50: number; p99: number; max: number } | null },
): Metric {
    const summary = window.summary();
    return {
        name,
        help,
        type: "summary",
        samples: [
            { labels: { quantile: "0.5" }, value: summary && summary.p50 / 1000 },
            { labels: { quantile: "0.99" }, value: summary && summary.p99 / 1000 },
            { labels: { quantile: "1" }, value: summary && summary.max / 1000 },
            { suffix: "_sum", value: window.sum / 1000 },
            { suffix: "_count", value: window.count },
        ],
    };
}
