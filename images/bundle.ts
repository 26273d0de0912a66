// Turns an image's TypeScript into the one file that its Dockerfile copies:
// images/<name>/main.ts -> images/<name>/dist/<name>.js. Called by the program
// before an image is built, and by tests.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";

export const imageNames = ["nfs-server", "visibility"] as const;
export type ImageName = (typeof imageNames)[number];

/** Bundles the image's app and returns the folder to build the image from. The same sources give the same bytes. */
export function bundleImage(name: ImageName): string {
    const context = join(__dirname, name);
    const outfile = join(context, "dist", `${name}.js`);
    const { outputFiles } = buildSync({
        // Paths that end up in the bundle are relative to this folder, so that they are alike on every machine.
        absWorkingDir: dirname(__dirname),
        entryPoints: [join(context, "main.ts")],
        outfile,
        bundle: true,
        platform: "node",
        format: "cjs",
        // Node.js of Debian 13.
        target: "node20",
        // Parsed at each start, on slow machines too: without comments and spaces, but with names that a stack
        // trace can be read by.
        minifyWhitespace: true,
        minifySyntax: true,
        legalComments: "inline",
        logLevel: "silent",
        write: false,
    });
    const contents = outputFiles[0]?.contents;
    if (contents === undefined) {
        throw new Error(`esbuild made nothing of ${join(context, "main.ts")}`);
    }
    if (!sameAs(outfile, contents)) {
        mkdirSync(dirname(outfile), { recursive: true });
        writeFileSync(outfile, contents);
    }
    return context;
}

/** Whether the file has this content: an unchanged file keeps its time, for builders that look at it. */
function sameAs(path: string, contents: Uint8Array): boolean {
    try {
        return readFileSync(path).equals(contents);
    } catch {
        return false;
    }
}
