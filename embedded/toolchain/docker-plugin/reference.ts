// Image references (distribution/reference): [domain/]path[:tag][@digest]. Pure.

export interface Reference {
    /** Such as docker.io or 127.0.0.1:5000; undefined when the name does not say. */
    domain: string | undefined;
    /** Without the domain. */
    path: string;
    tag: string | undefined;
    digest: string | undefined;
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const DOMAIN =
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** @throws Error that says what is wrong with it. */
export function parseReference(text: string): Reference {
    const wrong = (what: string): Error => new Error(`"${text}" is not an image name: ${what}`);
    const [named = "", ...digests] = text.split("@");
    const digest = digests.length > 0 ? digests.join("@") : undefined;
    if (digest !== undefined && !DIGEST.test(digest)) throw wrong(`"${digest}" is not a digest`);
    const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
    const name = colon < 0 ? named : named.slice(0, colon);
    const tag = colon < 0 ? undefined : named.slice(colon + 1);
    if (tag !== undefined && !TAG.test(tag)) throw wrong(`"${tag}" is not a tag`);
    const slash = name.indexOf("/");
    const first = name.slice(0, Math.max(slash, 0));
    // What comes first is a domain only when it cannot be a part of the path.
    const hasDomain = first === "localhost" || /[.:[\]A-Z]/.test(first);
    if (hasDomain && !DOMAIN.test(first)) throw wrong(`"${first}" is not the name of a registry`);
    const path = hasDomain ? name.slice(slash + 1) : name;
    const bad = path.split("/").find((component) => !COMPONENT.test(component));
    if (bad !== undefined) {
        throw wrong(`"${bad}" is not made of lower-case letters and digits, separated by ".", "_", "__" or hyphens`);
    }
    return { domain: hasDomain ? first : undefined, path, tag, digest };
}

/** Without tag and digest. */
export const repository = ({ domain, path }: Reference): string => (domain === undefined ? path : `${domain}/${path}`);

/** Engines leave out what Docker Hub's images have by default; two names of one repository become the same. */
export function canonicalRepository(reference: Reference): string {
    const domain = canonicalDomain(reference.domain ?? "docker.io");
    const path = domain === "docker.io" && !reference.path.includes("/") ? `library/${reference.path}` : reference.path;
    return `${domain}/${path}`;
}

const HUB = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** The registry's name, whether it was given as an address, such as https://index.docker.io/v1/, or as a name. */
export function canonicalDomain(server: string): string {
    const name = server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
    return HUB.has(name) ? "docker.io" : name;
}
