// The one volume of the server: whether it is one that can be exported, and the
// folders in it. Decisions are pure; prepare() does what they say.
import { constants } from "node:fs";
import { chmod, lchown, lstat, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { serverPod } from "@nfs-storage-stack/contract";
import { errorName } from "../common/error-names";

export interface Mount {
    point: string;
    type: string;
}

/** proc_pid_mountinfo(5): spaces and the like are written as octal numbers. */
const unescaped = (text: string): string =>
    text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** The mounts in the text of /proc/self/mountinfo, in order. */
export function parseMountinfo(text: string): Mount[] {
    return text
        .split("\n")
        .map((line) => line.split(" "))
        .filter((fields) => fields.includes("-"))
        .map((fields) => ({
            point: unescaped(fields[4] ?? ""),
            type: fields[fields.indexOf("-", 6) + 1] ?? "",
        }));
}

/** What holds the path: the longest mount point it lies in; of several on one point the last, which hides the others. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
    return mounts
        .filter(({ point }) => point === "/" || path === point || path.startsWith(`${point}/`))
        .reduce<Mount | undefined>((best, m) => (best && best.point.length > m.point.length ? best : m), undefined);
}

/** Why a path cannot be served from this mount; undefined when it can. */
export function unfitVolume(path: string, mount: Mount | undefined): string | undefined {
    if (mount === undefined) return `${path} is on no mount that /proc/self/mountinfo knows`;
    const wanted = `mount a volume (a PersistentVolumeClaim, or a folder of the node's disk) at ${path}`;
    if (mount.type === "overlay" || mount.type === "aufs") {
        return `${path} is on the container's own ${mount.type} file system, which NFS cannot export and which ends with the container; ${wanted}`;
    }
    if (mount.type === "tmpfs" || mount.type === "ramfs") {
        return `${path} is in memory (${mount.type}): the data, and what clients must reclaim after a restart, would be lost; ${wanted}`;
    }
    return undefined;
}

export interface Identity {
    uid: number;
    gid: number;
}

/** Gives all of a folder to one identity, the folder itself last, so that an interrupted change is begun again. */
async function giveAll(folder: string, to: Identity): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) await giveAll(path, to);
        else await lchown(path, to.uid, to.gid);
    }
    await lchown(folder, to.uid, to.gid);
}

/** Written as a whole or not at all. */
async function replaceFile(path: string, contents: Buffer): Promise<void> {
    const temporary = `${path}.new`;
    // Not through a link that somebody may have left there.
    const file = await open(
        temporary,
        constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
        0o644,
    );
    try {
        await file.writeFile(contents);
        await file.sync();
    } finally {
        await file.close();
    }
    await rename(temporary, path);
}

const isFull = (error: unknown): boolean => ["ENOSPC", "EDQUOT"].includes(errorName(error) ?? "");

/** Over the one of the start before, as long as that: so a volume that is full can be served, and be given room. */
async function overwriteFile(path: string, contents: Buffer): Promise<void> {
    const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
        const { size } = await file.stat();
        if (size !== contents.length) throw new Error(`${path} has ${size} bytes, not ${contents.length}`);
        await file.write(contents, 0, contents.length, 0);
        await file.sync();
    } finally {
        await file.close();
    }
}

async function putCanary(path: string, canary: Buffer): Promise<void> {
    try {
        await replaceFile(path, canary);
    } catch (error) {
        if (!isFull(error)) throw error;
        await rm(`${path}.new`, { force: true });
        await overwriteFile(path, canary).catch(() => {
            throw error;
        });
    }
}

/**
 * Makes the folders of the volume and the canary.
 * @throws Error that says which of them could not be made, and why
 */
export async function prepare(dataPath: string, owner: Identity, canary: Buffer): Promise<void> {
    const unfit = unfitVolume(
        dataPath,
        mountOf(dataPath, parseMountinfo(await readFile("/proc/self/mountinfo", "utf8"))),
    );
    if (unfit) throw new Error(unfit);
    const at = (name: string): string => join(dataPath, name);
    await explained(`make the folders of ${dataPath}`, async () => {
        await mkdir(at(serverPod.shareFolder), { recursive: true });
        // What the server needs to know of its clients after a restart; nobody else's business.
        await mkdir(at(serverPod.recoveryFolder), { recursive: true, mode: 0o700 });
        await mkdir(at(serverPod.canaryFolder), { recursive: true, mode: 0o755 });
    });
    await explained(`write ${at(serverPod.canaryFolder)}`, () =>
        putCanary(join(at(serverPod.canaryFolder), serverPod.canaryFile), canary),
    );
    await explained(`give ${at(serverPod.shareFolder)} to ${owner.uid}:${owner.gid}`, async () => {
        const share = await lstat(at(serverPod.shareFolder));
        if (share.uid !== owner.uid || share.gid !== owner.gid) await giveAll(at(serverPod.shareFolder), owner);
        // Every client is this one identity; nobody else has business in the share.
        await chmod(at(serverPod.shareFolder), 0o770);
    });
}

async function explained(what: string, work: () => Promise<void>): Promise<void> {
    try {
        await work();
    } catch (error) {
        const wanted = isFull(error)
            ? "the volume is full: make room on it, or take a larger one"
            : "the volume must be writable for uid 0 with the capabilities CHOWN, DAC_OVERRIDE and FOWNER";
        throw new Error(`cannot ${what}: ${(error as Error).message}; ${wanted}`);
    }
}
