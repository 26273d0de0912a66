// Types of node-version.js, which has to be plain JavaScript.
export function problem(version: string, engines: string): string | null;
