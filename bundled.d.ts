// Types of bundled.js, which Node.js loads before it can load TypeScript.
import type { BuildOptions } from "esbuild";

export function bundle(
    options: BuildOptions & { outfile: string },
    record: string,
): { text: (path?: string) => string; unkept?: Error };

export function program(entry: string, apart?: readonly string[]): { file: string; code: string; map: () => string };

export function run(file: string, code: string, entry: string, parent: NodeModule): unknown;
