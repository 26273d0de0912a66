// Reads ganesha.conf as far as it says who may mount what, as whom. Blocks are
// `NAME { key = value; ... }`, inside one another; names have no case.

export interface Block {
    name: string;
    values: Map<string, string>;
    blocks: Block[];
}

export function parseGanesha(text: string): Block[] {
    const tokens = text.replace(/#.*$/gm, "").match(/"[^"]*"|[{};=]|[^\s{};="]+/g) ?? [];
    let at = 0;
    const body = (name: string): Block => {
        const block: Block = { name: name.toLowerCase(), values: new Map(), blocks: [] };
        while (at < tokens.length) {
            const token = tokens[at++] ?? "";
            if (token === "}") break;
            if (tokens[at] === "{") {
                at++;
                block.blocks.push(body(token));
            } else if (tokens[at] === "=") {
                at++;
                block.values.set(token.toLowerCase(), value());
            }
        }
        return block;
    };
    /** Up to the semicolon: a list has commas, and may have spaces. */
    const value = (): string => {
        const words: string[] = [];
        while (at < tokens.length && !";{}".includes(tokens[at] ?? ""))
            words.push((tokens[at++] ?? "").replaceAll('"', ""));
        if (tokens[at] === ";") at++;
        return words.join(" ");
    };
    return body("").blocks;
}

export const isGanesha = (text: string): boolean => /^\s*EXPORT\s*\{/im.test(text);
