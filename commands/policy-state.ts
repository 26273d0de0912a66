// The policies on a stack as it was exported (`pulumi stack export`): imported
// into a backend that is made for it and thrown away, and judged there by the
// CLI. No cluster, no program and no passphrase is needed.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { CommandFailed, run } from "../embedded/run";
import { UserError } from "../embedded/steps";
import { toolchain } from "../embedded/toolchain";
import { isMapping } from "./environment";
import { policyArguments } from "./stack";

export interface StateViolation {
    policy: string;
    resource: string;
    message: string;
    level: string;
}

/** Marks of the SDK: of a secret in a state, and of a value that is not known. */
const SECRET_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What is encrypted can't be judged, and must not look like something that was. */
export function withoutSecrets(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withoutSecrets);
    if (!isMapping(value)) return value;
    if (value[SECRET_KEY] === SECRET) return UNKNOWN;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

/** What the program only reads, Pulumi never deletes: that is as good as protected, which is what policies are told. */
const keptAsItIs = (resource: unknown): unknown =>
    isMapping(resource) && resource.external === true ? { ...resource, protect: true } : resource;

export interface ExportedStack {
    project: string;
    stack: string;
    /** To be imported; holds nothing that is encrypted. */
    deployment: Record<string, unknown>;
}

/** @throws UserError for what is no export of a stack with resources */
export function exportedStack(text: string, name: string): ExportedStack {
    const wrong = (what: string): never => {
        throw new UserError(`STATE=${name} ${what}; a file written by \`pulumi stack export --file\` is expected`);
    };
    let content: unknown;
    try {
        content = JSON.parse(text);
    } catch {
        return wrong("is not JSON");
    }
    const deployment = isMapping(content) ? content.deployment : undefined;
    if (!isMapping(content) || !isMapping(deployment)) return wrong("has no deployment");
    const { resources } = deployment;
    const [first] = Array.isArray(resources) ? resources : [];
    const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(String(isMapping(first) ? first.urn : "")) ?? [];
    if (stack === undefined || project === undefined) return wrong("has no resources");
    const { secrets_providers: _, ...rest } = deployment;
    const judged = { ...rest, resources: (resources as unknown[]).map(keptAsItIs) };
    return { project, stack, deployment: { ...content, deployment: withoutSecrets(judged) as object } };
}

/** @throws UserError when the state can't be read, or the CLI can't judge it */
export async function analyzeState(file: string): Promise<{ stack: string; violations: StateViolation[] }> {
    const text = await readFile(file, "utf8").catch((error: Error) => {
        throw new UserError(`STATE=${file} can't be read: ${error.message}`);
    });
    const { project, stack, deployment } = exportedStack(text, file);
    const { pulumi, env: own } = await toolchain();
    const cwd = await mkdtemp(join(tmpdir(), "policies-"));
    try {
        await mkdir(join(cwd, "backend"));
        await writeFile(join(cwd, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
        await writeFile(join(cwd, "state.json"), JSON.stringify(deployment), { mode: 0o600 });
        const env = {
            ...process.env,
            ...own,
            PULUMI_BACKEND_URL: `file://${join(cwd, "backend")}`,
            // Of a stack that has no secrets, and is gone in a moment.
            PULUMI_CONFIG_PASSPHRASE: "none",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
        const cli = (...args: string[]): Promise<string> => run(pulumi, [...args, "--non-interactive"], { cwd, env });
        await cli("stack", "init", stack, "--secrets-provider", "passphrase");
        await cli("stack", "import", "--stack", stack, "--file", "state.json");
        const events = await failing(cli("policy", "analyze", "--stack", stack, "--json", ...policyArguments));
        return { stack, violations: violationsOf(events) };
    } finally {
        await rm(cwd, { recursive: true, force: true });
    }
}

/** It ends with an error when it found something, which is in what it printed. */
async function failing(work: Promise<string>): Promise<string> {
    try {
        return await work;
    } catch (error) {
        if (error instanceof CommandFailed && error.stdout.includes('"policyEvent"')) return error.stdout;
        throw error;
    }
}

/** Of the engine's events, one a line. */
export function violationsOf(events: string): StateViolation[] {
    return events
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as { policyEvent?: Record<string, string> })
        .flatMap(({ policyEvent: event }) =>
            event === undefined
                ? []
                : [
                      {
                          policy: event.policyName ?? "",
                          resource: event.resourceUrn?.split("::").at(-1) ?? "",
                          message: event.message ?? "",
                          level: event.enforcementLevel ?? "",
                      },
                  ],
        );
}
