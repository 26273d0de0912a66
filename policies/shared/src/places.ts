// Where a mount is: which server, which folder. One place has several spellings,
// and a folder that contains another shows what is in it.
import { isIP, isIPv6 } from "node:net";
import { isKind, type KubernetesObject, nameOf, namespaceOf } from "./objects";
import { at, listAt, type Maybe, UNKNOWN } from "./plain";

export interface Place {
    /** The volume or the claim that leads there: two ways over one need nothing else to be known. */
    through: string;
    /** In its one spelling; UNKNOWN while it is. For a claim of another kind, that claim. */
    server: Maybe<string>;
    /** For whom the driver has made a folder in it, of which nobody else knows the name. */
    own?: string;
    /** Of a volume of another kind, whose driver alone knows what is behind its name. */
    driver?: string;
    /** The exported folder. */
    path: Maybe<string>;
    /** Below that: a volumeMount's subPath, or subPathExpr, of which only the text can be compared. */
    folder: Maybe<string>;
    /** The folder is as it is written, with variables in it from elsewhere. */
    isWritten?: boolean;
}

/** Names have no case and may end in a dot, IPv6 is written short, or in brackets as mount takes it too. */
export function serverName(text: string): string {
    const bare = text.replace(/^\[(.*)\]$/, "$1");
    if (isIPv6(bare) && !bare.includes("%")) return ofIPv4(new URL(`nfs://[${bare}]`).hostname.slice(1, -1));
    return text.toLowerCase().replace(/\.$/, "");
}

/** An address of IPv4 in the spelling of IPv6, ::ffff:a00:1, is that one. */
function ofIPv4(address: string): string {
    const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
    if (high === undefined || low === undefined) return address;
    return [high, low].flatMap((part) => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255]).join(".");
}

/** A Service is called `name.namespace`, with `.svc` and the cluster's domain behind it or without. */
const serviceName = (text: string): string => serverName(text).replace(/^([^.]+\.[^.]+)\.svc(\..+)?$/, "$1");

/** A stack's Services: the names and addresses that are of one. */
export class Services {
    /** Any of them to the one that stands for all. */
    private readonly aliases = new Map<string, string>();

    constructor(objects: readonly KubernetesObject[]) {
        for (const object of objects.filter((one) => isKind(one, "core", "Service"))) {
            const [name, namespace] = [nameOf(object), namespaceOf(object)];
            if (typeof name !== "string" || typeof namespace !== "string") continue;
            const one = serviceName(`${name}.${namespace}`);
            const known = (found: Maybe<unknown[]>): unknown[] => (found === UNKNOWN ? [] : found);
            const others = [
                at(object.value, "spec", "clusterIP"),
                at(object.value, "spec", "externalName"),
                ...known(listAt(object.value, "spec", "clusterIPs")),
                ...known(listAt(object.value, "spec", "externalIPs")),
                ...known(listAt(object.value, "status", "loadBalancer", "ingress")).flatMap((entry) => [
                    at(entry, "ip"),
                    at(entry, "hostname"),
                ]),
            ];
            for (const other of others) {
                if (typeof other === "string" && other !== "" && other !== "None")
                    this.aliases.set(serviceName(other), one);
            }
        }
    }

    /** The server in its one spelling. */
    server(text: string): string {
        const name = serviceName(text);
        return this.aliases.get(name) ?? name;
    }
}

/** It depends on what no deployment tells: what a name resolves to, what a driver does. */
export const UNSEEN: unique symbol = Symbol("can't be seen");

/** Without what says nothing: /share/ is /share, and so is //share/. */
export const folderName = (text: string): string => text.split("/").filter(isNamed).join("/");
const isNamed = (part: string): boolean => part !== "" && part !== ".";

/** Whether something written in one can be seen in the other; UNKNOWN where that is known later. */
export function overlap(one: Place, other: Place): Maybe<boolean> | typeof UNSEEN {
    if (one.through === other.through) return seen(one, other, related(one.folder, other.folder));
    if (one.driver !== undefined || other.driver !== undefined) return ofDrivers(one, other);
    if (one.own !== undefined && other.own !== undefined) return false;
    const path = one.own === undefined && other.own === undefined ? ofFolders(one, other) : inOwn(one, other);
    const server = sameServer(one.server, other.server);
    if (server === false || path === false) return false;
    if (server === UNKNOWN || path === UNKNOWN) return UNKNOWN;
    return server === UNSEEN || path === UNSEEN ? UNSEEN : true;
}

/** A driver of another kind may serve NFS as well: EFS and Filestore do. */
function ofDrivers(one: Place, other: Place): false | typeof UNSEEN {
    const areForeign = one.driver !== undefined && other.driver !== undefined;
    return areForeign && one.driver !== other.driver ? false : UNSEEN;
}

const ofFolders = (one: Place, other: Place): ReturnType<typeof overlap> =>
    seen(one, other, related(below(one.path, one.folder), below(other.path, other.folder)));

/** Of different texts nobody can see whether they are one folder. */
const seen = (one: Place, other: Place, answer: Maybe<boolean>): ReturnType<typeof overlap> =>
    answer === false && (one.isWritten || other.isWritten) ? UNSEEN : answer;

/** Who has all of the share has each folder of it; which of them is whose, only the driver knows. */
function inOwn(one: Place, other: Place): Maybe<boolean> | typeof UNSEEN {
    const [made, mounted] = one.own === undefined ? [other, one] : [one, other];
    const share = below(made.path, "");
    const path = below(mounted.path, mounted.folder);
    if (share === UNKNOWN || path === UNKNOWN) return UNKNOWN;
    if (`${share}/`.startsWith(path === "" ? "" : `${path}/`)) return true;
    return `${path}/`.startsWith(`${share}/`) ? UNSEEN : false;
}

function sameServer(one: Maybe<string>, other: Maybe<string>): Maybe<boolean> | typeof UNSEEN {
    if (one === UNKNOWN || other === UNKNOWN) return UNKNOWN;
    if (one === other) return true;
    // A name may be that of the address.
    return isIP(one) !== isIP(other) && isHost(one) && isHost(other) ? UNSEEN : false;
}

/** A claim stands for itself where its server is not known; it is no name of a host. */
const isHost = (text: string): boolean => isIP(text) !== 0 || /^[\w-]+(\.[\w-]+)*$/.test(text);

const below = (path: Maybe<string>, folder: Maybe<string>): Maybe<string> =>
    path === UNKNOWN || folder === UNKNOWN ? UNKNOWN : folderName(`${path}/${folder}`);

/** The same, or one in the other. */
function related(one: Maybe<string>, other: Maybe<string>): Maybe<boolean> {
    if (one === UNKNOWN || other === UNKNOWN) return UNKNOWN;
    const [a, b] = [`${folderName(one)}/`, `${folderName(other)}/`];
    return a === "/" || b === "/" || a.startsWith(b) || b.startsWith(a);
}
