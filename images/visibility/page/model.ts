// What the page shows, made from what it is told: numbers as text, the seconds
// of the charts, and how the connection is. Pure.
import type { PageState } from "../page-state";
import type { Second } from "../statistics";
import { type Language, type Level, textOf, verdicts } from "./texts";

/** So many seconds are on the charts. */
export const CHART_SECONDS = 300;

/** The columns of a chart: seconds before now (0 is now, the rest below), and what is drawn. */
export interface ChartData {
    x: number[];
    records: (number | null)[];
    p50: (number | null)[];
    max: (number | null)[];
}

/** Whether it is of the same process of a reader: another one counts its seconds by another clock, and tells all it has. */
export function isNext(before: PageState | undefined, told: PageState): boolean {
    return before !== undefined && before.reader.pod === told.reader.pod && before.version < told.version;
}

/** The seconds that are known with those that came: each once, the last so many. */
export function merged(known: readonly Second[], come: readonly Second[], now: number): Second[] {
    const newest = known.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    return [...known, ...come.filter(({ at }) => at > newest)].filter(
        ({ at }) => at > now - CHART_SECONDS && at <= now,
    );
}

export function chartData(seconds: readonly Second[], now: number): ChartData {
    return {
        x: seconds.map(({ at }) => at - now),
        records: seconds.map(({ records }) => records),
        p50: seconds.map(({ p50 }) => p50),
        max: seconds.map(({ max }) => max),
    };
}

/** How the stream of states is: told once when it breaks, and once when it is back. */
export type Connection =
    | { state: "connecting" }
    | { state: "live"; back: Date | undefined }
    | { state: "lost"; since: Date };

export function received(connection: Connection, now: Date): Connection {
    if (connection.state === "live") return connection;
    return { state: "live", back: connection.state === "lost" ? now : undefined };
}

/** @param last when the last state came */
export function broken(connection: Connection, last: Date | undefined): Connection {
    return connection.state === "live" && last ? { state: "lost", since: last } : connection;
}

export function connectionText(language: Language, connection: Connection): string {
    const time = (date: Date): string => timeText(date).slice(0, 8);
    if (connection.state === "connecting") return textOf(language, "connecting");
    if (connection.state === "lost") return textOf(language, "lost", { time: time(connection.since) });
    return connection.back ? textOf(language, "back", { time: time(connection.back) }) : textOf(language, "live");
}

/** How good it is, in a word and a sentence: what is not heard of any more is not shown as good. */
export function verdictText(
    language: Language,
    { kind }: PageState["verdict"],
    connection: Connection,
): { level: Level; word: string; sentence: string } {
    const { level, [language]: text } = verdicts[kind];
    const [word, sentence] = text;
    if (connection.state !== "lost") return { level, word, sentence };
    return {
        level: "unknown",
        word: textOf(language, "unknownWord"),
        sentence: textOf(language, "unknownSentence", { verdict: word }),
    };
}

/** Milliseconds as people read them. */
export function msText(language: Language, ms: number | null | undefined): string {
    if (ms === null || ms === undefined) return textOf(language, "none");
    if (Math.abs(ms) >= 10_000) return textOf(language, "seconds", { count: (ms / 1000).toFixed(1) });
    const digits = { maximumFractionDigits: Math.abs(ms) < 10 ? 1 : 0 };
    return textOf(language, "milliseconds", { count: new Intl.NumberFormat(language, digits).format(ms) });
}

/** Ages in seconds, and above in minutes: they change twice a second. */
export function ageText(language: Language, ms: number | null): string {
    if (ms === null) return textOf(language, "none");
    const unit =
        ms < 60_000
            ? { value: ms / 1000, unit: "second", digits: 1 }
            : { value: ms / 60_000, unit: "minute", digits: 0 };
    return new Intl.NumberFormat(language, {
        style: "unit",
        unit: unit.unit,
        unitDisplay: "short",
        minimumFractionDigits: unit.digits,
        maximumFractionDigits: unit.digits,
    }).format(unit.value);
}

export const countText = (language: Language, count: number): string => new Intl.NumberFormat(language).format(count);

export function bytesText(language: Language, bytes: number): string {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
    let [value, index] = [bytes, 0];
    for (; value >= 1000 && index < units.length - 1; index++) value /= 1000;
    return new Intl.NumberFormat(language, {
        style: "unit",
        unit: units[index] ?? "byte",
        unitDisplay: "short",
        maximumFractionDigits: index === 0 ? 0 : 1,
    }).format(value);
}

/** A time as the page lists it, to the millisecond, where the browser is: the day is today. */
export function timeText(time: string | Date): string {
    const date = new Date(time);
    const padded = (number: number, length: number): string => String(number).padStart(length, "0");
    const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => padded(part, 2));
    return `${parts.join(":")}.${padded(date.getMilliseconds(), 3)}`;
}

/** What the storage card shows. */
export function storageFacts(
    language: Language,
    { storage, space }: Pick<PageState, "storage" | "space">,
): [string, string][] {
    const t = (key: Parameters<typeof textOf>[1]): string => textOf(language, key);
    return [
        [t("claim"), storage.claim || t("unknown")],
        [t("volume"), storage.volume || t("unknown")],
        [t("server"), storage.source ?? t("notMounted")],
        [t("mountedAt"), storage.path],
        [t("room"), roomText(language, space)],
    ];
}

function roomText(language: Language, space: PageState["space"]): string {
    if (space === null) return textOf(language, "unknown");
    const part = space.freeBytes / space.sizeBytes;
    return textOf(language, space.low ? "roomLittle" : "roomFree", {
        free: bytesText(language, space.freeBytes),
        size: bytesText(language, space.sizeBytes),
        part: new Intl.NumberFormat(language, { style: "percent" }).format(part),
    });
}
