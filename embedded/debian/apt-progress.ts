// Turns the lines that apt-get prints into "unpacked 12 of 37 packages". Pure.

/** Gives a reader of lines: the text to show when a line changed it. */
export function aptProgress(): (line: string) => string | undefined {
    let total = 0;
    let downloaded = 0;
    let unpacked = 0;
    let configured = 0;
    return (line) => {
        const newly = /^\d+ upgraded, (\d+) newly installed/.exec(line);
        if (newly) {
            total = Number(newly[1]);
            return `${total} packages to install`;
        }
        if (total === 0) return undefined;
        if (/^Get:\d+ /.test(line)) return `downloaded ${++downloaded} of ${total} packages`;
        if (line.startsWith("Unpacking ")) return `unpacked ${++unpacked} of ${total} packages`;
        if (line.startsWith("Setting up ")) return `set up ${++configured} of ${total} packages`;
        return undefined;
    };
}
