// Where a mount is: which server, which folder. One place has several spellings,
// and a folder that contains another shows what is in it.
import { isIPv6 } from "node:net";
import { type Maybe, UNKNOWN } from "./plain";

export interface Place {
    /** The volume or the claim that leads there: two ways over one need nothing else to be known. */
    through: string;
    /** In its one spelling; UNKNOWN while it is. For a claim of another kind, that claim. */
    server: Maybe<string>;
    /** The exported folder. */
    path: Maybe<string>;
    /** Below that: a volumeMount's subPath, or subPathExpr, of which only the text can be compared. */
    folder: Maybe<string>;
}

/** Names have no case and may end in a dot, IPv6 is written short, or in brackets as mount takes it too. */
export function serverName(text: string): string {
    const bare = text.replace(/^\[(.*)\]$/, "$1");
    if (isIPv6(bare) && !bare.includes("%")) return new URL(`nfs://[${bare}]`).hostname.slice(1, -1);
    return text.toLowerCase().replace(/\.$/, "");
}

/** Without what says nothing: /share/ is /share, and so is //share/. */
export const folderName = (text: string): string => text.split("/").filter(isNamed).join("/");
const isNamed = (part: string): boolean => part !== "" && part !== ".";

/** Whether something written in one can be seen in the other; UNKNOWN where that is known later. */
export function overlap(one: Place, other: Place): Maybe<boolean> {
    if (one.through === other.through) return related(one.folder, other.folder);
    const path = related(below(one.path, one.folder), below(other.path, other.folder));
    if (one.server !== UNKNOWN && other.server !== UNKNOWN && one.server !== other.server) return false;
    if (path === false) return false;
    return one.server === UNKNOWN || other.server === UNKNOWN ? UNKNOWN : path;
}

const below = (path: Maybe<string>, folder: Maybe<string>): Maybe<string> =>
    path === UNKNOWN || folder === UNKNOWN ? UNKNOWN : folderName(`${path}/${folder}`);

/** The same, or one in the other. */
function related(one: Maybe<string>, other: Maybe<string>): Maybe<boolean> {
    if (one === UNKNOWN || other === UNKNOWN) return UNKNOWN;
    const [a, b] = [`${folderName(one)}/`, `${folderName(other)}/`];
    return a === "/" || b === "/" || a.startsWith(b) || b.startsWith(a);
}
