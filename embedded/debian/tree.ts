// The Debian system that everything else here is derived from: made by
// debootstrap, so that nothing depends on the release of the host. Built once;
// a derived tree is a copy with more packages in it (apt.ts).
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { built } from "../cache";
import { dyingWithUs, run } from "../run";
import { lineProgress, type Progress, UserError } from "../steps";
import { firstUri } from "./sources";

export const RELEASE = "trixie";

/** Another mirror than debootstrap's own default, such as one inside a company. */
const MIRROR_VARIABLE = "NFS_STORAGE_STACK_DEBIAN_MIRROR";

/** Scripts of debootstrap, best first: an old host has none for a release that is newer than itself. */
const SCRIPTS = [RELEASE, "sid"].map((name) => `/usr/share/debootstrap/scripts/${name}`);

/**
 * As in Debian's "slim" images: documentation other than licences, and translations, stay away. The pattern is left to
 * dpkg for packages that come later; what debootstrap itself unpacked is removed by the same paths.
 */
const LEFT_OUT = ["/usr/share/doc", "/usr/share/man", "/usr/share/info", "/usr/share/locale", "/usr/share/lintian"];
const DPKG_CONFIGURATION = `${LEFT_OUT.map((path) => `path-exclude ${path}/*`).join("\n")}
path-include /usr/share/doc/*/copyright
`;

/** Says "no" to maintainer scripts that want to start a service (invoke-rc.d's policy layer, exit code 101). */
const NO_SERVICES = "#!/bin/sh\nexit 101\n";

/**
 * Debootstrap's mounts are made where nothing else is, and end with it. Root of a namespace only can't make device nodes:
 * the tree's are the machine's for as long as debootstrap runs, and a file where it only looks whether there is one.
 */
const WITH_DEVICES = `set -e
devices=$1/dev
shift
mkdir "$devices"
mount -t tmpfs -o mode=0755 tmpfs "$devices"
for name in null zero full random urandom tty console ptmx; do : > "$devices/$name"; done
for name in null zero full random urandom tty; do mount --bind "/dev/$name" "$devices/$name"; done
exec "$@"`;
const NAMESPACES = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"];

/** A folder that holds a minimal Debian system. Never changed after it was built: copy it. */
export function debianTree(): Promise<string> {
    return built({
        name: `debian-${RELEASE}`,
        title: `Make a minimal Debian ${RELEASE}`,
        inputs: [RELEASE, DPKG_CONFIGURATION, NO_SERVICES, "3"],
        build: async (into, progress, log) => {
            await debootstrap(into, progress, log);
            await settle(into);
        },
    });
}

async function debootstrap(tree: string, progress: Progress, log: string): Promise<void> {
    const script = SCRIPTS.find((path) => existsSync(path));
    if (script === undefined) {
        throw new UserError(`debootstrap has no script for Debian: none of ${SCRIPTS.join(", ")} exists`);
    }
    const args = ["--variant=minbase", RELEASE, tree, process.env[MIRROR_VARIABLE] ?? "", script];
    const command = [...NAMESPACES, "--", "sh", "-c", WITH_DEVICES, "sh", tree, "debootstrap", ...args];
    try {
        await run(...dyingWithUs("unshare", command), {
            logFile: log,
            // By this debootstrap knows that it need not try whether device nodes can be made.
            env: { ...process.env, container: "lxc" },
            onLine: lineProgress(progress, (line) => (line.startsWith("I: ") ? line.slice(3) : undefined)),
        });
    } catch (error) {
        throw new UserError(
            `debootstrap could not make Debian ${RELEASE} (script ${script}; its default mirror, unless ` +
                `${MIRROR_VARIABLE} names one): ${(error as Error).message}`,
        );
    }
}

/** Takes out what debootstrap left behind and what belongs to this host only. */
async function settle(tree: string): Promise<void> {
    await writeFile(join(tree, "etc/dpkg/dpkg.cfg.d/slim"), DPKG_CONFIGURATION);
    await writeFile(join(tree, "usr/sbin/policy-rc.d"), NO_SERVICES, { mode: 0o755 });
    await run("find", [
        ...LEFT_OUT.map((path) => join(tree, path)).filter((path) => existsSync(path)),
        ...["!", "-type", "d", "!", "-name", "copyright", "-delete"],
    ]);
    await cleanPackageCaches(tree);
    for (const path of ["etc/hostname", "etc/resolv.conf", "etc/machine-id", "var/log/bootstrap.log"]) {
        await rm(join(tree, path), { force: true });
    }
    await writeFile(join(tree, "etc/resolv.conf"), "");
}

/** Everything that apt can download or compute again. */
export async function cleanPackageCaches(tree: string): Promise<void> {
    const contents = ["var/cache/apt", "var/lib/apt/lists", "var/log", "var/cache/debconf", "var/cache/ldconfig"];
    for (const path of contents) {
        await run("find", [join(tree, path), "!", "-type", "d", "-delete"]).catch(() => {}); // not in every tree
    }
}

/** Where the tree's packages come from: debootstrap wrote it down, so that no address has to stand here. */
export async function packageSource(tree: string): Promise<string> {
    return firstUri(await readFile(join(tree, "etc/apt/sources.list"), "utf8"));
}

/** A tree to be changed. `into` exists and is empty. */
export async function copyTree(from: string, into: string): Promise<void> {
    await run("cp", ["-a", "--reflink=auto", `${from}/.`, into]);
}
