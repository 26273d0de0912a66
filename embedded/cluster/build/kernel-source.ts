// Which package of Debian the kernel of the nodes is built from. Pure: kernel.ts
// asks apt-cache and builds.
import type { Said } from "../../steps";

/** The version that the patches and the configuration were made for and tested with. */
export const TESTED = "7.2";

/** Older ones lack SECCOMP mode or the patched code's present form. */
export const OLDEST = "6.19";

/** Debian suites move on: when one no longer has a version that is wanted, the next may. */
export const SUITES = ["trixie-backports", "forky", "sid"] as const;

function compare(a: string, b: string): number {
    const [x, y] = [a, b].map((version) => version.split(".").map(Number));
    for (let i = 0; i < Math.max(x?.length ?? 0, y?.length ?? 0); i++) {
        const difference = (x?.[i] ?? 0) - (y?.[i] ?? 0);
        if (difference !== 0) return difference;
    }
    return 0;
}

export const packageName = (version: string): string => `linux-source-${version}`;

/** Versions in the output of `apt-cache search --names-only '^linux-source-'`. */
export function offeredVersions(output: string): string[] {
    return [...output.matchAll(/^linux-source-(\d+(?:\.\d+)*) - /gm)].map((match) => match[1] as string);
}

/** Those that may be tried, best first: the tested one, then newer ones from near to far, then older ones likewise. */
export function acceptable(offered: readonly string[]): string[] {
    const usable = [...new Set(offered)].filter((version) => compare(version, OLDEST) >= 0).sort(compare);
    const newer = usable.filter((version) => compare(version, TESTED) >= 0);
    const older = usable.filter((version) => compare(version, TESTED) < 0);
    return [...newer, ...older.reverse()];
}

/** Counts what make's output says was compiled. */
export function compileProgress(expected: number): (line: string) => Said | string | undefined {
    let objects = 0;
    return (line) => {
        if (/^\s+(CC|AS)\s/.test(line)) {
            objects++;
            const all = Math.max(expected, objects);
            return { text: `${objects} of about ${all} objects compiled`, share: objects / all };
        }
        if (/^\s+(LD|KSYMS|LINK)\s+\S*(vmlinux|linux)/.test(line)) return "linking";
        return undefined;
    };
}

/** Options that `wanted` switches on and that the resulting `.config` does not have so. */
export function missingOptions(wanted: string, configuration: string): string[] {
    const have = new Set(configuration.split("\n"));
    return wanted.split("\n").filter((line) => /^CONFIG_\w+=/.test(line) && !have.has(line));
}
