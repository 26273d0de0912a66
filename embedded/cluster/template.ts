// Fills the files in node/ and control-plane/: {{NAME}} stands for a value.

const PLACEHOLDER = /\{\{([A-Z_]+)\}\}/g;

/** @throws Error naming every placeholder without a value and every value without a placeholder. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
    const used = new Set<string>();
    const unknown = new Set<string>();
    const text = template.replace(PLACEHOLDER, (all, name: string) => {
        const value = values[name];
        (value === undefined ? unknown : used).add(name);
        return value ?? all;
    });
    const unused = Object.keys(values).filter((name) => !used.has(name));
    if (unknown.size > 0 || unused.length > 0) {
        throw new Error(
            `template: no value for ${[...unknown].join(", ") || "none"}; no place for ${unused.join(", ") || "none"}`,
        );
    }
    return text;
}
