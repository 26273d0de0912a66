// Types of keep.js, which Node.js runs before it can run TypeScript.
export function keep(path: string, contents: Uint8Array): void;
