// What the embedded default needs of the machine it runs on, looked at before
// anything starts: all that is missing is said at once, with what mends it.
import { existsSync } from "node:fs";
import { mkdir, readFile, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { delimiter, join } from "node:path";
import { cacheDirectory, stateDirectory } from "./paths";
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

const GIB = 1024 ** 3;
/** From nothing the caches grow to 8 GiB (Go 6.6, what was built 1.3), and the kernel takes 2.3 more while it is built. */
const NEEDED_DISK = 12 * GIB;
/** With everything built a running stack takes about this much. */
const NEEDED_DISK_WARM = 3 * GIB;
/** Two nodes, the control plane and Pulumi take about 3 GiB; the linker of the Kubernetes program 2.4 GiB at its peak. */
const NEEDED_MEMORY = 5 * GIB;

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

function isThere(program: string): boolean {
    if (program.startsWith("/")) return existsSync(program);
    // A user's PATH often lacks the sbin folders, where some of these are.
    const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
    return folders.some((folder) => folder !== "" && existsSync(join(folder, program)));
}

/** Installs what may be installed, and says all else that is missing. @throws UserError listing every problem. */
export async function prepareHost(): Promise<void> {
    const problems: string[] = [];
    if (process.platform !== "linux" || process.arch !== "x64") {
        problems.push(
            `the embedded cluster needs Linux on x86-64; this is ${process.platform} on ${process.arch}. Name a cluster of your own: \`pulumi config set context NAME\``,
        );
    }
    const release = await readFile("/etc/os-release", "utf8").catch(() => "");
    const family = /^ID(?:_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
    const missing = hostPackages.filter(({ program }) => !isThere(program)).map(({ name }) => name);
    const root = process.getuid?.() === 0;
    if (missing.length > 0 && !family) {
        problems.push(`these are missing: ${missing.join(", ")} (this is not Debian or Ubuntu: install them your way)`);
    } else if (missing.length > 0 && !root) {
        problems.push(`packages are missing; install them with: sudo apt-get install ${missing.join(" ")}`);
    }
    if (!root) {
        problems.push("the embedded cluster needs root for its network namespaces and image builds: run make as root");
    }
    problems.push(...(await resourceProblems()));
    if (problems.length > 0) {
        throw new UserError(`this machine is not ready:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    }
    if (missing.length > 0) {
        await step(`Install ${missing.join(", ")}`, async (progress) => {
            const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
            await run("apt-get", ["update", "-q"], { env, onLine: progress });
            await run("apt-get", ["install", "-qy", "--no-install-recommends", ...missing], { env, onLine: progress });
        });
    }
}

async function resourceProblems(): Promise<string[]> {
    const problems: string[] = [];
    const warm = existsSync(join(cacheDirectory(), "built"));
    const needed = warm ? NEEDED_DISK_WARM : NEEDED_DISK;
    for (const folder of [cacheDirectory(), stateDirectory()]) {
        await mkdir(folder, { recursive: true });
        const { bavail, bsize } = await statfs(folder);
        if (bavail * bsize < needed) {
            problems.push(
                `${folder} has ${gib(bavail * bsize)} free and ${gib(needed)} are needed: free some, or set XDG_CACHE_HOME or XDG_STATE_HOME to a larger disk`,
            );
        }
    }
    if (totalmem() < NEEDED_MEMORY) {
        problems.push(`${gib(totalmem())} of memory are not enough: the cluster takes ${gib(NEEDED_MEMORY)}`);
    }
    return problems;
}
