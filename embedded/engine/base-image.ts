// The image that the project's images start from: the pristine Debian tree,
// imported under a name of our own. The tag says which tree it is, so that an
// image is built again when its base changed.
import { spawn } from "node:child_process";
import { basename } from "node:path";
import { Transform } from "node:stream";
import { debianTree, RELEASE } from "../debian";
import { type Progress, step } from "../steps";
import type { Engine } from "./api";

const REPOSITORY = "nfs-storage-stack/debian";
const MIB = 1024 ** 2;

/** Trees are named by a hash of what they were made from. */
export const baseReference = (tree: string): string =>
    `${REPOSITORY}:${RELEASE}-${basename(tree).split("-").pop()?.replace(/\W/g, "") ?? "unknown"}`;

/** Its reference; imported unless the engine has it. */
export async function importBaseImage(engine: Engine): Promise<string> {
    const tree = await debianTree();
    const reference = baseReference(tree);
    if (!(await engine.has(`/images/${reference}/json`))) {
        await step("Import the base image", (progress) => importTree(engine, tree, reference, progress));
    }
    return reference;
}

async function importTree(engine: Engine, tree: string, reference: string, progress: Progress): Promise<void> {
    const args = ["--numeric-owner", "--sort=name", "--one-file-system", "-C", tree, "-cf", "-", "."];
    const tar = spawn("tar", args, { stdio: ["ignore", "pipe", "pipe"] });
    let complaint = "";
    tar.stderr.setEncoding("utf8").on("data", (text: string) => {
        complaint += text;
    });
    let sent = 0;
    const count = new Transform({
        transform(chunk: Buffer, _encoding, done) {
            sent += chunk.length;
            progress(`${(sent / MIB).toFixed(0)} MiB`);
            done(null, chunk);
        },
    });
    // Without the end of the archive the engine would take a part for the whole.
    tar.once("error", (error) => count.destroy(error));
    tar.once("close", (code) => {
        if (code === 0) count.end();
        else count.destroy(new Error(`tar of ${tree} failed: ${complaint.trim()}`));
    });
    tar.stdout.pipe(count, { end: false });
    const [repo = "", tag = ""] = reference.split(":");
    const query = new URLSearchParams({ fromSrc: "-", repo, tag });
    query.append("changes", 'CMD ["bash"]');
    let said = "";
    await engine.stream(
        `/images/create?${query}`,
        { headers: { "content-type": "application/x-tar" }, body: count },
        (piece) => {
            said += piece;
        },
    );
    const failure = /"error":\s*"((?:[^"\\]|\\.)*)"/.exec(said)?.[1];
    if (failure !== undefined) throw new Error(`the engine could not import ${tree}: ${failure}`);
}
