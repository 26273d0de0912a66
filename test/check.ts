// `make check`: formatting, lint and types of the files that git tracks. What
// else somebody has in the folder is his own business; an editor, `npx biome
// check` and `npx tsc` still look at all that is there.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../commands/environment";
import { main, UserError } from "../embedded/steps";
import { tracked } from "./harness/tracked";

/** tsconfig.json with these files in place of all that are there; where nothing is tracked. */
const CONFIGURATION = "node_modules/.tracked.tsconfig.json";

/** Names of the tracked files that are TypeScript and are the root's: the page in a browser has a tsconfig of its own. */
const ofTheRoot = (file: string): boolean => /\.[cm]?ts$/.test(file) && !file.startsWith("images/visibility/page/");

function passes(program: string, ...args: string[]): void {
    const { status } = spawnSync("npx", ["--no-install", program, ...args], { cwd: repository, stdio: "inherit" });
    if (status !== 0) throw new UserError(`${program} found something; it is above`);
}

main(async () => {
    const files = tracked();
    const inRoot = files.filter(ofTheRoot).map((file) => join("..", file));
    writeFileSync(join(repository, CONFIGURATION), JSON.stringify({ extends: "../tsconfig.json", files: inRoot }));
    passes("biome", "check", "--error-on-warnings", "--files-ignore-unknown=true", ...files);
    passes("tsc", "--noEmit", "-p", CONFIGURATION);
    passes("tsc", "--noEmit", "-p", "images/visibility/page");
});
