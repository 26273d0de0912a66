// Sizes as Kubernetes writes them (resource.Quantity of apimachinery). Pure.

const binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimal = ["k", "M", "G", "T", "P", "E"];

/** Nothing longer is a size that anybody means, and arithmetic on it would take its time. */
const LONGEST_TEXT = 40;
const LARGEST_EXPONENT = 30;

interface Quantity {
    bytes: bigint;
    notation: "binary" | "decimal" | "exponent";
}

function read(text: string): Quantity | undefined {
    const match = /^\+?(?=\.?\d)(\d*)(?:\.(\d*))?(?:([KMGTPE]i|[kMGTPE])|[eE]([+-]?\d{1,2}))?$/.exec(text);
    if (!match || text.length > LONGEST_TEXT) {
        return undefined;
    }
    const [, whole = "", fraction = "", suffix = "", exponent] = match;
    const power = exponent === undefined ? 0 : Number(exponent);
    if (Math.abs(power) > LARGEST_EXPONENT) {
        return undefined;
    }
    const isBinary = binary.includes(suffix);
    const factor = isBinary
        ? 1024n ** BigInt(binary.indexOf(suffix) + 1)
        : 1000n ** BigInt(decimal.indexOf(suffix) + 1) * 10n ** BigInt(Math.max(power, 0));
    const scale = 10n ** BigInt(fraction.length + Math.max(-power, 0));
    const scaled = BigInt(whole + fraction) * factor;
    if (scaled % scale !== 0n) {
        return undefined;
    }
    const notation = exponent !== undefined ? "exponent" : isBinary ? "binary" : "decimal";
    return { bytes: scaled / scale, notation };
}

/** Bytes of a quantity such as 10Gi, 500M or 1e9; undefined when it is none, or not a whole number of bytes. */
export function quantityBytes(text: string): bigint | undefined {
    return read(text)?.bytes;
}

/**
 * The same size as the API server writes it (1024Mi -> 1Gi, 0.5Gi -> 512Mi, 1000M -> 1G), so that a text and what comes
 * back from a cluster can be compared; undefined when it is none.
 */
export function canonicalQuantity(text: string): string | undefined {
    const quantity = read(text);
    if (quantity === undefined) {
        return undefined;
    }
    const { bytes } = quantity;
    // Kubernetes writes what is below 1024 without a binary suffix.
    const notation = quantity.notation === "binary" && bytes < 1024n ? "decimal" : quantity.notation;
    const base = notation === "binary" ? 1024n : 1000n;
    let rest = bytes;
    let power = 0;
    while (rest !== 0n && rest % base === 0n && power < binary.length) {
        rest /= base;
        power++;
    }
    if (power === 0) {
        return String(rest);
    }
    const suffix = { binary: binary[power - 1], decimal: decimal[power - 1], exponent: `e${3 * power}` }[notation];
    return `${rest}${suffix}`;
}

/** A number of bytes, in whole KiB, as it is written in this project: 16777216 -> 16Mi. */
export function quantityOf(bytes: number): string {
    return canonicalQuantity(`${bytes / 1024}Ki`) ?? String(bytes);
}
