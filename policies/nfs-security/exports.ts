// The exports that an object configures: ganesha.conf and exports(5) in a
// ConfigMap, variables of the usual server images, and images that are known to
// export in one way only.
import {
    at,
    containersOf,
    isKind,
    type KubernetesObject,
    listAt,
    podSpec,
    textAt,
    UNKNOWN,
    unknownContainers,
} from "@nfs-storage-stack/policies-shared";
import { type Block, isGanesha, parseGanesha } from "./ganesha";
import { EVERYONE } from "./networks";

/** Somebody who may mount something. */
export interface Grant {
    /** Where it says so, such as `data["ganesha.conf"]`. */
    where: string;
    export: string;
    client: string;
    /** Whether root of the client is root on the share. */
    keepsRoot: boolean;
}

export interface Exports {
    grants: Grant[];
    unknown: string[];
}

/** undefined for what configures no exports. */
export function exportsOf(object: KubernetesObject): Exports | undefined {
    const exports = isKind(object, "core", "ConfigMap")
        ? ofConfigMap(object)
        : podSpec(object) === undefined
          ? undefined
          : ofWorkload(object);
    return exports && exports.grants.length + exports.unknown.length > 0 ? exports : undefined;
}

function ofConfigMap({ value }: KubernetesObject): Exports {
    const data = at(value, "data");
    if (data === UNKNOWN) return { grants: [], unknown: ["data"] };
    const exports: Exports = { grants: [], unknown: [] };
    for (const [key, text] of Object.entries((data ?? {}) as object)) {
        const where = `data["${key}"]`;
        // Which of the unknown ones is an exports file only its name can say.
        const isLines = /(^|\.)exports?$/.test(key);
        if (text === UNKNOWN && (isLines || /ganesha.*\.conf$/.test(key))) exports.unknown.push(where);
        if (typeof text !== "string") continue;
        if (isGanesha(text)) exports.grants.push(...ofGanesha(text, where));
        else if (isLines) exports.grants.push(...text.split("\n").flatMap((line) => ofLine(line, where)));
    }
    return exports;
}

/** Of a client what its block says counts, then what the export says, then the defaults. */
function ofGanesha(text: string, where: string): Grant[] {
    const blocks = parseGanesha(text);
    const defaults = blocks.filter(({ name }) => name === "export_defaults");
    return blocks
        .filter(({ name }) => name === "export")
        .flatMap((block) => {
            const clients = block.blocks.filter(({ name }) => name === "client");
            const said = (key: string, ...places: Block[]): string | undefined =>
                [...places, block, ...defaults].map(({ values }) => values.get(key)).find((one) => one !== undefined);
            const grant = (client: string, ...places: Block[]): Grant[] =>
                /^none$/i.test(said("access_type", ...places) ?? "None")
                    ? []
                    : [
                          {
                              where,
                              export: block.values.get("pseudo") ?? block.values.get("path") ?? "",
                              client,
                              keepsRoot: /^(no_?root_?squash|no_?id_?squash|none)$/i.test(
                                  said("squash", ...places) ?? "",
                              ),
                          },
                      ];
            const named = clients.flatMap((one) =>
                words(one.values.get("clients")).flatMap((client) => grant(client, one)),
            );
            return [...grant(EVERYONE), ...named];
        });
}

const words = (text = ""): string[] => text.split(/[\s,]+/).filter((word) => word !== "");

/** `/path client(options) client(options)`; without a client, or without a name before the options, it is anyone. */
function ofLine(line: string, where: string): Grant[] {
    const [path = "", ...rest] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (path === "") return [];
    const common = rest
        .filter((word) => word.startsWith("-"))
        .map((word) => word.slice(1))
        .join(",");
    const clients = rest.filter((word) => !word.startsWith("-"));
    return (clients.length === 0 ? [""] : clients).map((word) => {
        const [, client = "", options = ""] = /^([^(]*)(?:\((.*)\))?$/.exec(word) ?? [];
        return {
            where,
            export: path,
            client: client === "" ? EVERYONE : client,
            keepsRoot: `${common},${options}`.split(",").includes("no_root_squash"),
        };
    });
}

/** Images that write their exports themselves, as their start scripts have it. */
const known = [
    // kubernetes/examples: `*(rw,fsid=0,insecure,no_root_squash)` for each of its arguments.
    { image: /(^|\/)volume-nfs([:@]|$)/, export: "/", client: "*" },
];

function ofWorkload(object: KubernetesObject): Exports {
    const exports: Exports = { grants: [], unknown: unknownContainers(object) };
    for (const { value, path } of containersOf(object)) {
        const image = textAt(value, "image");
        for (const { image: pattern, ...one } of known) {
            if (typeof image !== "string" || !pattern.test(image)) continue;
            exports.grants.push({ where: `${path}.image`, ...one, keepsRoot: true });
        }
        const env = listAt(value, "env");
        if (env === UNKNOWN) continue;
        for (const [index, variable] of env.entries()) {
            // As erichough/nfs-server has it: a line of exports(5) in each of NFS_EXPORT_0, NFS_EXPORT_1, ...
            if (!/^NFS_EXPORT_\d+$/.test(String(textAt(variable, "name")))) continue;
            const line = textAt(variable, "value");
            const where = `${path}.env[${index}]`;
            if (line === UNKNOWN) exports.unknown.push(where);
            else exports.grants.push(...ofLine(line ?? "", where));
        }
    }
    // Pods that have to do with NFS only by what is not known yet are other policies' to tell of.
    return exports.grants.length > 0
        ? exports
        : { ...exports, unknown: exports.unknown.filter((one) => one.includes(".env[")) };
}
