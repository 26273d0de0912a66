// Secrets stay out of what is said: a server, a log or a builder may quote a
// value, and what is said ends up on screens and, unencrypted, in the state. Pure.
import { isObject, isSecret, type Obj, plain } from "./values";

const HIDDEN = "[secret]";
/** Anything shorter would hide half of every sentence, and could be guessed anyway. */
const SHORTEST = 4;

/** The texts that are secret in these properties, also as they look in base64 or in JSON; the longest first. */
export function secretTexts(...properties: readonly Obj[]): string[] {
    const found = new Set<string>();
    const collect = (value: unknown, hidden: boolean): void => {
        if (isSecret(value)) collect(plain(value), true);
        else if (Array.isArray(value)) for (const item of value) collect(item, hidden);
        else if (isObject(value)) for (const inner of Object.values(value)) collect(inner, hidden);
        else if (hidden && (typeof value === "string" || typeof value === "number")) add(found, String(value));
    };
    for (const object of properties) collect(object, false);
    return [...found].sort((a, b) => b.length - a.length);
}

function add(found: Set<string>, text: string): void {
    // A log has lines, and each is shown by itself.
    const lines = text.split(/\r?\n/);
    const forms = [text, JSON.stringify(text).slice(1, -1), ...lines, Buffer.from(text).toString("base64")];
    for (const form of forms) if (form.trim().length >= SHORTEST) found.add(form);
}

export type Redact = (text: string) => string;

export function redaction(secrets: readonly string[]): Redact {
    if (secrets.length === 0) return (text) => text;
    return (text) => secrets.reduce((rest, hidden) => rest.replaceAll(hidden, HIDDEN), text);
}
