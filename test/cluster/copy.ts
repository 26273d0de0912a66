// A copy of the repository, without what others keep in its folder, in which a test may do what it likes, such as adding
// an environment.
import { copyFile, cp, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { repository } from "../../commands/environment";
import { tracked } from "../harness/tracked";

/** The Makefile's mark that packages are installed. */
const INSTALLED = ".package-lock.json";
/** The repository's own packages: npm's links to its folders. */
const OWN = "@nfs-storage-stack";

export async function copyRepository(into: string): Promise<void> {
    for (const file of tracked()) {
        await mkdir(dirname(join(into, file)), { recursive: true });
        await copyFile(join(repository, file), join(into, file));
    }
    // Packages by links, one by one, so that nothing that is done to this folder reaches the real one; the mark last, so
    // that it is newer than the lock file, and make installs nothing.
    const [from, to] = [join(repository, "node_modules"), join(into, "node_modules")];
    await mkdir(to);
    for (const name of (await readdir(from)).filter((entry) => entry !== INSTALLED && entry !== OWN)) {
        await symlink(join(from, name), join(to, name));
    }
    await cp(join(from, OWN), join(to, OWN), { recursive: true, verbatimSymlinks: true });
    await copyFile(join(from, INSTALLED), join(to, INSTALLED));
}
