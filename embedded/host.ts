// What the embedded default needs of the machine it runs on, looked at before
// anything starts: all that is missing is said at once, with what mends it
// (host-problems.ts), or installed where that is possible.
import { constants, existsSync, readdirSync } from "node:fs";
import { access, mkdir, readFile, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { delimiter, join } from "node:path";
import { goVersion } from "./go";
import { type HostFacts, hostProblems, isDebian, packagesToInstall } from "./host-problems";
import { cacheDirectory, stateDirectory } from "./paths";
import { plainUser } from "./plain-user";
import { run } from "./run";
import { step, UserError } from "./steps";

/** Debian and Ubuntu packages, each with a program (or, absolute, a file) of it by which we see that it is there. */
export const hostPackages: readonly { name: string; program: string }[] = [
    { name: "debootstrap", program: "debootstrap" }, // makes the Debian trees that images and nodes come from
    { name: "debian-archive-keyring", program: "/usr/share/keyrings/debian-archive-keyring.gpg" }, // Ubuntu lacks it
    { name: "e2fsprogs", program: "mkfs.ext4" }, // the nodes' disk
    { name: "iproute2", program: "ip" }, // bridge and veth pairs inside the cluster's network namespace
    { name: "mount", program: "mount" },
    { name: "openssl", program: "openssl" }, // the cluster's certificates
    { name: "util-linux", program: "unshare" }, // namespaces
    { name: "xz-utils", program: "xz" }, // the kernel's sources
];

/** Makes ids known to a namespace, which only a plain user has to make. */
export const ID_MAPPER = "newuidmap";
const userPackages: typeof hostPackages = [{ name: "uidmap", program: ID_MAPPER }];

/** What takes longest to build, by the names of their recipes (cache.ts). */
const LONG_BUILDS = ["kubernetes-", "node-kernel-"];

/** Installs what may be installed, and says all else that is missing. @throws UserError listing every problem. */
export async function prepareHost(): Promise<void> {
    const facts = await hostFacts();
    const problems = hostProblems(facts);
    if (problems.length > 0) throw notReady(problems);
    if (facts.user) throw new UserError(`this needs root, or make, which makes ${facts.user.name} root of a namespace`);
    await installPackages(packagesToInstall(facts));
}

export const notReady = (problems: readonly string[]): UserError =>
    new UserError(`this machine is not ready:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);

/** Packages of the machine's own distribution. */
export async function installPackages(packages: readonly string[]): Promise<void> {
    if (packages.length === 0) return;
    await step(`Install ${packages.join(", ")}`, async (progress) => {
        const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
        await run("apt-get", ["update", "-q"], { env, onLine: progress });
        await run("apt-get", ["install", "-qy", "--no-install-recommends", ...packages], { env, onLine: progress });
    });
}

export async function hostFacts(): Promise<HostFacts> {
    const release = await readFile("/etc/os-release", "utf8").catch(() => "");
    const built = isBuilt();
    const limit = process.constrainedMemory();
    const user = await plainUser();
    const needed = [...hostPackages, ...(user ? userPackages : [])];
    return {
        platform: process.platform,
        arch: process.arch,
        debian: isDebian(release),
        mayInstall: await isWritable("/var/lib/dpkg"),
        user,
        missing: needed.filter(({ program }) => !isThere(program)).map(({ name }) => name),
        disks: [
            { folder: cacheDirectory(), variable: "XDG_CACHE_HOME", free: await freeBytes(cacheDirectory()) },
            { folder: stateDirectory(), variable: "XDG_STATE_HOME", free: await freeBytes(stateDirectory()) },
        ],
        // 0 or a number beyond all memory where there is no limit.
        memory: limit ? Math.min(totalmem(), limit) : totalmem(),
        built,
        go: built ? undefined : await goVersion(),
    };
}

const isWritable = (folder: string): Promise<boolean> =>
    access(folder, constants.W_OK).then(
        () => true,
        () => false,
    );

export function isThere(program: string): boolean {
    if (program.startsWith("/")) return existsSync(program);
    // A user's PATH often lacks the sbin folders, where some of these are.
    const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
    return folders.some((folder) => folder !== "" && existsSync(join(folder, program)));
}

async function freeBytes(folder: string): Promise<number> {
    await mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
}

function isBuilt(): boolean {
    const folder = join(cacheDirectory(), "built");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return LONG_BUILDS.every((build) => names.some((name) => name.startsWith(build) && !/\.\w+$/.test(name)));
}
