// The door that a plain user's commands go through: a user namespace in which he
// is root, and in which the ids that the machine lends him (subordinate-ids.ts)
// are the other users of Debian systems and images. Inside, the embedded default
// works as it does for root. Every command makes a namespace of its own, and all
// of them mean the same ids, so what one leaves belongs to the next.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Duplex } from "node:stream";
import { hostFacts, ID_MAPPER, isThere, notReady } from "./host";
import { hostProblems, userProblems } from "./host-problems";
import { plainUser, subordinateIds } from "./plain-user";
import { CommandFailed, dyingWithUs, run } from "./run";
import { UserError } from "./steps";
import { idMapping } from "./subordinate-ids";

/** Says on descriptor 3 that the namespace is there, waits until its ids are, and becomes what is to be run. */
const ONCE_MAPPED = 'echo >&3; read -r mapped <&3 && exec 3>&- && exec "$@"';

/** This very command, with node's own options. */
const ourselves = (): string[] => [process.execPath, ...process.execArgv, ...process.argv.slice(1)];

/**
 * For a command that needs root. A plain user's is run to its end inside, and its exit code becomes ours.
 * @returns whether that was done: then nothing is left to do here
 * @throws UserError naming all that this machine lacks, when there can be no namespace
 */
export async function ranInside(command: readonly string[] = ourselves()): Promise<boolean> {
    const user = await plainUser();
    if (user === undefined) return false;
    if (userProblems(user).length > 0 || !isThere(ID_MAPPER)) throw notReady(hostProblems(await hostFacts()));
    process.exitCode = await ended(await inside(command));
    return true;
}

/** Its terminal is ours, and so is its end. */
async function inside(command: readonly string[]): Promise<ChildProcess> {
    const [program = "", ...args] = command;
    const [dying, rest] = dyingWithUs(program, args);
    const child = spawn("unshare", ["--user", "--", "sh", "-c", ONCE_MAPPED, "sh", dying, ...rest], {
        stdio: ["inherit", "inherit", "inherit", "pipe"],
        // A user's PATH may lack the folders that mkfs.ext4 and ip are in.
        env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    const line = child.stdio[3] as Duplex;
    const failed = once(child, "exit").then(() => {
        throw new UserError("a user namespace could not be made; the message above says why");
    });
    failed.catch(() => {}); // it ends later, when it has been run
    await Promise.race([once(line, "data"), failed]);
    try {
        await mapIds(String(child.pid));
    } catch (error) {
        child.kill("SIGKILL");
        if (!(error instanceof CommandFailed)) throw error;
        throw new UserError(`the ids of the user namespace could not be set: ${error.message}`);
    }
    line.end("\n");
    return child;
}

async function mapIds(pid: string): Promise<void> {
    const { users, groups } = await subordinateIds();
    await run(ID_MAPPER, [pid, ...idMapping(process.getuid?.() ?? 0, users)]);
    await run("newgidmap", [pid, ...idMapping(process.getgid?.() ?? 0, groups)]);
}

/** Ctrl-C in a terminal reaches both of us, and it is the command that ends in order. */
export async function ended(child: ChildProcess): Promise<number> {
    process.on("SIGINT", () => {});
    for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? "SIGKILL"];
}
