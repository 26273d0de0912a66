// Turns an image's TypeScript into the files that its Dockerfile copies:
// images/<name>/main.ts -> images/<name>/dist/<name>.js, and where there is a
// page, page/ -> dist/page.{html,js,css}. Called by the program before an image
// is built, and by tests.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";

export const imageNames = ["nfs-server", "visibility"] as const;
export type ImageName = (typeof imageNames)[number];

const common: BuildOptions = {
    // Paths that end up in the bundle are relative to this folder, so that they are alike on every machine.
    absWorkingDir: dirname(__dirname),
    bundle: true,
    legalComments: "inline",
    logLevel: "silent",
    write: false,
};

/** Bundles the image's app and returns the folder to build the image from. The same sources give the same bytes. */
export function bundleImage(name: ImageName): string {
    const context = join(__dirname, name);
    const dist = join(context, "dist");
    bundle(join(context, "main.ts"), join(dist, `${name}.js`), {
        platform: "node",
        format: "cjs",
        // Node.js of Debian 13.
        target: "node20",
        // Parsed at each start, on slow machines too: without comments and spaces, but with names that a stack
        // trace can be read by.
        minifyWhitespace: true,
        minifySyntax: true,
    });
    const page = join(context, "page");
    if (existsSync(page)) {
        // Browsers of the last two years or so.
        const options: BuildOptions = { platform: "browser", format: "iife", target: "es2022", minify: true };
        bundle(join(page, "main.ts"), join(dist, "page.js"), options);
        bundle(join(page, "page.css"), join(dist, "page.css"), options);
        put(join(dist, "page.html"), readFileSync(join(page, "page.html")));
    }
    return context;
}

function bundle(entry: string, outfile: string, options: BuildOptions): void {
    const { outputFiles } = buildSync({ ...common, ...options, entryPoints: [entry], outfile });
    const contents = outputFiles?.[0]?.contents;
    if (contents === undefined) throw new Error(`esbuild made nothing of ${entry}`);
    put(outfile, contents);
}

function put(path: string, contents: Uint8Array): void {
    if (sameAs(path, contents)) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
}

/** Whether the file has this content: an unchanged file keeps its time, for builders that look at it. */
function sameAs(path: string, contents: Uint8Array): boolean {
    try {
        return readFileSync(path).equals(contents);
    } catch {
        return false;
    }
}
