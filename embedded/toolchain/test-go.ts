// Runs the tests of the language host, with the Go caches that builds use.
import { spawnSync } from "node:child_process";
import { requireGo } from "../host";
import { main } from "../steps";
import { GO_TAGS, goEnvironment, LANGUAGE_HOST } from "./go";

void main(async () => {
    await requireGo();
    for (const command of [
        ["vet", "-tags", GO_TAGS, "./..."],
        ["test", "-tags", GO_TAGS, "./..."],
    ]) {
        const { status } = spawnSync("go", command, { cwd: LANGUAGE_HOST, env: goEnvironment(), stdio: "inherit" });
        if (status !== 0) process.exit(status ?? 1);
    }
});
