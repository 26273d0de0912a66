// NFS mount options have two spellings: the one asked for (nfs(5)) and the one
// the kernel reports in /proc/mounts (nfs_show_mount_options of Linux's
// fs/nfs/super.c). Comparing them needs one spelling.

/** /proc/mounts' name for an option that is asked for under another. */
const kernelNames: Readonly<Record<string, string>> = { nfsvers: "vers" };
const kernelSpellings: Readonly<Record<string, string>> = {
    "lookupcache=positive": "lookupcache=pos",
    tcp: "proto=tcp",
    rdma: "proto=rdma",
};
/** actimeo sets four limits at once; the kernel reports those four, and leaves out the ones at their default. */
const ACTIMEO = ["acregmin", "acregmax", "acdirmin", "acdirmax"] as const;

/** What the kernel leaves unsaid because it is the default; the limits in seconds (nfs(5), "attribute cache"). */
const unsaidDefaults: ReadonlySet<string> = new Set([
    "acregmin=3",
    "acregmax=60",
    "acdirmin=30",
    "acdirmax=60",
    "ac",
    "acl",
    "async",
    "cto",
    "dev",
    "exec",
    "lock",
    "lookupcache=all",
    "nofsc",
    "port=2049",
    "rdirplus",
    "resvport",
    "sharecache",
    "suid",
]);
/** What says how to mount, not what the mount is like: mount(8) and mount.nfs keep it to themselves. */
const mountersOwn: ReadonlySet<string> = new Set([
    "_netdev",
    "auto",
    "bg",
    "defaults",
    "fg",
    "noauto",
    "nofail",
    "nouser",
    "retry",
]);
/** What Linux takes and has ignored for long (nfs(5), "intr / nointr"): neither heeded nor broken. */
const ignored: ReadonlySet<string> = new Set(["intr", "nointr"]);

/** The options as /proc/mounts spells them, sorted: `nfsvers=4.2` -> `vers=4.2`, `actimeo=1` -> four limits. */
export function normalizeMountOptions(requested: readonly string[]): string[] {
    const spelled = requested.flatMap((option) => {
        const [name = "", value] = option.split("=", 2);
        if (name === "actimeo") return ACTIMEO.map((limit) => `${limit}=${value}`);
        const kernelName = kernelNames[name] ?? name;
        const whole = value === undefined ? kernelName : `${kernelName}=${value}`;
        return [kernelSpellings[whole] ?? whole];
    });
    return [...new Set(spelled)].sort();
}

/** The requested options (any spelling) that the observed ones (of /proc/mounts) do not honour. */
export function unhonouredMountOptions(requested: readonly string[], observed: readonly string[]): string[] {
    const seen = new Set(observed);
    const names = new Set(observed.map((option) => option.split("=", 1)[0]));
    return normalizeMountOptions(requested).filter((option) => {
        const [name = ""] = option.split("=", 1);
        if (seen.has(option) || mountersOwn.has(name) || ignored.has(name)) return false;
        // Readers mount read-only whatever the volume's options are, and see that.
        if (option === "rw") return false;
        // Asked for without a minor version, any will do.
        if (option === "vers=4") return !observed.some((o) => o.startsWith("vers=4."));
        // Unsaid, unless another value of it, or its opposite, is said.
        return (
            !unsaidDefaults.has(option) ||
            names.has(name) ||
            seen.has(`no${name}`) ||
            (name === "nofsc" && seen.has("fsc")) ||
            (name === "async" && seen.has("sync"))
        );
    });
}
