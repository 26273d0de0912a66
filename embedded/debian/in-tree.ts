// Runs a program inside a folder that holds a Debian system ("tree"), in a
// mount namespace of its own: what is mounted for it is gone with it, so that
// a tree can be removed at any time without a mount left in it.
// apt.ts installs packages this way; long-running services take the command of
// treeCommand() and start it themselves.
import { CommandFailed, dyingWithUs, type RunOptions, run } from "../run";

export interface Bind {
    /** Absolute path on the host. */
    source: string;
    /** Absolute path inside the tree; made when missing: a folder for a folder, an empty file for a file. */
    target: string;
    /** @default false */
    readOnly?: boolean;
}

export interface TreeOptions {
    binds?: readonly Bind[];
    /** Absolute paths inside the tree that get an empty file system in memory. @default ["/run", "/tmp"] */
    memory?: readonly string[];
    /** Added to the small environment that every program in a tree gets. */
    env?: Readonly<Record<string, string>>;
    /** Working folder inside the tree. @default "/" */
    cwd?: string;
    /**
     * In a process namespace of its own everything that the program leaves behind ends with it, but signals do not
     * reach it. A service that is stopped by a signal wants false: then the started process becomes the program.
     * @default true
     */
    ownProcesses?: boolean;
}

export interface Command {
    program: string;
    args: string[];
    env: Record<string, string>;
}

/** Proxy settings are the user's and hold inside as well. */
const PASSED_ON = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

export const TREE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function environment(own: Readonly<Record<string, string>> = {}): Record<string, string> {
    const passed = PASSED_ON.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value] as const];
    });
    return { ...Object.fromEntries(passed), PATH: TREE_PATH, HOME: "/root", LC_ALL: "C.UTF-8", ...own };
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The mounts as shell text, for a shell that already has its mount namespace. Exported for its tests. */
export function mountScript(tree: string, options: TreeOptions): string {
    const inside = (path: string): string => quote(`${tree}${path}`);
    const lines = [
        "set -e",
        // pivot_root wants the new root to be a mount point.
        `mount --bind ${quote(tree)} ${quote(tree)}`,
        ...(options.memory ?? ["/run", "/tmp"]).map((path) => `mount -t tmpfs -o mode=1777 tmpfs ${inside(path)}`),
        options.ownProcesses === false
            ? `mount --rbind /proc ${inside("/proc")}`
            : `mount -t proc proc ${inside("/proc")}`,
        `mount --rbind /dev ${inside("/dev")}`,
        `mount --rbind /sys ${inside("/sys")}`,
        // Names resolve inside as they do outside.
        ...["/etc/resolv.conf", "/etc/hosts"].flatMap((path) => [
            `[ -e ${inside(path)} ] || : > ${inside(path)}`,
            // The host's file may be a link to a place that the tree does not have.
            `[ ! -e ${path} ] || mount --bind "$(readlink -f ${path})" ${inside(path)}`,
        ]),
    ];
    for (const { source, target, readOnly } of options.binds ?? []) {
        const from = quote(source);
        const to = inside(target);
        lines.push(
            `if [ -d ${from} ]; then mkdir -p ${to}; else mkdir -p "$(dirname ${to})"; [ -e ${to} ] || : > ${to}; fi`,
            `mount --rbind ${from} ${to}`,
        );
        // With what it has already, which root of a namespace only may not take away.
        if (readOnly) lines.push(`mount -o "remount,bind,$(findmnt -no VFS-OPTIONS -T ${to}),ro" ${to}`);
    }
    lines.push(
        `cd ${quote(tree)}`,
        // The old root is stacked on the new one and then let go, pivot_root(2), "pivot_root(".", ".")".
        "pivot_root . .",
        "umount -l .",
        `cd ${quote(options.cwd ?? "/")}`,
        'exec "$@"',
    );
    return lines.join("\n");
}

/** What to start so that `argv` runs with the tree as its root. */
export function treeCommand(tree: string, argv: readonly string[], options: TreeOptions = {}): Command {
    const namespaces =
        options.ownProcesses === false ? ["--mount"] : ["--mount", "--pid", "--fork", "--kill-child=SIGKILL"];
    return {
        program: "unshare",
        args: [...namespaces, "--propagation", "private", "--", "sh", "-c", mountScript(tree, options), "sh", ...argv],
        env: environment(options.env),
    };
}

/** Runs it to its end and gives what it said on stdout. */
export async function inTree(
    tree: string,
    argv: readonly string[],
    options: TreeOptions & Pick<RunOptions, "logFile" | "onLine" | "input" | "signal"> = {},
): Promise<string> {
    const { program, args, env } = treeCommand(tree, argv, options);
    try {
        return await run(...dyingWithUs(program, args), { ...options, cwd: "/", env });
    } catch (error) {
        if (!(error instanceof CommandFailed)) throw error;
        // Named by what was to be run, not by the mounts around it.
        const command = `${argv.join(" ").slice(0, 200)} (in ${tree})`;
        throw new CommandFailed(command, error.code, error.tail, options.logFile);
    }
}
