// Reads ganesha.conf as Ganesha does (src/config_parsing/conf_lex.l of
// nfs-ganesha): blocks `NAME { key = value; ... }` inside one another, names
// without case, and %include of other files, which are looked for among the keys
// of the same ConfigMap. Ganesha itself knows an include only outside of blocks;
// one inside is read as well, because it says what was meant.
import { isKind, type KubernetesObject } from "./objects";
import { at, UNKNOWN } from "./plain";

export interface Block {
    /** In lower case, as are the keys of values. */
    name: string;
    values: Map<string, string>;
    blocks: Block[];
    unread: Unread;
}

/** What is included, and says what can't be read: files whose text is not known yet, and files from elsewhere. */
export interface Unread {
    unknown: string[];
    unseen: string[];
}

/** One configuration, with the files that it includes. */
export interface GaneshaFile {
    /** Where it begins, such as `data["ganesha.conf"]`. */
    where: string;
    /** UNKNOWN while its text is. */
    config: Block | typeof UNKNOWN;
}

/** Blocks that nothing but Ganesha has. */
const OWN = new Set(["export", "export_defaults", "nfs_core_param", "nfsv4"]);

/** The configurations of Ganesha in a ConfigMap: not those that others of them include. */
export function ganeshaFiles(object: KubernetesObject): GaneshaFile[] {
    const data = isKind(object, "core", "ConfigMap") ? at(object.value, "data") : undefined;
    if (data === undefined || data === UNKNOWN || typeof data !== "object") return [];
    const files = new Map(Object.entries(data as Record<string, unknown>));
    const included = new Set<string>();
    const read = [...files].flatMap(([key, text]): (GaneshaFile & { key: string })[] => {
        const where = `data["${key}"]`;
        if (text === UNKNOWN) return isNamedSo(key) ? [{ key, where, config: UNKNOWN }] : [];
        if (typeof text !== "string") return [];
        const config = parse(text, files, [key], included);
        const isOwn = isNamedSo(key) || config.blocks.some(({ name }) => OWN.has(name));
        return isOwn ? [{ key, where, config }] : [];
    });
    const roots = read.filter(({ key }) => !included.has(key));
    // Of files that include each other one is as good as the other.
    return roots.length > 0 ? roots : read.slice(0, 1);
}

/** Which of the unknown texts are Ganesha's only their names can say. */
const isNamedSo = (key: string): boolean => /ganesha.*\.conf$/.test(key);

/** A whole configuration, not only exports for one that is elsewhere. */
export const isWhole = ({ where, config }: GaneshaFile): boolean =>
    isNamedSo(where.slice('data["'.length, -'"]'.length)) ||
    (config !== UNKNOWN && config.blocks.some(({ name }) => name === "nfs_core_param" || name === "nfsv4"));

function parse(text: string, files: ReadonlyMap<string, unknown>, reading: readonly string[], included: Set<string>) {
    const tokens = tokensOf(text);
    let next = 0;
    const body = (block: Block): Block => {
        while (next < tokens.length) {
            const token = tokens[next++] ?? "";
            if (token === "}") break;
            if (token.startsWith("%")) include(token, unquoted(tokens[next++] ?? ""), block);
            else if (tokens[next] === "{") {
                next++;
                block.blocks.push(body(emptyBlock(token.toLowerCase())));
            } else if (tokens[next] === "=") {
                next++;
                set(block, token.toLowerCase(), value());
            }
        }
        return block;
    };
    /** Up to the semicolon: a list has commas, and may have spaces. */
    const value = (): string => {
        const words: string[] = [];
        while (next < tokens.length && !";{}".includes(tokens[next] ?? "")) words.push(unquoted(tokens[next++] ?? ""));
        if (tokens[next] === ";") next++;
        return words.join(" ");
    };
    const include = (how: string, path: string, into: Block): void => {
        // The ConfigMap is mounted as a folder, with a file for each key.
        const key = path.split("/").at(-1) ?? "";
        // Ganesha, too, leaves out what it is already reading.
        if (reading.includes(key)) return;
        const found = how.toLowerCase() === "%include" ? files.get(key) : undefined;
        if (found === UNKNOWN) into.unread.unknown.push(`data["${key}"]`);
        if (found === UNKNOWN || typeof found === "string") included.add(key);
        if (typeof found === "string") {
            const { values, blocks, unread } = parse(found, files, [...reading, key], included);
            for (const [name, one] of values) set(into, name, one);
            into.blocks.push(...blocks);
            into.unread.unknown.push(...unread.unknown);
            into.unread.unseen.push(...unread.unseen);
        } else if (found === undefined) into.unread.unseen.push(`${how} of ${path}`);
    };
    return body(emptyBlock(""));
}

/** The last value counts, but of clients: each of these adds to the list (CONF_ITEM_PROC_MULT, src/support/exports.c). */
function set({ values }: Block, key: string, value: string): void {
    const before = key === "clients" ? values.get(key) : undefined;
    values.set(key, before === undefined ? value : `${before}, ${value}`);
}

const emptyBlock = (name: string): Block => ({
    name,
    values: new Map(),
    blocks: [],
    unread: { unknown: [], unseen: [] },
});

/** Quoted text is one token; a comment is none. */
function tokensOf(text: string): string[] {
    const found = text.match(/#[^\n]*|"(?:\\.|[^"\\])*"|'[^']*'|[{};=]|[^\s{};="'#]+/g) ?? [];
    return found.filter((token) => !token.startsWith("#"));
}

function unquoted(token: string): string {
    if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(.)/g, "$1");
    return token.startsWith("'") ? token.slice(1, -1) : token;
}

/**
 * The block that counts of those with one name. Each is read into the same place, and what it does not say goes back to
 * the default: so it is the last one (tried with Ganesha 4.3).
 */
export const lastBlock = (config: Block, name: string): Block | undefined =>
    config.blocks.filter((block) => block.name === name).at(-1);

/** What can't be read, and may say something of the block. */
export function unreadOf(config: Block, name: string): Unread {
    const places = [config, ...config.blocks.filter((block) => block.name === name)];
    return {
        unknown: places.flatMap(({ unread }) => unread.unknown),
        unseen: places.flatMap(({ unread }) => unread.unseen),
    };
}

/** The words of a list. */
export const wordsOf = (text = ""): string[] => text.split(/[\s,]+/).filter((word) => word !== "");

/** Whether clients can use NFSv4: it is not taken away for the server, or for each of its exports. */
export function speaksVersion4(config: Block): boolean {
    const has = (text: string | undefined): boolean | undefined =>
        text === undefined ? undefined : wordsOf(text).some((word) => /^(nfs)?v?4$/i.test(word));
    const core = lastBlock(config, "nfs_core_param")?.values;
    // One item by two names.
    if (has(core?.get("protocols") ?? core?.get("nfs_protocols")) === false) return false;
    const defaults = has(lastBlock(config, "export_defaults")?.values.get("protocols"));
    const exports = config.blocks.filter(({ name }) => name === "export");
    return exports.length === 0 || exports.some(({ values }) => has(values.get("protocols")) ?? defaults ?? true);
}
