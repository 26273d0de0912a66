// The files of the one small image that the cluster itself needs: a program
// that holds a pod's sandbox (pause.c), and a static busybox for what a shell
// can do.
import { readFileSync } from "node:fs";
import { copyFile, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { built } from "../cache";
import { buildTree } from "./build-tree";
import { inTree } from "./in-tree";

const PAUSE = readFileSync(join(__dirname, "pause.c"));

/** Names that busybox answers to, for shell scripts that set up folders. */
const APPLETS = ["sh", "cat", "chmod", "chown", "ls", "mkdir", "mv", "rm", "sleep", "test"];

/** Folder with /bin/pause and /bin/busybox. */
export function helperRootfs(): Promise<string> {
    return built({
        name: "helper",
        title: "Build the image of pods' sandboxes",
        inputs: ["1", PAUSE, ...APPLETS],
        build: async (into, _progress, log) => {
            const tree = await buildTree();
            const bin = join(into, "bin");
            await mkdir(bin);
            await inTree(
                tree,
                ["gcc", "-static", "-Os", "-s", "-Wall", "-Werror", "-o", "/tmp/bin/pause", "/tmp/pause.c"],
                {
                    // Below /tmp, which is in memory: the tree itself stays as it is.
                    binds: [
                        { source: bin, target: "/tmp/bin" },
                        { source: join(__dirname, "pause.c"), target: "/tmp/pause.c", readOnly: true },
                    ],
                    logFile: log,
                },
            );
            await copyFile(join(tree, "usr/bin/busybox"), join(bin, "busybox"));
            for (const applet of APPLETS) await symlink("busybox", join(bin, applet));
        },
    });
}
