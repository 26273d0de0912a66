// Turns an image's TypeScript into the files that its Dockerfile copies:
// images/<name>/main.ts -> images/<name>/dist/<name>.js, and where there is a
// page, page/ -> dist/page.{html,js,css}. Called by the program before an image
// is built, and by tests.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { keep } from "../load/keep";

export const imageNames = ["nfs-server", "visibility"] as const;
export type ImageName = (typeof imageNames)[number];

/** This folder, by its package: the program is bundled, and runs elsewhere. */
const images = dirname(require.resolve("@nfs-storage-stack/images/package.json"));

/** Bundles the image's app and gives the folder to build the image from. The same sources give the same bytes. */
export async function bundleImage(name: ImageName): Promise<string> {
    const context = join(images, name);
    await Promise.all([bundleApp(context, name), bundlePage(context)]);
    return context;
}

const bundleApp = (context: string, name: ImageName): Promise<void> =>
    bundleInto(context, [{ in: "main.ts", out: name }], {
        platform: "node",
        format: "cjs",
        // Node.js of Debian 13.
        target: "node20",
        // Parsed at each start, on slow machines too: without comments and spaces, but with names that a stack
        // trace can be read by.
        minifyWhitespace: true,
        minifySyntax: true,
    });

async function bundlePage(context: string): Promise<void> {
    if (!existsSync(join(context, "page"))) return;
    const parts = ["main.ts", "page.css", "page.html"].map((file) => ({ in: `page/${file}`, out: "page" }));
    await bundleInto(context, parts, {
        platform: "browser",
        format: "iife",
        // Browsers of the last two years or so.
        target: "es2022",
        minify: true,
        loader: { ".html": "copy" },
    });
}

async function bundleInto(context: string, parts: { in: string; out: string }[], options: BuildOptions): Promise<void> {
    const { outputFiles } = await build({
        ...options,
        entryPoints: parts.map((part) => ({ ...part, in: join(context, part.in) })),
        outdir: join(context, "dist"),
        // Paths that end up in a bundle are relative to this folder, so that they are alike on every machine.
        absWorkingDir: dirname(images),
        bundle: true,
        legalComments: "inline",
        logLevel: "silent",
        write: false,
    });
    for (const { path, contents } of outputFiles) keep(path, contents);
}
