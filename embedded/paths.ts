// Where things outside the repository live. Nothing else outside it is written.
import { homedir } from "node:os";
import { join } from "node:path";

const NAME = "nfs-storage-stack";

/** An XDG variable counts only when it is absolute (XDG Base Directory Specification). */
function base(variable: string, otherwise: string): string {
    const value = process.env[variable];
    return value?.startsWith("/") ? value : join(homedir(), otherwise);
}

/** What can be built again: safe to delete when nothing runs. */
export const cacheDirectory = (): string => join(base("XDG_CACHE_HOME", ".cache"), NAME);

/** What cannot: clusters' disks, Pulumi's state. */
export const stateDirectory = (): string => join(base("XDG_STATE_HOME", ".local/state"), NAME);

/** Pulumi's state of the stacks on an instance of the embedded cluster: it is worth nothing without that. */
export const stacksFolder = (cluster: string): string => join(stateDirectory(), "stacks", cluster);
