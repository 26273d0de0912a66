// "Once per run": one run of the CLI starts a plugin several times (preview,
// update, one for each provider), so that it is noted in a file, by the CLI's
// process, who has said it.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { processIdentity } from "../../cache";
import { stateDirectory } from "../../paths";

/** Whether no other process of this run, of the same plugin, was told so before. */
export async function firstOfRun(
    plugin: string,
    run = process.ppid,
    folder = join(stateDirectory(), "toolchain", "said"),
): Promise<boolean> {
    try {
        const identity = await processIdentity(run);
        if (identity === undefined) return true;
        await mkdir(folder, { recursive: true });
        await forgetEnded(folder);
        await writeFile(join(folder, `${plugin} ${identity}`), "", { flag: "wx" });
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code !== "EEXIST"; // where nothing can be noted, it is said too often
    }
}

async function forgetEnded(folder: string): Promise<void> {
    for (const file of await readdir(folder)) {
        const identity = file.slice(file.indexOf(" ") + 1);
        if ((await processIdentity(Number(identity.split(" ")[0]))) !== identity) {
            await rm(join(folder, file), { force: true });
        }
    }
}
