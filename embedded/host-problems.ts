// What keeps a machine from running the embedded default, each with what mends
// it. Pure: host.ts finds the facts and installs packages.

export interface HostFacts {
    /** As Node.js names them: "linux", "x64". */
    platform: string;
    arch: string;
    /** Debian, Ubuntu, or made from one of them: packages can be installed with apt-get. */
    debian: boolean;
    /** Whether we may install packages: as the machine's own root, not only a namespace's. */
    mayInstall: boolean;
    /** Who makes a namespace first; undefined for root. */
    user: PlainUser | undefined;
    /** Packages that are not there, by Debian's names. */
    missing: readonly string[];
    /** Where things are kept. */
    disks: readonly Disk[];
    /** Bytes of memory that may be used: the machine's, or what its container is limited to. */
    memory: number;
    /** Whether everything that takes long, or much room, to build is there. */
    built: boolean;
    /** What `go env GOVERSION` says; undefined when there is no go on PATH. Asked for only when something is to be built. */
    go: string | undefined;
}

/** Somebody who is not root. */
export interface PlainUser {
    name: string;
    /** What was said when the namespaces of a cluster were tried to be made for him; undefined when they could be. */
    refusal: string | undefined;
    /** Texts of kernel settings that may be the reason; empty for those that this kernel does not have. */
    settings: Readonly<Record<string, string>>;
    /** Whether he has subordinate ids (subuid(5)) for a whole Debian system. */
    enoughIds: boolean;
    /** Such ids that nobody has, as usermod takes them. */
    freeIds: string;
}

export interface Disk {
    folder: string;
    /** The variable that moves it to another disk. */
    variable: string;
    free: number;
}

const GIB = 1024 ** 3;
/** From nothing the caches grow to 12 GiB (Go 9.6, what was built 1.7), and the kernel takes 2.3 more while it is built. */
const NEEDED_DISK = 16 * GIB;
/** With everything built a running stack takes about this much. */
const NEEDED_DISK_BUILT = 3 * GIB;
/** Two nodes, the control plane and Pulumi take about 3 GiB; the linker of Pulumi's Kubernetes plugin 3.8 at its peak. */
const NEEDED_MEMORY = 6 * GIB;
const OLDEST_GO = [1, 25] as const;

/** Kernel settings, each with the value with which it keeps plain users from making namespaces. */
const REFUSING = [
    ["kernel.unprivileged_userns_clone", "0"],
    ["user.max_user_namespaces", "0"],
    ["kernel.apparmor_restrict_unprivileged_userns", "1"],
] as const;
/** Any number will do: the kernel itself sets one by the machine's memory. */
const LIMIT = "10000";

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
const OWN_CLUSTER = 'or name a cluster of your own (README.md, "A cluster of your own")';

/** One text for each problem; none when the machine is ready, or `packagesToInstall` makes it so. */
export function hostProblems(facts: HostFacts): string[] {
    return [
        ...system(facts),
        ...packages(facts),
        ...(facts.user ? userProblems(facts.user) : []),
        ...facts.disks.flatMap((disk) => room(disk, facts.built)),
        ...memory(facts),
        ...(facts.built ? [] : goProblems(facts.go)),
    ];
}

/** What keeps a plain user from being root of a namespace. */
export function userProblems({ name, refusal, settings, enoughIds, freeIds }: PlainUser): string[] {
    const ids = `sudo usermod --add-subuids ${freeIds} --add-subgids ${freeIds} ${name}`;
    return [
        ...(refusal === undefined ? [] : [refused(name, refusal, settings)]),
        ...(enoughIds
            ? []
            : [`${name} has too few subordinate ids in /etc/subuid and /etc/subgid: ${ids}, or run make as root`]),
    ];
}

function refused(name: string, refusal: string, settings: PlainUser["settings"]): string {
    const [setting, value] = REFUSING.find(([one, refuses]) => settings[one]?.trim() === refuses) ?? [];
    if (setting === undefined) {
        return `${name} can't make the namespaces of a cluster (${refusal}): run make as root, or where the machine, or the container, allows it`;
    }
    const allowing = setting.startsWith("user.") ? LIMIT : String(1 - Number(value));
    return `plain users may make no user namespaces here, as ${setting} is ${value}: sudo sysctl ${setting}=${allowing}, or run make as root`;
}

/** From the text of /etc/os-release. */
export const isDebian = (release: string): boolean => /^ID(?:_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);

/** What is missing, where we may and can install it. */
export function packagesToInstall({ debian, mayInstall, missing }: HostFacts): readonly string[] {
    return debian && mayInstall ? missing : [];
}

function system({ platform, arch }: HostFacts): string[] {
    if (platform === "linux" && arch === "x64") return [];
    return [
        `the embedded cluster needs Linux on x86-64; this is ${platform} on ${arch}: use such a machine, ${OWN_CLUSTER}`,
    ];
}

function packages(facts: HostFacts): string[] {
    const { missing, debian } = facts;
    if (missing.length === 0 || packagesToInstall(facts).length > 0) return [];
    return debian
        ? [`packages are missing; install them with: sudo apt-get install ${missing.join(" ")}`]
        : [
              `these are missing: ${missing.join(", ")} (Debian's names; this is not Debian or Ubuntu: install them your way)`,
          ];
}

function room({ folder, variable, free }: Disk, built: boolean): string[] {
    const needed = built ? NEEDED_DISK_BUILT : NEEDED_DISK;
    if (free >= needed) return [];
    return [
        `${folder} has ${gib(free)} free and ${gib(needed)} are needed: free some, or set ${variable} to a folder on a larger disk`,
    ];
}

function memory({ memory: bytes }: HostFacts): string[] {
    if (bytes >= NEEDED_MEMORY) return [];
    return [
        `${gib(bytes)} of memory are there and ${gib(NEEDED_MEMORY)} are needed: give the machine, or the container, more, ${OWN_CLUSTER}`,
    ];
}

/** For what is built from Go modules. `version`: what `go env GOVERSION` says, undefined when there is no go. */
export function goProblems(version: string | undefined): string[] {
    const needed = `Go ${OLDEST_GO.join(".")} or later is needed to build the embedded default`;
    const mend = "install it from https://go.dev/dl/ or a newer release of the distribution, and put it first on PATH";
    const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version ?? "") ?? [];
    if (major === undefined) return [`${needed}, and there is no \`go\` on PATH that says its version: ${mend}`];
    const old = Number(major) < OLDEST_GO[0] || (Number(major) === OLDEST_GO[0] && Number(minor) < OLDEST_GO[1]);
    return old ? [`${needed}; \`go\` on PATH is ${version}: ${mend}`] : [];
}
