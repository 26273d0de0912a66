// What the exit code of a probe's command tells: a small reading of shell scripts,
// which says nothing about what it does not understand. Pure.

/** `nothing`: it always succeeds. `a port`: something listens or runs. `more`: it may fail for the sake of data. */
export type Told = "nothing" | "a port" | "more";

export function tells(command: readonly string[]): Told {
    const shell = /(^|\/)(ba|da|a|k|z)?sh$/.test(command[0] ?? "");
    const at = command.findIndex((word, index) => index > 0 && /^-\w*c$/.test(word));
    // Without a shell a redirection is but a word.
    if (!shell || at < 0) return simple(command.filter((word) => !/[<>]/.test(word)).join(" "));
    const stops = command.slice(1, at + 1).some((word) => /^-\w*e/.test(word));
    return script(command[at + 1] ?? "", stops);
}

/** Without comments, and a statement a line: a backslash, && and | go on in the next one. */
function joined(text: string): string {
    const hidden = unquoted(text);
    const comments = [...hidden.matchAll(/(^|\s)#[^\n]*/g)].reverse();
    const bare = comments.reduce(
        (all, { index, 0: found }) => all.slice(0, index) + all.slice(index + found.length),
        text,
    );
    return bare.replace(/\\\n/g, " ").replace(/(&&|\|\|?)\s*\n/g, "$1 ");
}

function script(written: string, stops: boolean): Told {
    const text = joined(written);
    // What branches, or leaves early with a failure, is not looked into.
    if (/(^|[\s;&|(])(if|for|while|until|case|trap|set|exec\s+\d|\{|\()/.test(text)) {
        if (!/\/dev\/(tcp|udp)\//.test(text)) return /^\s*set\s+-/.test(text) ? stopping(text) : "more";
    }
    if (/(^|[\s;&|])(exit\s+([1-9$]|-)|exit\s*($|[;&|\n])|return|kill(?!\s+-0\b))/.test(text)) return "more";
    const statements = split(text, /;|\n/).filter((one) => one.trim() !== "");
    if (statements.length === 0) return "nothing";
    // Without -e only the last one decides.
    return stops ? every(statements.map(list)) : list(statements.at(-1) ?? "");
}

/** `set -e; ...`: each statement decides; other settings change nothing of it. */
function stopping(text: string): Told {
    const [, flags = "", rest = ""] = /^\s*set\s+(-\S+(?:\s+-\S+|\s+pipefail)*)\s*[;\n]([\s\S]*)$/.exec(text) ?? [];
    return rest === "" ? "more" : script(rest, /(^|\s)-\w*e/.test(flags));
}

/** Commands with && and ||, from left to right. */
function list(text: string): Told {
    if (/(^|[^&])&\s*$/.test(text)) return "nothing"; // in the background
    const operators = text.match(/&&|\|\|/g) ?? [];
    const [first = "", ...rest] = split(text, /&&|\|\|/);
    return rest.reduce((told: Told, part, index) => {
        const next = pipe(part);
        return operators[index] === "&&" ? every([told, next]) : any([told, next]);
    }, pipe(first));
}

/** All must succeed: it tells what the most telling one does. */
const every = (all: readonly Told[]): Told =>
    all.includes("more") ? "more" : all.includes("a port") ? "a port" : "nothing";
/** One success is enough: it tells what the least telling one does. */
const any = (all: readonly Told[]): Told =>
    all.includes("nothing") ? "nothing" : all.includes("a port") ? "a port" : "more";

/** The last one decides; of a filter that reads what comes in, what that tells: it can't tell more. */
function pipe(text: string): Told {
    const parts = split(text, /\|/);
    const last = parts.pop()?.trim() ?? "";
    // Where its output goes says nothing of what it reads.
    const reading = last.replace(/\d*>>?\s*(&\d|\S+)/g, "");
    const readsFile = /[\s=<]\.?\/|\s-\w*f\b|</.test(reading);
    if (parts.length === 0 || readsFile || !FILTER.test(reading)) return simple(last);
    const told = pipe(parts.join("|"));
    // One that looks for something may not find it.
    return told === "nothing" && LOOKING.test(reading) ? "more" : told;
}

const LOOKING = /^((\/usr)?\/bin\/)?(e?grep|fgrep|awk|sed)(?=\s|$)/;
const FILTER = /^((\/usr)?\/bin\/)?(e?grep|fgrep|awk|sed|wc|head|tail|sort|uniq|cut|tr|cat)(?=\s|$)/;
const SUCCEEDS =
    /^((\/usr)?(\/bin\/)?(true|echo|printf|sleep|date(?!.*\s-(r|f|-reference|-file))|hostname|pwd)(?=\s|$).*|:(\s.*)?|exit 0)?$/;
const PORT =
    /^((\/usr)?\/s?bin\/)?(nc|ncat|netcat)\s.*-\w*z|^((\/usr)?\/s?bin\/)?(rpcinfo|pgrep|pidof|killall -0|kill -0|ss|netstat|ps)(?=\s|$)|\/dev\/(tcp|udp)\/|^curl\b.*\btelnet:/;
/** Opening a file can fail; nothing else that these commands do. */
const FILE = /[<>]\s*(?!&|\/dev\/(null|stdout|stderr)\b)[^\s<>&|;]/;
/** What runs the command behind it. */
export const BEFORE =
    /^((\S*\/)?(exec\s+|timeout\s+((-k|-s|--kill-after|--signal)[\s=]\S+\s+|-\S+\s+)*\S+\s+|(command|env|nice)\s+((-\S+|\w+=\S*)\s+)*|busybox\s+))+/;

function simple(text: string): Told {
    const bare = text.trim().replace(BEFORE, "");
    const shell = /^((?:\/usr)?(?:\/bin\/)?(?:ba|da|a)?sh)\s+(-\w*c)\s+(["'])([\s\S]*)\3$/.exec(bare);
    if (shell) return tells([shell[1] ?? "", shell[2] ?? "", shell[4] ?? ""]);
    if (PORT.test(bare)) return "a port";
    return SUCCEEDS.test(bare) && !FILE.test(unquoted(bare)) ? "nothing" : "more";
}

/** With underscores in the place of what is in quotes. */
const unquoted = (text: string): string =>
    text.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, (quoted) => "_".repeat(quoted.length));

/** Not inside of quotes. */
function split(text: string, separator: RegExp): string[] {
    const hidden = unquoted(text);
    const parts: string[] = [];
    let from = 0;
    for (const found of hidden.matchAll(new RegExp(separator, "g"))) {
        parts.push(text.slice(from, found.index));
        from = found.index + found[0].length;
    }
    return [...parts, text.slice(from)];
}
