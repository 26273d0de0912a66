// The exports that an object configures: ganesha.conf and exports(5) in a
// ConfigMap, variables of the usual server images, and images that are known to
// export in one way only.
import {
    at,
    type Block,
    containersOf,
    Elsewhere,
    type Finding,
    ganeshaFiles,
    isKind,
    type KubernetesObject,
    keepsRoot,
    lastBlock,
    listAt,
    podSpec,
    readExports,
    textAt,
    titleOf,
    UNKNOWN,
    unknownContainers,
    Variables,
    wordsOf,
} from "@nfs-storage-stack/policies-shared";
import { EVERYONE } from "./networks";

/** Somebody who may mount something. */
export interface Grant {
    /** Where it says so, such as `data["ganesha.conf"]`. */
    where: string;
    export: string;
    client: string;
    /** How root of the client is root on the share; false where it is not. */
    keepsRoot: ReturnType<typeof keepsRoot>;
}

export interface Exports {
    grants: Grant[];
    unknown: string[];
    /** Files that say something of exports, and are not in the stack. */
    unseen: string[];
}

/** undefined for what configures no exports. */
export function exportsOf(object: KubernetesObject): Exports | undefined {
    const exports = isKind(object, "core", "ConfigMap")
        ? ofConfigMap(object)
        : podSpec(object) === undefined
          ? undefined
          : ofWorkload(object);
    const { grants, unknown, unseen } = exports ?? none();
    return grants.length + unknown.length + unseen.length > 0 ? exports : undefined;
}

/** Of every policy about exports: what it can't judge. */
export function unjudgedExports(object: KubernetesObject, { unknown, unseen }: Exports): Finding[] {
    const { urn } = object;
    const subject = titleOf(object);
    return [
        ...(unknown.length > 0 ? [{ urn, subject, unknown }] : []),
        ...(unseen.length > 0 ? [{ urn, subject, unseen }] : []),
    ];
}

function ofConfigMap(object: KubernetesObject): Exports {
    const data = at(object.value, "data");
    if (data === UNKNOWN) return { ...none(), unknown: ["data"] };
    const exports = none();
    for (const { where, config } of ganeshaFiles(object)) {
        if (config === UNKNOWN) exports.unknown.push(where);
        else add(exports, ofGanesha(config, where));
    }
    for (const [key, text] of Object.entries((data ?? {}) as object)) {
        const where = `data["${key}"]`;
        // Which of the unknown ones is an exports file only its name can say.
        if (!/(^|\.)exports$/.test(key)) continue;
        if (text === UNKNOWN) exports.unknown.push(where);
        if (typeof text === "string") exports.grants.push(...ofExports(text, where));
    }
    return exports;
}

const none = (): Exports => ({ grants: [], unknown: [], unseen: [] });

function add(to: Exports, { grants, unknown, unseen }: Exports): void {
    to.grants.push(...grants);
    to.unknown.push(...unknown);
    to.unseen.push(...unseen);
}

/** Of a client what its block says counts, then what the export says, then the defaults. */
function ofGanesha(config: Block, where: string): Exports {
    const defaults = lastBlock(config, "export_defaults");
    const exports = config.blocks.filter(({ name }) => name === "export");
    const saying = [config, ...(defaults ? [defaults] : []), ...exports, ...exports.flatMap(({ blocks }) => blocks)];
    return {
        grants: exports.flatMap((block) => grantsOf(block, defaults, where)),
        unknown: saying.flatMap(({ unread }) => unread.unknown),
        unseen: saying.flatMap(({ unread }) => unread.unseen.map((what) => `${what} in ${where}`)),
    };
}

/** An export without clients of its own has those of the defaults, and the first that matches counts (src/support/exports.c). */
function grantsOf(block: Block, defaults: Block | undefined, where: string): Grant[] {
    const clientsOf = (one: Block | undefined): Block[] => one?.blocks.filter(({ name }) => name === "client") ?? [];
    const own = clientsOf(block);
    const clients = own.length > 0 ? own : clientsOf(defaults);
    const said = (key: string, ...places: Block[]): string | undefined =>
        [...places, block, ...(defaults ? [defaults] : [])]
            .map(({ values }) => values.get(key))
            .find((one) => one !== undefined);
    const grant = (client: string, ...places: Block[]): Grant[] =>
        /^none$/i.test(said("access_type", ...places) ?? "None")
            ? []
            : [
                  {
                      where,
                      export: block.values.get("pseudo") ?? block.values.get("path") ?? "",
                      client,
                      keepsRoot: keepsRootOf(said("squash", ...places), said("anonymous_uid", ...places)),
                  },
              ];
    const named = clients.flatMap((one) =>
        wordsOf(one.values.get("clients")).map((client) => ({ client: ANY.test(client) ? "*" : client, one })),
    );
    const grants = named.flatMap(({ client, one }) => grant(client, one));
    // Where a client is everybody, whatever the address, nobody is left to the export itself.
    const all = named.map(({ client }) => client);
    const isLast = all.includes("*") || (all.includes("0.0.0.0/0") && all.includes("::/0"));
    return isLast ? grants : [...grant(EVERYONE), ...grants];
}

/** What Ganesha takes for everybody (conf_lex.l, TOK_V4_ANY). */
const ANY = /^0\.0\.0\.0$/;

/** Ganesha squashes root unless it is told not to, and to the uid that it is told. */
function keepsRootOf(squash = "", uid = "-2"): Grant["keepsRoot"] {
    if (/^(no_?root_?squash|no_?id_?squash|none)$/i.test(squash)) return "unsquashed";
    return Number(uid) === 0 ? "squashed to root" : false;
}

/** Without a client it is anyone. */
const ofExports = (text: string, where: string): Grant[] =>
    readExports(text)
        .filter(({ path }) => path.startsWith("/"))
        .map(({ path, client, options }) => ({
            where,
            export: path,
            client: client === "" ? EVERYONE : client,
            keepsRoot: keepsRoot(options),
        }));

/** Images that write their exports themselves, as their start scripts have it. */
const known = [
    // kubernetes/examples: `*(rw,fsid=0,insecure,no_root_squash)` for each of its arguments.
    { image: /(^|\/)volume-nfs([:@]|$)/, export: "/", client: "*" },
];

function ofWorkload(object: KubernetesObject): Exports {
    const exports = { ...none(), unknown: unknownContainers(object) };
    for (const { value, path } of containersOf(object)) {
        const image = textAt(value, "image");
        for (const { image: pattern, ...one } of known) {
            if (typeof image !== "string" || !pattern.test(image)) continue;
            exports.grants.push({ where: `${path}.image`, ...one, keepsRoot: "unsquashed" });
        }
        const env = listAt(value, "env");
        if (env === UNKNOWN) continue;
        for (const [index, variable] of env.entries()) {
            // As erichough/nfs-server has it: a line of exports(5) in each of NFS_EXPORT_0, NFS_EXPORT_1, ...
            if (!/^NFS_EXPORT_\d+$/.test(String(textAt(variable, "name")))) continue;
            const where = `${path}.env[${index}]`;
            const line = new Variables({ env: env.slice(0, index), envFrom: at(value, "envFrom") }).expand(
                textAt(variable, "value") ?? "",
            );
            if (line === UNKNOWN) exports.unknown.push(where);
            else if (at(variable, "valueFrom") !== undefined) exports.unseen.push(`${where}.valueFrom`);
            else if (line instanceof Elsewhere) exports.unseen.push(`$(${line.name}) in ${where}`);
            else exports.grants.push(...ofExports(line, where));
        }
        const sources = listAt(value, "envFrom");
        const isServer = typeof image === "string" && /(^|\/)nfs-server([:@]|$)/.test(image);
        if (isServer && sources !== UNKNOWN && sources.length > 0) exports.unseen.push(`${path}.envFrom`);
    }
    // Pods that have to do with NFS only by what is not known yet are other policies' to tell of.
    return exports.grants.length + exports.unseen.length > 0
        ? exports
        : { ...exports, unknown: exports.unknown.filter((one) => one.includes(".env[")) };
}
