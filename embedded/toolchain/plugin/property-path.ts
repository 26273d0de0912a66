// Paths to properties as a program writes them (ignoreChanges), into the keys
// along them; values.ts writes them the other way round. Pure.
import type { Path } from "./values";

/** root.nested, root["a.b"], root[0].name; a name that is quoted may have dots in it. */
const STEP = /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/gy;

/** undefined when it is not a path, or means several properties ("*"): the engine has judged it already. */
export function parsePath(text: string): Path | undefined {
    const keys: (string | number)[] = [];
    let read = 0;
    STEP.lastIndex = 0;
    for (let step = STEP.exec(text); step; step = STEP.exec(text)) {
        const [whole, name, index, quoted] = step;
        keys.push(index === undefined ? (name ?? unquoted(quoted)) : Number(index));
        read += whole.length;
    }
    return read === text.length && keys.length > 0 && !keys.includes("*") ? keys : undefined;
}

const unquoted = (text = ""): string => text.replace(/\\(.)/g, "$1");
