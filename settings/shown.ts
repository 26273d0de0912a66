// Texts that people gave, in messages and commands: as they are where that is
// safe, so that none can add a line, colour a terminal or end a quotation. Pure.

/** Longest part of a value that a message repeats. */
const LONGEST = 100;

/** In double quotes, with everything invisible escaped, cut where it is long. */
export function shown(text: string): string {
    const letters = [...text];
    const cut = letters.length > LONGEST;
    const quoted = JSON.stringify(cut ? letters.slice(0, LONGEST).join("") : text).replace(
        /[\p{C}\p{Zl}\p{Zp}]/gu,
        (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`,
    );
    return cut ? `${quoted.slice(0, -1)}…" (${letters.length} characters)` : quoted;
}

/** One word of a command line, whatever is in it. */
export function shellWord(text: string): string {
    return /^[\w.,:/@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
