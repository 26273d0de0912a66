// Text of the configuration -> values, each by a small parser that knows what
// it takes and throws NotAllowed with it. The table of keys (settings/keys.ts)
// puts them together; error texts, Pulumi.yaml and docs/settings.md are made
// of what the parsers say of themselves.
import { isIP, isIPv4, isIPv6 } from "node:net";
import { canonicalQuantity, quantityBytes, serverPod } from "@nfs-storage-stack/contract";
import { durationMilliseconds, durationText } from "./duration";
import { NotAllowed } from "./problem";
import { shown } from "./shown";

/** As Pulumi.yaml names types. */
export type SchemaType = "string" | "boolean" | "integer" | "array";

export interface Parser<T> {
    /** @throws NotAllowed */
    (text: string): T;
    readonly type: SchemaType;
    /** What it takes, as a noun: "true or false". */
    readonly allowed: string;
    /** Examples, where a word says less. */
    readonly such?: string;
    /** A value as it is configured: what the parser reads back. */
    write(value: T): string;
}

interface Description<T> {
    allowed: string;
    such?: string;
    /** The value; undefined when it is not what is allowed. A NotAllowed of its own gives a better reason. */
    read: (text: string) => T | undefined;
    /** @default "string" */
    type?: SchemaType;
    /** @default String() */
    write?: (value: T) => string;
}

function parser<T>({ allowed, such, read, type = "string", write = String }: Description<T>): Parser<T> {
    const parse = (text: string): T => {
        const value = read(text);
        if (value === undefined) {
            throw new NotAllowed(`${allowed} is allowed${such === undefined ? "" : `, such as ${such}`}`);
        }
        return value;
    };
    return Object.assign(parse, { type, allowed, such, write });
}

const matching = (
    { allowed, such }: Pick<Description<string>, "allowed" | "such">,
    pattern: RegExp,
    longest = Number.POSITIVE_INFINITY,
): Parser<string> =>
    parser({ allowed, such, read: (text) => (text.length <= longest && pattern.test(text) ? text : undefined) });

/** Names, paths, passwords: what goes on into files and command lines, where a second line would be another one. */
export const lineOfText: Parser<string> = matching({ allowed: "one line of text" }, /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u);

/** Limited in bytes of UTF-8, as the place it goes to is. */
export function shortText(maximumBytes: number): Parser<string> {
    return parser({
        allowed: `any text of at most ${maximumBytes} bytes`,
        read: (text) => {
            const bytes = Buffer.byteLength(text);
            if (bytes > maximumBytes) {
                throw new NotAllowed(`at most ${maximumBytes} bytes are allowed, these are ${bytes}`);
            }
            if (text.includes("\0")) {
                throw new NotAllowed("a NUL character can't be part of an environment variable");
            }
            return text;
        },
    });
}

export const boolean: Parser<boolean> = parser<boolean>({
    type: "boolean",
    allowed: "true or false",
    read: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
});

export function integer(minimum: number, maximum: number): Parser<number> {
    return parser<number>({
        type: "integer",
        allowed: `a whole number from ${minimum} to ${maximum}`,
        read: (text) => {
            const value = Number(text);
            return /^-?\d+$/.test(text) && value >= minimum && value <= maximum ? value : undefined;
        },
    });
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Parser<T> {
    return parser<T>({
        allowed: `one of ${allowed.join(", ")}`,
        read: (text) => allowed.find((candidate) => candidate === text),
    });
}

/** A Kubernetes quantity within limits, which are given as one too. Comes out as the API server writes it. */
export function quantity(smallest: string, largest: string): Parser<string> {
    return parser({
        allowed: `a size as Kubernetes writes it, from ${smallest} to ${largest}`,
        such: "10Gi or 500M",
        read: (text) => {
            const [bytes, from, to] = [text, smallest, largest].map((one) => quantityBytes(one) ?? -1n);
            const within =
                bytes !== undefined && from !== undefined && to !== undefined && bytes >= from && bytes <= to;
            return within ? canonicalQuantity(text) : undefined;
        },
    });
}

/** A duration within limits, which are given as one too. In milliseconds. */
export function duration(shortest: string, longest: string): Parser<number> {
    return parser<number>({
        allowed: `a duration as Kubernetes writes it, in whole milliseconds from ${shortest} to ${longest}`,
        such: "7.5s or 1m",
        read: (text) => {
            const value = durationMilliseconds(text) ?? -1;
            const [from = 0, to = 0] = [shortest, longest].map(durationMilliseconds);
            return value >= from && value <= to ? value : undefined;
        },
        write: durationText,
    });
}

/** A list is written in YAML, and reaches the program as JSON. */
export function list<T>(item: Parser<T>): Parser<readonly T[]> {
    return parser<readonly T[]>({
        type: "array",
        allowed: `a list, each item of it ${item.allowed}`,
        such: item.such,
        read: (text) => {
            const items = texts(text);
            return items?.map((one, index) => {
                try {
                    return item(one);
                } catch (error) {
                    throw error instanceof NotAllowed
                        ? new NotAllowed(`${shown(one)} in it can't be used; ${error.message}`, index)
                        : error;
                }
            });
        },
        write: (values) => JSON.stringify(values.map((value) => item.write(value))),
    });
}

function texts(json: string): string[] | undefined {
    let items: unknown;
    try {
        items = JSON.parse(json);
    } catch {
        return undefined;
    }
    return Array.isArray(items) && items.every((one) => typeof one === "string") ? items : undefined;
}

/** A zone (fe80::1%eth0) means something on one machine only. */
const isAddress = (text: string): boolean => isIP(text) !== 0 && !text.includes("%");

export const ipAddress: Parser<string> = parser({
    allowed: "an IP address (nodes mount from it, and do not resolve names of Services)",
    read: (text) => (isAddress(text) ? text : undefined),
});

export const network: Parser<string> = parser({
    allowed: "a network as address/bits",
    such: "10.0.0.0/24, or 10.0.0.7/32 for one address",
    read: (text) => {
        const [, address = "", prefix = ""] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
        if (prefix === "" || !isAddress(address) || Number(prefix) > (isIPv4(address) ? 32 : 128)) {
            return undefined;
        }
        if (Number(prefix) === 0) {
            throw new NotAllowed("a network of all addresses would let everyone mount; name the networks of the nodes");
        }
        return text;
    },
});

/** Quoted nowhere by what it goes into, so nothing in it needs quotes. */
const SHARE_PATH = /^(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/;
const LONGEST_PATH = 255;

/** The path under which an export is mounted. */
export const exportPath: Parser<string> = parser({
    allowed: `a path of letters, digits, ".", "_" and "-", of at most ${LONGEST_PATH} characters`,
    such: "/share",
    read: (text) => {
        if (`${text}/`.startsWith(`${serverPod.canaryExport}/`)) {
            throw new NotAllowed(
                `${serverPod.canaryExport} is taken by the server's own health probe; another is allowed`,
            );
        }
        return text.length <= LONGEST_PATH && SHARE_PATH.test(text) ? text : undefined;
    },
});

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])`;
const REPOSITORY = "[a-z0-9]+(?:(?:\\.|_{1,2}|-+)[a-z0-9]+)*";
/** A first part without a dot or a port is no host to Docker, but somebody's name at Docker Hub. */
const REGISTRY = `(?:localhost|(?=[^/]*[.:])${HOST})(?::\\d{1,5})?`;
const IMAGE = `(?:${REGISTRY}/)?${REPOSITORY}(?:/${REPOSITORY})*`;
const DIGEST = "@sha256:[0-9a-f]{64}";
const LONGEST_REFERENCE = 400;

/** A pod's image is named by digest, so that what runs is what was reviewed. */
export const imageReference: Parser<string> = matching(
    { allowed: "an image by digest", such: "registry.example.org/nfs-server@sha256:<64 digits>" },
    new RegExp(`^${IMAGE}(?::\\w[\\w.-]{0,127})?${DIGEST}$`),
    LONGEST_REFERENCE,
);

/** Host, port and path of a registry, as image names begin with it. */
export const registry: Parser<string> = parser({
    allowed: "a registry without https://",
    such: "registry.example.org:5000/team, or docker.io/team for Docker Hub",
    read: (text) => {
        const match = text.length <= LONGEST_REFERENCE && new RegExp(`^${REGISTRY}(?:/${REPOSITORY})*$`).test(text);
        const port = /^[^/]*:(\d+)(?:\/|$)/.exec(text)?.[1] ?? "1";
        return match && Number(port) >= 1 && Number(port) <= 65_535 ? text : undefined;
    },
});

/** With a tag or a digest, or neither. */
export const imageName: Parser<string> = matching(
    { allowed: "the name of an image", such: "debian:trixie-slim" },
    new RegExp(`^${IMAGE}(?::\\w[\\w.-]{0,127})?(?:${DIGEST})?$`),
    LONGEST_REFERENCE,
);

export const platform: Parser<string> = matching(
    { allowed: "a platform as Docker names it", such: "linux/amd64" },
    /^linux\/[a-z0-9]{1,20}(\/v\d)?$/,
);

export const className: Parser<string> = matching(
    { allowed: "the name of a StorageClass (kubectl get storageclass lists them)" },
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    253,
);

/** Options that break what the stack promises, and why. */
const refusedOptions: ReadonlyMap<string, string> = new Map([
    ["soft", "a soft mount gives up and loses data when the server restarts"],
    ["softerr", "a soft mount gives up and loses data when the server restarts"],
    ["softreval", "stale attributes would be taken for fresh ones"],
    ["nolock", "without locks two writers corrupt a file"],
    ["vers", "the version is written as nfsvers"],
    ["minorversion", "the version is written as nfsvers=4.0, 4.1 or 4.2"],
    ["v4", "the version is written as nfsvers=4.0, 4.1 or 4.2"],
    ["mountproto", "NFSv4 has no mount protocol"],
    ["mountvers", "NFSv4 has no mount protocol"],
    ["mountport", "NFSv4 has no mount protocol"],
    ["mounthost", "NFSv4 has no mount protocol"],
    ["mountaddr", "NFSv4 has no mount protocol"],
    ["intr", "Linux has ignored it since 2.6.25, and a mount can be killed without it"],
    ["nointr", "Linux has ignored it since 2.6.25"],
    ["user", "it is for plain users' mounts of /etc/fstab, and the kubelet mounts"],
    ["nouser", "it is for plain users' mounts of /etc/fstab, and the kubelet mounts"],
    ["users", "it is for plain users' mounts of /etc/fstab, and the kubelet mounts"],
    ["ro", "readers mount read-only by themselves; the writer has to write"],
]);

export const mountOption: Parser<string> = parser({
    allowed: "an option of nfs(5)",
    such: "hard or actimeo=1",
    read: (text) => {
        const [name = "", value] = text.split("=", 2);
        const refused = refusedOptions.get(name);
        if (refused !== undefined) {
            throw new NotAllowed(`it is refused: ${refused}`);
        }
        if (name === "nfsvers" && !/^4\.[012]$/.test(value ?? "")) {
            throw new NotAllowed("nfsvers=4.0, 4.1 or 4.2 is allowed: the server speaks nothing else");
        }
        return /^_?[a-z][a-z0-9_]*(=[A-Za-z0-9._:-]+)?$/.test(text) && text.length <= 100 ? text : undefined;
    },
});

export interface MountSource {
    readonly address: string;
    readonly path: string;
}

/** The usual notation of a mount: address:/path, with an IPv6 address in brackets. */
export const mountSource: Parser<MountSource> = parser<MountSource>({
    allowed: "address:/path with an IP address",
    such: "10.0.0.7:/share or [fd00::7]:/share",
    read: (text) => {
        const [, v6, v4, path = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\/.*)$/.exec(text) ?? [];
        const valid = v6 !== undefined ? isIPv6(v6) && isAddress(v6) : isIPv4(v4 ?? "");
        const served = path === "/" || (path.length <= LONGEST_PATH && SHARE_PATH.test(path));
        return valid && served ? { address: v6 ?? v4 ?? "", path } : undefined;
    },
    write: ({ address, path }) => `${isIPv6(address) ? `[${address}]` : address}:${path}`,
});
