// What the Makefile's targets run: `main.ts COMMAND`. Each command is a file of
// its own. ENV names the environment (Pulumi.<ENV>.yaml), CLUSTER the instance
// of the embedded cluster.
import { main, UserError } from "../embedded/steps";
import { clean } from "./clean";
import { down } from "./down";
import { environments } from "./environments";
import { open } from "./open";
import { outputs } from "./outputs";
import { preview } from "./preview";
import { settings } from "./settings";
import { status } from "./status";
import { up } from "./up";
import { verify } from "./verify";

const commands: Record<string, () => Promise<void>> = {
    clean,
    down,
    environments,
    open,
    outputs,
    preview,
    settings,
    status,
    up,
    verify,
};

main(async () => {
    const [name = "", ...rest] = process.argv.slice(2);
    const command = commands[name];
    if (!command || rest.length > 0) {
        throw new UserError(
            `no such command: ${[name, ...rest].join(" ") || "(none)"}; there are: ${Object.keys(commands).join(", ")}`,
        );
    }
    await command();
});
