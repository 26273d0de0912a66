// NFS mount options have two spellings: the one asked for (nfs(5)) and the one
// the kernel reports in /proc/mounts. Comparing them needs one spelling.

/** /proc/mounts' name for an option that is asked for under another. */
const kernelNames: Record<string, string> = {
    nfsvers: "vers",
    lookupcache: "lookupcache",
    noresvport: "noresvport",
};
const kernelValues: Record<string, string> = {
    "lookupcache=positive": "lookupcache=pos",
};
/** actimeo sets four limits at once; the kernel reports those four, and leaves out the ones at their default. */
const ACTIMEO = ["acregmin", "acregmax", "acdirmin", "acdirmax"] as const;
/** What the kernel leaves unsaid because it is the default (nfs(5), "attribute cache"), in seconds. */
const unsaid: Record<string, string> = { acregmin: "3", acregmax: "60", acdirmin: "30", acdirmax: "60" };

/** The options as /proc/mounts spells them, sorted: `nfsvers=4.2` -> `vers=4.2`, `actimeo=1` -> four limits. */
export function normalizeMountOptions(requested: readonly string[]): string[] {
    const spelled = requested.flatMap((option) => {
        const [name = "", value] = option.split("=", 2);
        if (name === "actimeo") {
            return ACTIMEO.map((limit) => `${limit}=${value}`);
        }
        const kernelName = kernelNames[name] ?? name;
        const whole = value === undefined ? kernelName : `${kernelName}=${value}`;
        return [kernelValues[whole] ?? whole];
    });
    return [...new Set(spelled)].sort();
}

/** The requested options (any spelling) that the observed ones (of /proc/mounts) do not honour. */
export function unhonouredMountOptions(requested: readonly string[], observed: readonly string[]): string[] {
    const seen = new Set(observed);
    return normalizeMountOptions(requested).filter((option) => {
        const [name = "", value] = option.split("=", 2);
        return !seen.has(option) && !(unsaid[name] !== undefined && unsaid[name] === value);
    });
}
