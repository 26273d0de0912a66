// Turns an image's TypeScript into the files that its Dockerfile copies:
// images/<name>/main.ts -> images/<name>/dist/<name>.js, and where there is a
// page, page/ -> dist/page.{html,js,css}. Called by the program before an image
// is built, and by tests.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BuildOptions } from "esbuild";
import { bundle } from "../bundled";

export const imageNames = ["nfs-server", "visibility"] as const;
export type ImageName = (typeof imageNames)[number];

const common: BuildOptions = {
    // Paths that end up in the bundle are relative to this folder, so that they are alike on every machine.
    absWorkingDir: dirname(__dirname),
    bundle: true,
    legalComments: "inline",
    logLevel: "silent",
};

/** Bundles the image's app and returns the folder to build the image from. The same sources give the same bytes. */
export function bundleImage(name: ImageName): string {
    const context = join(__dirname, name);
    const dist = join(context, "dist");
    bundleInto(join(context, "main.ts"), join(dist, `${name}.js`), {
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
        bundleInto(join(page, "main.ts"), join(dist, "page.js"), options);
        bundleInto(join(page, "page.css"), join(dist, "page.css"), options);
        // A bundle, too, of one file that is as it is.
        bundleInto(join(page, "page.html"), join(dist, "page.html"), { loader: { ".html": "copy" } });
    }
    return context;
}

function bundleInto(entry: string, outfile: string, options: BuildOptions): void {
    // Not in the folder that the image is built from.
    const record = join(__dirname, "dist", `${basename(outfile)}.json`);
    const { unkept } = bundle({ ...common, ...options, entryPoints: [entry], outfile }, record);
    if (unkept) throw unkept;
}
