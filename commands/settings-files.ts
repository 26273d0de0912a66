// What `make settings` writes from settings/keys.ts: the schema in Pulumi.yaml
// and docs/settings.md. Texts in, texts out.
import { stringify } from "yaml";
import { ConfigurationError, parseSettings, type RawSettings } from "../settings";
import { groups, type Key, type KeyName, keyOf, written } from "../settings/keys";
import { NAMESPACE } from "../settings/namespace";
import { changeCommand } from "../settings/problem";

/** Pulumi.yaml with its `config:` as the keys say; everything above it stays. */
export function projectFile(text: string): string {
    const start = text.search(/^config:$/m);
    const rest = text.slice(start).split("\n").slice(1);
    if (start < 0 || rest.some((line) => /^\S/.test(line))) {
        throw new Error("Pulumi.yaml must end with `config:`, which is written by `make settings`");
    }
    const sections = groups.map(({ title, names }) => {
        const schema = Object.fromEntries(names.map((name) => [name, schemaOf(name)]));
        return `# ${title}\n${stringify(schema, { lineWidth: 0 })}`;
    });
    const indented = sections.join("").replace(/^(?=.)/gm, "  ");
    return `${text.slice(0, start)}config:\n${indented}`;
}

/** Of one key, as Pulumi takes it. It asks for a key without a default, so what may stay unset has an empty one. */
function schemaOf(name: KeyName): object {
    const { parse, description, standard } = keyOf(name);
    const { type } = parse;
    const text = written(name, standard);
    return {
        type,
        ...(type === "array" && { items: { type: "string" } }),
        description: `${description} Allowed: ${allowedOf(name)}.`,
        default: type === "string" ? text : JSON.parse(text),
    };
}

function allowedOf(name: KeyName): string {
    const { allowed, such } = keyOf(name).parse;
    return such === undefined ? allowed : `${allowed}, such as ${such}`;
}

/** A configuration with a slip of each sort, for readers to see what comes of it. */
const example: RawSettings = {
    context: "my-cluster",
    registryServer: "https://registry.example.org",
    clientNetworks: '["10.0.0.0/24","0.0.0.0/0"]',
    capacity: "10 GB",
    freshness: "100ms",
    readrs: "3",
};

function errorOf(raw: RawSettings): string {
    try {
        parseSettings(raw, "staging");
    } catch (error) {
        if (error instanceof ConfigurationError) return error.message;
        throw error;
    }
    throw new Error("the example of a wrong configuration is not wrong");
}

/** docs/settings.md */
export function settingsPage(): string {
    return `<!-- Written by \`make settings\` from settings/keys.ts. -->
# Settings

Every key of the namespace \`${NAMESPACE}\`. A key that is not set, or set to nothing, has its default.

| to set | |
|---|---|
| for good | \`${command("readers", "3")}\`, or under \`config:\` in the environment's file, such as \`Pulumi.staging.yaml\`: \`${NAMESPACE}:readers: 3\` |
| a list | one item by one: \`${command("clientNetworks", "10.0.0.0/24")}\`, or as a YAML list in the file |
| a secret | \`${command("registryPassword", "")}\`, which asks for it |
| for one run | \`make up SETTINGS='{readers: 3}'\` |
| to see what every environment has | \`make environments\` |

${groups.map(section).join("\n")}
## What an error looks like
A wrong configuration is refused before anything is made, with everything that is wrong:

\`\`\`
${errorOf(example)}
\`\`\`
`;
}

function command(key: KeyName, value: string): string {
    const { list, secret } = keyOf(key);
    return changeCommand(
        { namespace: NAMESPACE, stack: "staging" },
        { key, allowed: "", example: value, list, secret },
    );
}

function section({ title, names }: (typeof groups)[number]): string {
    return `## ${title}
| key | type | default | allowed | meaning | example |
|---|---|---|---|---|---|
${names.map((name) => row(name, keyOf(name))).join("\n")}
`;
}

function row(name: KeyName, { parse, standard, description, example, secret }: Key<unknown>): string {
    const text = written(name, standard);
    const cells = [
        `\`${name}\``,
        parse.type === "array" ? "list" : secret ? "string, secret" : parse.type,
        text === "" || text === "[]" ? "" : `\`${text}\``,
        prose(allowedOf(name)),
        prose(description),
        `\`${example}\``,
    ];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** In Markdown a `<` may begin a tag. */
const prose = (text: string): string => text.replaceAll("<", "&lt;");
