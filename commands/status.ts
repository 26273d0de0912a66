// `make status`: the cluster and the stack on one screen, and what a reader sees
// just now; with WATCH=1 that is renewed until ctrl-C.
import { setTimeout as pause } from "node:timers/promises";
import { ReaderStatus } from "../contract/src";
import { clusterNames, clusterStatus, formatStatus } from "../embedded/cluster";
import { chosenCluster, chosenEnvironment } from "./environment";
import { describeEvidence, evidenceOf } from "./evidence";
import { forward, onInterrupt, pageCommand } from "./forward";
import { objectOf } from "./kubernetes";
import { describeReader } from "./reader-view";
import { linesTaken } from "./rows";
import { existingStack } from "./stack";
import { stackOutputs, stateResources } from "./state";

export async function status(): Promise<void> {
    const environment = chosenEnvironment();
    if (environment.context === undefined) {
        const name = chosenCluster();
        const exists = (await clusterNames()).includes(name);
        process.stdout.write(
            exists
                ? `${formatStatus(await clusterStatus(name))}\n\n`
                : `cluster ${name}: not made yet; \`make up\` makes it\n\n`,
        );
    } else {
        process.stdout.write(`cluster: context ${environment.context}\n\n`);
    }
    const stack = await existingStack("state");
    if (stack) process.stdout.write(`toolchain: ${stack.toolchain}\n\n`);
    const resources = stack ? await stateResources(stack) : [];
    const objects = resources.filter((resource) => objectOf(resource) !== undefined);
    process.stdout.write(`stack ${environment.name}: ${objects.length} Kubernetes objects\n`);
    const evidence = stack && evidenceOf(await stackOutputs(stack));
    process.stdout.write(evidence ? describeEvidence(evidence) : "  no evidence yet: run `make up`\n");
    if (evidence) await showReader(process.env.WATCH === "1");
}

const RENEW_MS = 1_000;
/** In a terminal what was shown is replaced: cursor up so many lines, and what is below it away. */
function instead(shown: string): string {
    const { isTTY, columns } = process.stdout;
    return isTTY ? `\u001b[${linesTaken(shown, columns)}A\u001b[0J` : "\n";
}

/** Says nothing where no reader can be asked: why that is so is in what was printed before. */
async function showReader(watched: boolean): Promise<void> {
    const command = await pageCommand();
    if (command === undefined) return;
    const way = await forward(command).catch((error: Error) => error);
    if (way instanceof Error) {
        process.stdout.write(`\na reader now:\n  cannot be asked: ${way.message}\n`);
        return;
    }
    const stopping = new AbortController();
    const listen = onInterrupt(() => stopping.abort());
    try {
        let shown = "";
        do {
            const text = await readerText(way.url);
            process.stdout.write(`${shown === "" ? "\na reader now:\n" : instead(shown)}${text}`);
            shown = text;
            if (watched) await pause(RENEW_MS, undefined, { signal: stopping.signal }).catch(() => {});
        } while (watched && !stopping.signal.aborted);
    } finally {
        listen();
        way.end();
        await way.ended;
    }
}

async function readerText(url: string): Promise<string> {
    try {
        const response = await fetch(`${url}status.json`, { signal: AbortSignal.timeout(5_000) });
        return describeReader(ReaderStatus.parse(await response.json()));
    } catch (error) {
        return `  does not answer: ${(error as Error).message}\n`;
    }
}
