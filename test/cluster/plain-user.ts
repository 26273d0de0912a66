// Somebody on this machine who is not root: with a home, a copy of the
// repository, and ids that are lent to him. The machine does not know of him:
// its lists of users and ids have other texts where his commands run.
import { spawnSync } from "node:child_process";
import {
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { repository } from "../../commands/environment";
import { programs } from "../../embedded/cluster/artifacts";
import { debianTree } from "../../embedded/debian";
import { ID_MAPPER, installPackages, isThere } from "../../embedded/host";
import { cacheDirectory } from "../../embedded/paths";
import { TRIAL } from "../../embedded/plain-user";
import { CommandFailed, run } from "../../embedded/run";
import { isPlainUserInside } from "../../embedded/subordinate-ids";
import { toolchain } from "../../embedded/toolchain";
import { copyRepository } from "./copy";

const NAME = "plain";
const UID = 54_321;
const LENT = { start: 1_000_000_000, count: 65_536 };

/** Who runs these tests as a plain user is root of a namespace already, and takes the part himself. */
export const isMachineRoot = !isPlainUserInside(readFileSync("/proc/self/uid_map", "utf8"));

const become = ["setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups", "--"];

/** Whether the machine lets plain users make namespaces: Ubuntu from 24.04 on does only when it is told to. */
export const mayMakeNamespaces =
    !isMachineRoot || spawnSync("setpriv", [...become.slice(1), "unshare", ...TRIAL]).status === 0;

/** Whether a user of the machine is this person, or one of the ids that are lent to him. */
export const isHis = (uid: number): boolean => uid === UID || (uid >= LENT.start && uid < LENT.start + LENT.count);

/** Pulumi's programs, put together by links into what was built: made anew from copies, which takes no time. */
const LINKED = /^pulumi-/;
const LINKING = /^pulumi-home-/;

/** In a mount namespace: what his commands see of the machine, and then they themselves, as he. */
const AS_HE_SEES_IT = `set -e
root=$1
shift
mount --bind "$BUILT" "$root/built"
mount --bind "$PACKAGES" "$root/home/repository/node_modules"
for list in passwd subuid subgid; do mount --bind "$root/$list" "/etc/$list"; done
exec "$@"`;

export interface Said {
    code: number | null;
    /** stdout and stderr as they came. */
    output: string;
}

export class PlainUser {
    private readonly root = mkdtempSync(join(tmpdir(), "plain-"));
    private readonly home = join(this.root, "home");
    private readonly scratch = join(this.home, "tmp");
    private readonly copy = join(this.home, "repository");
    readonly cache = join(this.home, ".cache/nfs-storage-stack");
    readonly state = join(this.home, ".local/state/nfs-storage-stack");

    /** What takes long to build he has from root: seen where anybody can use it, copied where it has files of many users. */
    async settle(): Promise<void> {
        if (!isThere(ID_MAPPER)) await installPackages(["uidmap"]);
        const { services } = await programs();
        await toolchain();
        const trees = [await debianTree(), services].map((tree) => basename(tree));
        const built = readdirSync(join(cacheDirectory(), "built"));
        const copied = [...trees, ...built.filter((name) => LINKED.test(name) && !LINKING.test(name))];
        await copyRepository(this.copy);
        // make takes packages that are older than their list for out of date.
        utimesSync(join(this.copy, "package-lock.json"), 0, 0);
        const mine = join(this.cache, "built");
        for (const folder of [mine, this.state, this.scratch, join(this.root, "built")])
            mkdirSync(folder, { recursive: true });
        for (const name of built.filter((one) => !copied.includes(one) && !LINKING.test(one))) {
            symlinkSync(join(this.root, "built", name), join(mine, name));
        }
        writeFileSync(join(this.root, "passwd"), `${readFileSync("/etc/passwd", "utf8")}${this.line}\n`);
        this.lend(true);
        await run("chmod", ["0755", this.root]);
        if (isMachineRoot) await run("chown", ["-hR", `${UID}:${UID}`, this.home]);
        // Only root can make device nodes, and nothing uses those in a tree.
        const left = ["--anchored", ...trees.map((tree) => `--exclude=${tree}/dev/*`)];
        if (!mayMakeNamespaces) return;
        const given = ["tar", ...left, "-C", join(cacheDirectory(), "built"), "-cf", "-", ...copied]
            .map(quote)
            .join(" ");
        const taken = this.inside(["tar", "-C", mine, "-xpf", "-"]).map(quote).join(" ");
        await run("sh", ["-c", `${given} | (cd ${quote(this.copy)} && ${taken})`], { env: this.env });
    }

    private readonly line = `${NAME}:x:${UID}:${UID}::${this.home}:/bin/sh`;

    /** Lends him ids, or takes them back. */
    lend(some: boolean): void {
        const text = some ? `${NAME}:${LENT.start}:${LENT.count}\n` : "";
        for (const list of ["subuid", "subgid"]) writeFileSync(join(this.root, list), text);
    }

    async make(target: string, variables: Record<string, string> = {}): Promise<Said> {
        const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
        const [program = "", ...args] = this.as(["make", "--no-print-directory", target, ...settings]);
        const lines: string[] = [];
        const onLine = (line: string): void => {
            lines.push(line);
            process.stderr.write(`${line}\n`);
        };
        const said = (code: number | null): Said => ({ code, output: lines.join("\n") });
        try {
            await run(program, args, { cwd: this.copy, env: this.env, onLine });
            return said(0);
        } catch (error) {
            if (error instanceof CommandFailed) return said(error.code);
            throw error;
        }
    }

    leave(): void {
        rmSync(this.root, { recursive: true, force: true });
    }

    private get env(): NodeJS.ProcessEnv {
        return {
            PATH: process.env.PATH,
            HOME: this.home,
            TMPDIR: this.scratch,
            BUILT: join(cacheDirectory(), "built"),
            PACKAGES: join(repository, "node_modules"),
        };
    }

    /** A command of his. */
    private as(command: readonly string[]): string[] {
        return [
            ...["unshare", "--mount", "--propagation", "private", "sh", "-c", AS_HE_SEES_IT, "sh", this.root],
            ...(isMachineRoot ? become : []),
            ...command,
        ];
    }

    /** A command of his, inside his namespace. */
    private inside(command: readonly string[]): string[] {
        return this.as([process.execPath, "--import", "tsx", "embedded/enter.ts", ...command]);
    }
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
