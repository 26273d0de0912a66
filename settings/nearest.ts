// Finds the name that was probably meant, for error messages about unknown keys.

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
export function distance(from: string, to: string): number {
    let beforeLast: number[] = [];
    let last = Array.from({ length: to.length + 1 }, (_, column) => column);
    for (let row = 1; row <= from.length; row++) {
        const current = [row];
        for (let column = 1; column <= to.length; column++) {
            const same = from[row - 1] === to[column - 1];
            let best = Math.min(
                (last[column] ?? 0) + 1,
                (current[column - 1] ?? 0) + 1,
                (last[column - 1] ?? 0) + (same ? 0 : 1),
            );
            const swapped =
                row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
            if (swapped) {
                best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
            }
            current.push(best);
        }
        beforeLast = last;
        last = current;
    }
    return last[to.length] ?? 0;
}

/** The candidate nearest to the name, however it is capitalised; undefined when none is near enough to be meant. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
    const near = candidates
        .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate.toLowerCase()) }))
        .sort((a, b) => a.far - b.far)[0];
    // A third of the letters wrong is still a slip; more is another word.
    return near && near.far <= Math.max(1, Math.floor(near.candidate.length / 3)) ? near.candidate : undefined;
}
