// Durations as Kubernetes writes them (metav1.Duration, which is Go's
// time.ParseDuration), in whole milliseconds. Pure.

const nanoseconds: Readonly<Record<string, bigint>> = {
    ns: 1n,
    us: 1_000n,
    // U+00B5 and U+03BC: Go takes both.
    "\u00b5s": 1_000n,
    "\u03bcs": 1_000n,
    ms: 1_000_000n,
    s: 1_000_000_000n,
    m: 60_000_000_000n,
    h: 3_600_000_000_000n,
};
const part = /(\d*)(?:\.(\d*))?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;
const whole = /^\+?(?:(?=\.?\d)\d*(?:\.\d*)?(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/;

/** Nothing longer is a time that anybody means. */
const LONGEST_TEXT = 60;

/** Exactly; undefined when it is no duration, or not a whole number of milliseconds. */
export function durationMilliseconds(text: string): number | undefined {
    if (/^\+?0$/.test(text)) {
        return 0;
    }
    if (text.length > LONGEST_TEXT || !whole.test(text)) {
        return undefined;
    }
    // The smallest unit is a nanosecond, and no fraction has more digits than the text.
    const scale = 10n ** BigInt(LONGEST_TEXT);
    const scaled = [...text.matchAll(part)].reduce((sum, [, integer = "", fraction = "", unit = ""]) => {
        const amount = BigInt(`${integer}${fraction.padEnd(LONGEST_TEXT, "0")}`);
        return sum + amount * (nanoseconds[unit] ?? 0n);
    }, 0n);
    const millisecond = 1_000_000n * scale;
    return scaled % millisecond === 0n ? Number(scaled / millisecond) : undefined;
}

/** As people write it: 250ms, 1.5s, 1m, 1h30m. */
export function durationText(milliseconds: number): string {
    if (milliseconds < 1_000) {
        return `${milliseconds}ms`;
    }
    const hours = Math.floor(milliseconds / 3_600_000);
    const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
    const seconds = (milliseconds % 60_000) / 1_000;
    return `${hours ? `${hours}h` : ""}${minutes ? `${minutes}m` : ""}${seconds ? `${seconds}s` : ""}`;
}
