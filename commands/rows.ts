// Names and values in two columns, as commands print them. Pure.

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Several lines of text, ending with a newline. */
export function rowsText(rows: readonly (readonly [string, string])[]): string {
    const width = Math.max(...rows.map(([name]) => name.length));
    return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join("");
}

/** How many lines text takes in a terminal: one that is longer than it is wide goes on in the next. */
export function linesTaken(text: string, columns: number): number {
    const lines = text.replace(/\n$/, "").split("\n");
    return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
}
