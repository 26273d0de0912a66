// The two charts, drawn by uPlot. Lines differ by their dashes too, for those
// who do not see the colours.
import uPlot from "uplot";
import { CHART_SECONDS, type ChartData } from "./model";

const HEIGHT = 180;

function colour(name: string): string {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

interface Line {
    colour: string;
    dash?: number[];
    fill?: boolean;
}

/** A number as it stands at an axis, in the page's language of the moment. */
export type Label = (value: number) => string;
export interface Labels {
    seconds: Label;
    delay: Label;
    records: Label;
}

/** Room for labels of this length; the letters are those of the axis, 12 px high. */
const roomFor = (labels: readonly string[] | null): number =>
    24 + 7 * Math.max(4, ...(labels ?? []).map((one) => one.length));

function options(width: number, seconds: Label, values: Label, lines: readonly Line[]): uPlot.Options {
    const axis = {
        stroke: colour("quiet"),
        grid: { stroke: colour("line"), width: 1 },
        ticks: { stroke: colour("line") },
    };
    return {
        width,
        height: HEIGHT,
        scales: {
            // A minute at first, then all that is known: a short history fills the chart, too.
            x: { time: false, range: (_, first) => [Math.max(-CHART_SECONDS, Math.min(-60, first ?? 0)), 0] },
            // From 0, and never so near that noise looks like news.
            y: { range: (_, __, most) => [0, Math.max(10, (most ?? 0) * 1.1)] },
        },
        axes: [
            { ...axis, size: 36, values: (_, at) => at.map(seconds) },
            // Records are whole ones.
            {
                ...axis,
                incrs: [1, 2, 5]
                    .flatMap((one) => [1, 10, 100, 1_000, 10_000, 100_000].map((ten) => one * ten))
                    .toSorted((a, b) => a - b),
                size: (_, labels) => roomFor(labels),
                values: (_, at) => at.map(values),
            },
        ],
        series: [
            {},
            ...lines.map((line) => ({
                stroke: colour(line.colour),
                width: 2,
                ...(line.dash && { dash: line.dash }),
                ...(line.fill && { fill: `${colour(line.colour)}33` }),
                points: { show: false },
                spanGaps: false,
            })),
        ],
        legend: { show: false },
        cursor: { show: false },
    };
}

export class Charts {
    private delay: uPlot | undefined;
    private rate: uPlot | undefined;
    private data: ChartData = { x: [], records: [], p50: [], max: [] };

    constructor(
        private readonly delayPlace: HTMLElement,
        private readonly ratePlace: HTMLElement,
        private readonly labels: Labels,
    ) {
        new ResizeObserver(() => this.fit()).observe(delayPlace);
        // Colours are drawn, and do not follow the scheme by themselves.
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
        this.redraw();
    }

    show(data: ChartData): void {
        this.data = data;
        this.delay?.setData([data.x, data.p50, data.max]);
        this.rate?.setData([data.x, data.records]);
    }

    private fit(): void {
        const width = Math.max(200, this.delayPlace.clientWidth);
        for (const chart of [this.delay, this.rate]) {
            if (chart && chart.width !== width) chart.setSize({ width, height: HEIGHT });
        }
    }

    private redraw(): void {
        this.delay?.destroy();
        this.rate?.destroy();
        const width = Math.max(200, this.delayPlace.clientWidth);
        const { x, p50, max, records } = this.data;
        const lines = [{ colour: "first" }, { colour: "second", dash: [6, 4] }];
        const { seconds, delay, records: rate } = this.labels;
        this.delay = new uPlot(options(width, seconds, delay, lines), [x, p50, max], this.delayPlace);
        const filled = options(width, seconds, rate, [{ colour: "first", fill: true }]);
        this.rate = new uPlot(filled, [x, records], this.ratePlace);
    }
}
