// Figures as rows of a table, and what they are made of.

export async function seconds(work: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
}

export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const row = (what: string, value: string): void => void process.stdout.write(`${what.padEnd(62)} ${value}\n`);

/** "7.0 s  (6.9, 7.0, 7.3)": the median and all of them. */
export const secondsText = (values: readonly number[]): string =>
    `${median(values).toFixed(1)} s  (${values.map((value) => value.toFixed(1)).join(", ")})`;
