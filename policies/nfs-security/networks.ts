// Clients of an export as servers write them: addresses, networks, names,
// wildcards. Which of them stand for everybody, and which are inside a network.
import { BlockList, isIP } from "node:net";

/** What stands for a client that is not named at all. */
export const EVERYONE = "everyone";

/** Whether it stands for any address at all. */
export function isWorld(client: string): boolean {
    const [address, prefix] = partsOf(client);
    return (
        client === EVERYONE ||
        /^[*?.]+$/.test(client) ||
        (isIP(address) !== 0 && (prefix === "0" || prefix === "0.0.0.0"))
    );
}

/** Whether the networks among them are every address of IPv4, or of IPv6, together. */
export function areWorld(clients: readonly string[]): boolean {
    return ([4, 6] as const).some((family) => {
        const ranges = clients
            .flatMap((client) => rangeOf(client, family) ?? [])
            .sort((a, b) => (a.from < b.from ? -1 : 1));
        let next = 0n;
        for (const { from, to } of ranges) if (from <= next && to >= next) next = to + 1n;
        return next === 1n << BigInt(family === 4 ? 32 : 128);
    });
}

/** An address, without the zone of one that is of a link, and what is behind the slash. */
function partsOf(client: string): [string, string | undefined] {
    const [address = "", prefix] = client.split("/", 2);
    return [address.replace(/%.*$/, ""), prefix];
}

function rangeOf(client: string, family: 4 | 6): { from: bigint; to: bigint } | undefined {
    const [address, prefix] = partsOf(client);
    if (isIP(address) !== family || prefix === undefined) return undefined;
    const length = prefixLength(prefix);
    if (length === undefined) return undefined;
    const rest = BigInt((family === 4 ? 32 : 128) - length);
    const from = (numberOf(address, family) >> rest) << rest;
    return { from, to: from + (1n << rest) - 1n };
}

function numberOf(address: string, family: 4 | 6): bigint {
    if (family === 4) return address.split(".").reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
    const short = new URL(`nfs://[${address}]`).hostname.slice(1, -1);
    const [before = "", after] = short.split("::");
    const parts = (text = ""): string[] => text.split(":").filter((part) => part !== "");
    const [left, right] = [parts(before), parts(after)];
    const all = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
    return all.reduce((sum, part) => (sum << 16n) + BigInt(`0x${part}`), 0n);
}

/** The server's own probe comes from there. */
const LOOPBACK = ["127.0.0.0/8", "::1/128"];

/** Whether every address of the client is in one of the networks, or loopback; names never are, as they say no address. */
export function isWithin(client: string, networks: readonly string[]): boolean {
    return client === "localhost" || isOf(client, LOOPBACK) || isOf(client, networks);
}

function isOf(client: string, networks: readonly string[]): boolean {
    const [address, prefix] = partsOf(client);
    const family = isIP(address);
    if (family === 0) return false;
    const bits = prefix === undefined ? (family === 4 ? 32 : 128) : prefixLength(prefix);
    return networks.some((network) => {
        const [base = "", length = ""] = network.split("/", 2);
        if (isIP(base) !== family || bits === undefined || bits < Number(length)) return false;
        const list = new BlockList();
        list.addSubnet(base, Number(length), family === 4 ? "ipv4" : "ipv6");
        return list.check(address, family === 4 ? "ipv4" : "ipv6");
    });
}

/** `24`, or `255.255.255.0` as exports(5) also has it. */
function prefixLength(text: string): number | undefined {
    if (/^\d{1,3}$/.test(text)) return Number(text);
    if (isIP(text) !== 4) return undefined;
    const bits = text
        .split(".")
        .map((part) => Number(part).toString(2).padStart(8, "0"))
        .join("");
    return /^1*0*$/.test(bits) ? bits.indexOf("0") + (bits.includes("0") ? 0 : 33) : undefined;
}

/** For the policies' configuration. */
export const networksSchema = {
    type: "array" as const,
    items: { type: "string" as const, pattern: "^[0-9A-Fa-f.:]+/[0-9]{1,3}$" },
    default: [],
    description: "Networks that may be let in, as CIDR; empty means any that is not the whole world.",
};
