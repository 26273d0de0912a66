// Which addresses are in which networks. Pure.
import { BlockList, isIP } from "node:net";

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Whether one of the networks has the address. */
export function contained(address: string, networks: readonly string[]): boolean {
    const list = new BlockList();
    for (const network of networks) {
        const [start = "", bits = ""] = network.split("/");
        list.addSubnet(start, Number(bits), family(start));
    }
    return list.check(address, family(address));
}

/** The first address of a network, as a network of itself alone. */
export const single = (address: string): string => `${address}/${isIP(address) === 6 ? 128 : 32}`;

/** A network wider than this is no longer a guess at the network of some nodes. */
const WIDEST = 16;

/**
 * Networks that have all of these addresses: the smallest that holds all, where that is one that nodes could share,
 * else each by itself.
 */
export function covering(addresses: readonly string[]): string[] {
    const [first = "", ...others] = addresses;
    if (others.length > 0 && addresses.every((address) => isIP(address) === 4)) {
        const numbers = addresses.map(number);
        const differing = numbers.reduce((bits, value) => bits | (value ^ (numbers[0] ?? 0)), 0) >>> 0;
        const bits = Math.clz32(differing);
        const start = bits === 0 ? 0 : ((numbers[0] ?? 0) & (-1 << (32 - bits))) >>> 0;
        if (bits >= WIDEST && bits < 32) return [`${dotted(start)}/${bits}`];
        if (bits === 32) return [single(first)];
    }
    return [...new Set(addresses)].map(single);
}

const number = (address: string): number =>
    address.split(".").reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);
const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
