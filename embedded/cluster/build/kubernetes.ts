// Kubernetes and etcd as one static program, built from ../kubernetes (a Go
// module of one file; all else comes from the Go module proxy).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { built } from "../../cache";
import { goBuild } from "../../go";
import { buildFlags, type GoPrograms, linkerFlags } from "../../go-program";
import { kubernetesVersion, versionVariables } from "./kubernetes-version";

const MODULE = join(__dirname, "../kubernetes");
const FILES = ["go.mod", "go.sum", "main.go"];

/** Path of the program; its first argument says which component to be. */
export async function kubernetes(): Promise<string> {
    const texts = FILES.map((name) => readFileSync(join(MODULE, name), "utf8"));
    const version = kubernetesVersion(texts[0] ?? "");
    const program: GoPrograms = {
        folder: MODULE,
        packages: ["."],
        set: versionVariables(version),
    };
    const folder = await built({
        name: "kubernetes",
        title: `Build Kubernetes ${version}`,
        seconds: 350,
        inputs: [...texts, ...buildFlags(program), linkerFlags(program)],
        build: (into, progress, log) => goBuild(program, into, progress, log),
    });
    return join(folder, "kubernetes");
}
