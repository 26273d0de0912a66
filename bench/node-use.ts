// What containers have taken of their node's processor and memory: looked up on
// the node itself, so that nothing is asked of what is measured.
import { nodeCommand } from "../embedded/cluster";

export interface Use {
    /** Of the node's clock that only goes forward. */
    atSeconds: number;
    /** Processor time so far. */
    cpuSeconds: number;
    /** Memory of the container's first process: now, and the most it ever was. */
    megabytes: number;
    mostMegabytes: number;
}

/** Without a program that would have to be started: on a node that costs more than what is looked up. */
const SCRIPT = `
for id; do
    for group in /sys/fs/cgroup/kubepods/*/"$id" /sys/fs/cgroup/kubepods/*/*/"$id"; do
        [ -e "$group/cpu.stat" ] || continue
        read -r pid < "$group/cgroup.procs"
        read -r up idle < /proc/uptime
        while read -r key value; do [ "$key" = usage_usec ] && used=$value; done < "$group/cpu.stat"
        while read -r key value unit; do
            case "$key" in VmRSS:) now=$value;; VmHWM:) most=$value;; esac
        done < "/proc/$pid/status"
        echo "$id $up $used $now $most"
    done
done`;

/** In the order of the containers, which are named by their ids. */
export async function usesOf(cluster: string, node: string, containers: readonly string[]): Promise<Use[]> {
    const text = await nodeCommand(cluster, node, ["bash", "-c", SCRIPT, "-", ...containers]);
    const uses = usesIn(text);
    return containers.map((id) => {
        const use = uses.get(id);
        if (use === undefined) throw new Error(`${node} has no container ${id}; it said: ${text}`);
        return use;
    });
}

/** By the container's id. */
export function usesIn(text: string): Map<string, Use> {
    const uses = new Map<string, Use>();
    for (const line of text.trim().split("\n")) {
        const [id = "", ...numbers] = line.split(" ");
        const [up = Number.NaN, used = Number.NaN, now = Number.NaN, most = Number.NaN] = numbers.map(Number);
        const megabytes = (kibibytes: number): number => (kibibytes * 1024) / 1e6;
        uses.set(id, {
            atSeconds: up,
            cpuSeconds: used / 1e6,
            megabytes: megabytes(now),
            mostMegabytes: megabytes(most),
        });
    }
    return uses;
}

/** Between two looks, as a share of one core. */
export const shareOfCore = (before: Use, after: Use): number =>
    (after.cpuSeconds - before.cpuSeconds) / (after.atSeconds - before.atSeconds);
