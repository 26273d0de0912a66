// Reads Ganesha's configuration language: blocks in braces, settings ended by
// semicolons, comments. For tests of what the server is configured with.
import assert from "node:assert/strict";

export interface Block {
    name: string;
    settings: [string, string][];
    blocks: Block[];
}

/**
 * @param included texts of the files that it includes, by their paths
 * @throws AssertionError when it is not the language
 */
export function parse(text: string, included: Readonly<Record<string, string>> = {}): Block {
    const whole = text.replace(/^%include "(.*)"$/gm, (_, path: string) => {
        const found = included[path];
        assert.ok(found !== undefined, `${path} is included`);
        return found;
    });
    const tokens = whole.replace(/#.*$/gm, "").match(/[{};=]|[^{};=\s][^{};=]*/g) ?? [];
    let at = 0;
    const block = (name: string): Block => {
        const result: Block = { name, settings: [], blocks: [] };
        for (;;) {
            const word = tokens[at++]?.trim();
            if (word === undefined || word === "}") return result;
            const next = tokens[at++];
            if (next === "{") result.blocks.push(block(word));
            else {
                assert.equal(next, "=", `after ${word}`);
                result.settings.push([word, tokens[at++]?.trim() ?? ""]);
                assert.equal(tokens[at++], ";", `after the value of ${word}`);
            }
        }
    };
    return block("");
}

export const setting = (block: Block, name: string): string | undefined =>
    block.settings.find(([n]) => n.toLowerCase() === name.toLowerCase())?.[1];

export function only(block: Block, name: string): Block {
    const found = block.blocks.filter((b) => b.name === name);
    assert.equal(found.length, 1, name);
    return found[0] as Block;
}

export const exportsOf = (config: Block): Block[] => config.blocks.filter(({ name }) => name === "EXPORT");

/** Who may mount, and how. */
export const clients = (block: Block): string[] =>
    block.blocks
        .filter(({ name }) => name === "CLIENT")
        .map((c) => `${setting(c, "Clients")} ${setting(c, "Access_Type")}`);

/** Names of blocks and settings, in their order: what no value may change. CLIENT blocks are as many as networks. */
export const shape = (block: Block): unknown => [
    block.name,
    block.settings.map(([name]) => name),
    block.blocks.filter(({ name }) => name !== "CLIENT").map(shape),
];
