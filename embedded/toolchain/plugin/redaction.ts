// Secrets stay out of what is said: a server, a log or a builder may quote a
// value, and what is said ends up on screens and, unencrypted, in the state. Pure.
import { isObject, isSecret, type Obj, plain, secret } from "./values";

const HIDDEN = "[secret]";
/** Anything shorter would hide half of every sentence, and could be guessed anyway. */
const SHORTEST = 4;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The texts that are secret in these properties, also as they look in base64, in JSON, or decoded; the longest first. */
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
    const decoded = decode(text);
    const forms = [text, ...(decoded === undefined ? [] : [decoded])].flatMap((form) => [
        form,
        JSON.stringify(form).slice(1, -1),
        // A log has lines, and each is shown by itself.
        ...form.split(/\r?\n/),
    ]);
    forms.push(Buffer.from(text).toString("base64"));
    for (const form of forms) if (form.trim().length >= SHORTEST) found.add(form);
}

/** What is in the data of a Kubernetes Secret, when it is text. */
function decode(text: string): string | undefined {
    if (text.length % 4 !== 0 || !BASE64.test(text)) return undefined;
    const bytes = Buffer.from(text, "base64");
    const decoded = bytes.toString("utf8");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes that are no text
    return Buffer.from(decoded).equals(bytes) && !/[\u0000-\u0008\u000e-\u001f]/.test(decoded) ? decoded : undefined;
}

export type Redact = (text: string) => string;

export function redaction(secrets: readonly string[]): Redact {
    if (secrets.length === 0) return (text) => text;
    return (text) => secrets.reduce((rest, hidden) => rest.replaceAll(hidden, HIDDEN), text);
}

/** With marks on the texts in `value` that quote a secret, so that they are encrypted in the state. */
export function quotesMarked(value: unknown, secrets: readonly string[]): unknown {
    if (secrets.length === 0 || isSecret(value)) return value;
    if (typeof value === "string") return secrets.some((text) => value.includes(text)) ? secret(value) : value;
    if (Array.isArray(value)) return value.map((item) => quotesMarked(item, secrets));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, quotesMarked(inner, secrets)]));
}
