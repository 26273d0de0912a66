// Reading and writing apt's one-line source format (sources.list(5)). Pure.

/** The address in the first "deb" line. */
export function firstUri(text: string): string {
    for (const line of text.split("\n")) {
        const uri = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+\S+/.exec(line)?.[1];
        if (uri !== undefined) return uri;
    }
    throw new Error(`no line "deb ADDRESS SUITE COMPONENT" in this list of package sources:\n${text}`);
}

export const sourceLine = (uri: string, suite: string): string => `deb ${uri} ${suite} main\n`;
