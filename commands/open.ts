// `make open`: the reader's page, through a port-forward (forward.ts) that lasts
// until ctrl-C.

import { UserError } from "../embedded/steps";
import { chosenEnvironment } from "./environment";
import { forward, onInterrupt, pageCommand } from "./forward";
import { existingStack } from "./stack";
import { stackOutputs } from "./state";

export async function open(): Promise<void> {
    const command = await pageCommand();
    if (command === undefined) throw new UserError(await whyNot());
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const way = await forward(command, {
        lost: (why) => say(`The connection to the page ended (kubectl: ${why}); making it again …`),
        back: () => say(`The connection to the page is back: ${way.url}`),
    });
    const listen = onInterrupt(way.end);
    process.stdout.write(`The reader's page: ${way.url}   (ctrl-C ends it)\n`);
    try {
        await way.ended;
    } finally {
        listen();
    }
}

async function whyNot(): Promise<string> {
    const stack = await existingStack("state");
    const page = stack && (await stackOutputs(stack)).page;
    return typeof page === "string"
        ? "the embedded cluster is not running: `make up` starts it with the stack as it was"
        : `the stack ${chosenEnvironment().name} has no page yet: run \`make up\` first`;
}
