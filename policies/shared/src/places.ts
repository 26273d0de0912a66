// Where a mount is: which server, which folder. One place has several spellings,
// and a folder that contains another shows what is in it.
import { isIP, isIPv6 } from "node:net";
import { isKind, type KubernetesObject, nameOf, namespaceOf } from "./objects";
import { type Maybe, textAt, UNKNOWN } from "./plain";

export interface Place {
    /** The volume or the claim that leads there: two ways over one need nothing else to be known. */
    through: string;
    /** In its one spelling; UNKNOWN while it is. For a claim of another kind, that claim. */
    server: Maybe<string>;
    /** Of a volume of another kind, whose driver alone knows what is behind its name. */
    driver?: string;
    /** The exported folder. */
    path: Maybe<string>;
    /** Below that: a volumeMount's subPath, or subPathExpr, of which only the text can be compared. */
    folder: Maybe<string>;
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

/** The addresses of a stack's Services by their names, as serverName() has them. */
export class Services {
    private readonly addresses = new Map<string, string>();

    constructor(objects: readonly KubernetesObject[]) {
        for (const object of objects.filter((one) => isKind(one, "core", "Service"))) {
            const [name, namespace] = [nameOf(object), namespaceOf(object)];
            if (typeof name !== "string" || typeof namespace !== "string") continue;
            const address = textAt(object.value, "spec", "clusterIP");
            if (typeof address === "string" && isIP(address) !== 0)
                this.addresses.set(serviceName(`${name}.${namespace}`), address);
        }
    }

    /** The server in its one spelling: of a Service its address, where the cluster has given it. */
    server(text: string): string {
        const name = serviceName(text);
        const address = this.addresses.get(name);
        return address === undefined ? name : serverName(address);
    }
}

/** It depends on what no deployment tells: what a name resolves to, what a driver does. */
export const UNSEEN: unique symbol = Symbol("can't be seen");

/** Without what says nothing: /share/ is /share, and so is //share/. */
export const folderName = (text: string): string => text.split("/").filter(isNamed).join("/");
const isNamed = (part: string): boolean => part !== "" && part !== ".";

/** Whether something written in one can be seen in the other; UNKNOWN where that is known later. */
export function overlap(one: Place, other: Place): Maybe<boolean> | typeof UNSEEN {
    if (one.through === other.through) return related(one.folder, other.folder);
    if (one.driver !== undefined || other.driver !== undefined) return one.driver === other.driver ? UNSEEN : false;
    const path = related(below(one.path, one.folder), below(other.path, other.folder));
    const server = sameServer(one.server, other.server);
    if (server === false || path === false) return false;
    return server === UNKNOWN || path === UNKNOWN ? UNKNOWN : server === UNSEEN ? UNSEEN : true;
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
