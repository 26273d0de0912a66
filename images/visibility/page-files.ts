// The page's three files, which images/bundle.ts puts beside the app. They are
// read once, at the start: answers come from memory.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Routes } from "../common/http";

const files = {
    "/": { name: "page.html", type: "text/html; charset=utf-8" },
    "/page.js": { name: "page.js", type: "text/javascript; charset=utf-8" },
    "/page.css": { name: "page.css", type: "text/css; charset=utf-8" },
} as const;

export function pageRoutes(): Routes {
    return Object.fromEntries(
        Object.entries(files).map(([path, { name, type }]) => {
            const body = readFileSync(join(__dirname, name));
            return [path, () => ({ type, body })];
        }),
    );
}
