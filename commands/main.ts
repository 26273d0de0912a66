// What the Makefile's targets run: `main.ts COMMAND`. Each command is a file of
// its own, loaded when it is asked for: some bring all of Pulumi with them. ENV
// names the environment (Pulumi.<ENV>.yaml), CLUSTER the instance of the
// embedded cluster.
import { ranInside } from "../embedded/namespace";
import { main, UserError } from "../embedded/steps";
import { chosenEnvironment } from "./environment";

const commands: Record<string, () => Promise<() => Promise<void>>> = {
    clean: async () => (await import("./clean")).clean,
    down: async () => (await import("./down")).down,
    environments: async () => (await import("./environments")).environments,
    open: async () => (await import("./open")).open,
    outputs: async () => (await import("./outputs")).outputs,
    "policy-docs": async () => (await import("./policy-docs")).policyDocs,
    preview: async () => (await import("./preview")).preview,
    settings: async () => (await import("./settings")).settings,
    status: async () => (await import("./status")).status,
    up: async () => (await import("./up")).up,
    verify: async () => (await import("./verify")).verify,
};

/** What has to do with a stack, and with all that it runs on where its environment is embedded. */
const OF_A_STACK = new Set(["down", "open", "outputs", "preview", "status", "up", "verify"]);

/** Files of the embedded default belong to the ids of a namespace when a plain user's commands made them. */
const needsRoot = (command: string): boolean =>
    command === "clean" || (OF_A_STACK.has(command) && chosenEnvironment().context === undefined);

main(async () => {
    const [name = "", ...rest] = process.argv.slice(2);
    const load = commands[name];
    if (!load || rest.length > 0) {
        throw new UserError(
            `no such command: ${[name, ...rest].join(" ") || "(none)"}; there are: ${Object.keys(commands).join(", ")}`,
        );
    }
    if (needsRoot(name) && (await ranInside())) return;
    const command = await load();
    await command();
});
