// Kubernetes quantities: "10Gi", "500M", "1.5e9". Compared exactly, because
// sizes of disks are beyond what a double holds to the byte.
import { at, type Maybe, UNKNOWN } from "./plain";

const binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimal: Record<string, number> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Below a thousand-millionth Kubernetes itself rounds. */
const SCALE = 9;

/** In thousand-millionths; undefined for what is not a quantity. */
function parse(text: string): bigint | undefined {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|[eE]([+-]?\d{1,2})|([numkMGTPE]?))$/.exec(text);
    if (!match) return undefined;
    const [, sign, whole = "", fraction = "", power, exponent, suffix = ""] = match;
    if (whole + fraction === "") return undefined;
    const tens = exponent === undefined ? (decimal[suffix] ?? 0) : Number(exponent);
    const factor = power === undefined ? 1n : 1024n ** BigInt(binary.indexOf(power) + 1);
    const shift = SCALE + (power === undefined ? tens : 0) - fraction.length;
    const digits = BigInt(whole + fraction) * factor;
    const value = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
    return sign === "-" ? -value : value;
}

/** Below, equal to or above 0, as `a` is to `b`; undefined when one is not a quantity. */
export function compareQuantities(a: string, b: string): number | undefined {
    const [left, right] = [parse(a), parse(b)];
    if (left === undefined || right === undefined) return undefined;
    return left < right ? -1 : left > right ? 1 : 0;
}

/** Like textAt(), for quantities: a bare number is one, too. */
export function quantityAt(value: unknown, ...path: readonly (string | number)[]): Maybe<string> | undefined {
    const found = at(value, ...path);
    if (typeof found === "number") return String(found);
    return found === UNKNOWN || typeof found === "string" ? found : undefined;
}
