// Kubernetes's notation of amounts, as claims name sizes in it. Pure.

const UNITS: Readonly<Record<string, number>> = {
    n: 1e-9,
    u: 1e-6,
    m: 1e-3,
    "": 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    P: 1e15,
    E: 1e18,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
    Pi: 2 ** 50,
    Ei: 2 ** 60,
};

/** "3Gi", "500M", "1e9". @throws Error for what is no amount */
export function bytesOf(quantity: string): number {
    const said = /^(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+)|([a-zA-Z]*))$/.exec(quantity);
    const [, number = "", exponent, unit = ""] = said ?? [];
    const factor = exponent === undefined ? UNITS[unit] : 10 ** Number(exponent);
    if (!said || factor === undefined) throw new Error(`"${quantity}" is no amount`);
    return Math.ceil(Number(number) * factor);
}
