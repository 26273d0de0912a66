// Runs the tests of the language host, with the Go caches that builds use.
import { spawnSync } from "node:child_process";
import { goEnvironment, requireGo } from "../go";
import { main } from "../steps";
import { GO_TAGS, LANGUAGE_HOST_FOLDER } from "./programs";

void main(async () => {
    await requireGo();
    for (const command of [
        ["vet", "-tags", GO_TAGS, "./..."],
        ["test", "-tags", GO_TAGS, "./..."],
    ]) {
        const { status } = spawnSync("go", command, {
            cwd: LANGUAGE_HOST_FOLDER,
            env: goEnvironment(),
            stdio: "inherit",
        });
        if (status !== 0) process.exit(status ?? 1);
    }
});
