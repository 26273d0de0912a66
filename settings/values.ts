// Text of the configuration -> values, each by a small parser that throws
// NotAllowed with what is allowed. The table of keys (settings/keys.ts) puts
// them together.
import { isIP } from "node:net";
import { NotAllowed } from "./problem";

export type Parser<T> = (text: string) => T;

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export const anyText: Parser<string> = (text) => text;

/** Limited in bytes of UTF-8, as the place it goes to is. */
export function shortText(maximumBytes: number): Parser<string> {
    return (text) => {
        const bytes = Buffer.byteLength(text);
        if (bytes > maximumBytes) {
            throw new NotAllowed(`at most ${maximumBytes} bytes are allowed, these are ${bytes}`);
        }
        if (text.includes("\0")) {
            throw new NotAllowed("a NUL character can't be part of an environment variable");
        }
        return text;
    };
}

export const boolean: Parser<boolean> = (text) => {
    if (text === "true" || text === "false") {
        return text === "true";
    }
    throw new NotAllowed("true or false is allowed");
};

export function integer(minimum: number, maximum: number): Parser<number> {
    return (text) => {
        const value = Number(text);
        if (!/^-?\d+$/.test(text) || value < minimum || value > maximum) {
            throw new NotAllowed(`a whole number from ${minimum} to ${maximum} is allowed`);
        }
        return value;
    };
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Parser<T> {
    return (text) => {
        const found = allowed.find((candidate) => candidate === text);
        if (found === undefined) {
            throw new NotAllowed(`one of ${allowed.join(", ")} is allowed`);
        }
        return found;
    };
}

const binary = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const decimal = ["k", "M", "G", "T", "P", "E"];

/** Bytes of a Kubernetes quantity such as 10Gi or 500M; undefined when it is none, or not a whole number of bytes. */
export function quantityBytes(text: string): bigint | undefined {
    const match = /^(\d+)(?:\.(\d+))?([KMGTPE]i|[kMGTPE])?$/.exec(text);
    if (!match) {
        return undefined;
    }
    const [, whole = "0", fraction = "", suffix = ""] = match;
    const factor =
        binary.includes(suffix) || suffix === ""
            ? 1024n ** BigInt(suffix === "" ? 0 : binary.indexOf(suffix) + 1)
            : 1000n ** BigInt(decimal.indexOf(suffix) + 1);
    const scale = 10n ** BigInt(fraction.length);
    const scaled = BigInt(whole + fraction) * factor;
    return scaled % scale === 0n ? scaled / scale : undefined;
}

/** The smallest volume that holds the journal's segments and the recovery state with room to spare. */
const SMALLEST_BYTES = 64n * 1024n * 1024n;

export const quantity: Parser<string> = (text) => {
    const bytes = quantityBytes(text);
    if (bytes === undefined || bytes < SMALLEST_BYTES) {
        throw new NotAllowed("a size as Kubernetes writes it, of at least 64Mi, is allowed, such as 1Gi or 500M");
    }
    return text;
};

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a Go duration such as 250ms, 1.5s or 2m30s; undefined when it is none. */
export function durationMilliseconds(text: string): number | undefined {
    if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
        return undefined;
    }
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
    return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? Number.NaN), 0);
}

/** A Go duration within limits, which are given as one too. In whole milliseconds. */
export function duration(shortest: string, longest: string): Parser<number> {
    return (text) => {
        const value = durationMilliseconds(text);
        const from = durationMilliseconds(shortest) ?? 0;
        const to = durationMilliseconds(longest) ?? 0;
        if (value === undefined || !Number.isInteger(value) || value < from || value > to) {
            throw new NotAllowed(
                `a duration as Go writes it, from ${shortest} to ${longest}, is allowed, such as 1.5s`,
            );
        }
        return value;
    };
}

/** A list is written in YAML, and reaches the program as JSON. */
export function list<T>(item: Parser<T>, fewest = 0): Parser<readonly T[]> {
    return (text) => {
        let items: unknown;
        try {
            items = JSON.parse(text);
        } catch {
            items = undefined;
        }
        if (!Array.isArray(items) || !items.every((one): one is string => typeof one === "string")) {
            throw new NotAllowed("a list of texts is allowed");
        }
        if (items.length < fewest) {
            throw new NotAllowed(`a list of at least ${fewest} is needed`);
        }
        return items.map((one) => {
            try {
                return item(one);
            } catch (error) {
                throw error instanceof NotAllowed
                    ? new NotAllowed(`${JSON.stringify(one)} in it can't be used; ${error.message}`)
                    : error;
            }
        });
    };
}

export const ipAddress: Parser<string> = (text) => {
    if (isIP(text) === 0) {
        throw new NotAllowed(
            "an IP address is allowed (the node mounts from it, where names of Services do not resolve)",
        );
    }
    return text;
};

export const network: Parser<string> = (text) => {
    const [address = "", prefix = "", ...rest] = text.split("/");
    const version = isIP(address);
    const bits = version === 4 ? 32 : 128;
    if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits) {
        throw new NotAllowed(
            "a network as address/bits is allowed, such as 10.0.0.0/24, or 10.0.0.7/32 for one address",
        );
    }
    if (Number(prefix) === 0) {
        throw new NotAllowed("a network of all addresses would let everyone mount; name the networks of the nodes");
    }
    return text;
};

/** The path under which an export is mounted. Ganesha's configuration quotes it, so quotes are left out. */
export const exportPath: Parser<string> = (text) => {
    if (!/^(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/.test(text)) {
        throw new NotAllowed("a path such as /share, of letters, digits, '.', '_' and '-', is allowed");
    }
    return text;
};

/** A pod's image is named by digest, so that what runs is what was reviewed. */
export const imageReference: Parser<string> = (text) => {
    if (!/^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/.test(text)) {
        throw new NotAllowed(
            "an image by digest is allowed, such as registry.example.org/nfs-server@sha256:<64 digits>",
        );
    }
    return text;
};

/** Host, port and path of a registry, as image names begin with it. */
export const registry: Parser<string> = (text) => {
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/i.test(text)) {
        throw new NotAllowed("a registry without https:// is allowed, such as registry.example.org:5000/team");
    }
    return text;
};

/** With a tag or a digest, or neither. */
export const imageName: Parser<string> = (text) => {
    if (!/^[a-z0-9][a-z0-9._:/-]*(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/i.test(text)) {
        throw new NotAllowed("the name of an image is allowed, such as debian:trixie-slim");
    }
    return text;
};

export const platform: Parser<string> = (text) => {
    if (!/^linux\/[a-z0-9]+(\/v\d)?$/.test(text)) {
        throw new NotAllowed("a platform as Docker names it is allowed, such as linux/amd64");
    }
    return text;
};

export const className: Parser<string> = (text) => {
    if (text.length > 253 || !DNS_SUBDOMAIN.test(text)) {
        throw new NotAllowed("the name of a StorageClass is allowed (kubectl get storageclass lists them)");
    }
    return text;
};

/** Options that break what the stack promises, and why. */
const refusedOptions: Record<string, string> = {
    soft: "a soft mount gives up and loses data when the server restarts",
    softerr: "a soft mount gives up and loses data when the server restarts",
    softreval: "stale attributes would be taken for fresh ones",
    nolock: "without locks two writers corrupt a file",
    vers: "the version is written as nfsvers",
    ro: "readers mount read-only by themselves; the writer has to write",
};

export const mountOption: Parser<string> = (text) => {
    const [name = "", value] = text.split("=", 2);
    const refused = refusedOptions[name];
    if (refused !== undefined) {
        throw new NotAllowed(`it is refused: ${refused}`);
    }
    if (!/^[a-z][a-z0-9_]*(=[A-Za-z0-9._:-]+)?$/.test(text)) {
        throw new NotAllowed("an option of nfs(5) is allowed, one an item, such as hard or actimeo=1");
    }
    if (name === "nfsvers" && !/^4\.[012]$/.test(value ?? "")) {
        throw new NotAllowed("nfsvers=4.0, 4.1 or 4.2 is allowed: the server speaks nothing else");
    }
    return text;
};

/** The usual notation of a mount: address:/path, with an IPv6 address in brackets. */
export const mountSource: Parser<{ address: string; path: string }> = (text) => {
    const match = /^(?:\[([^\]]+)\]|([^:]+)):(\/.*)$/.exec(text);
    const [, v6, v4, path = ""] = match ?? [];
    const address = v6 ?? v4 ?? "";
    const valid = v6 !== undefined ? isIP(address) === 6 : isIP(address) === 4;
    if (!match || !valid) {
        throw new NotAllowed(
            "address:/path with an IP address is allowed, such as 10.0.0.7:/share or [fd00::7]:/share",
        );
    }
    if (path !== "/") {
        exportPath(path);
    }
    return { address, path };
};
