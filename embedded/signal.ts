// Signals to processes that may just be ending: to have ended is what was wanted.

/** @param pid a process; negative, the group that it leads */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}
