// What `make policy-docs` writes: docs/policies, a page for each policy and one
// that lists them, all of what the policies say of themselves. Texts out.
import type { PolicyPackArgs } from "@pulumi/policy";
import { all, packs } from "../policies/all/pack";
import { commonSchema, type Documented } from "../policies/shared/src";

type Policy = PolicyPackArgs["policies"][number] & Documented;
type Schema = Record<string, { type?: unknown; enum?: unknown[]; default?: unknown; description?: string }>;

const WRITTEN = "<!-- Written by `make policy-docs` from the policies in policies/. -->\n";

/** Name of the file and its text, for each file of docs/policies. */
export function policyPages(): [string, string][] {
    const pages = Object.entries(packs).flatMap(([pack, { policies }]) =>
        policies.map((policy): [string, string] => [`${policy.name}.md`, page(pack, policy)]),
    );
    return [["README.md", index()], ...pages];
}

const judges: Record<Documented["judges"], string> = {
    "one object": "judges the inputs of one object at a time, before it is made, also in a preview",
    "the whole stack": "judges the stack as a whole, in the end of a preview and of an update",
};

function page(pack: string, policy: Policy): string {
    const { name, severity, description, details, judges: what, remediationSteps, remedy, tags } = policy;
    const remediation =
        remedy === undefined
            ? ""
            : ` At the level \`remediate\`, which is off unless configured, the policy itself ${remedy}`;
    return [
        `${WRITTEN}# ${name}`,
        `Pack \`${pack}\`, severity ${severity}, mandatory; ${judges[what]}. Tags: ${(tags ?? []).join(", ")}.`,
        `**${description}**`,
        ...details,
        `## To mend\n${remediationSteps}${remediation}`,
        `## Configuration\n${configuration(name, policy.configSchema?.properties as Schema)}`,
        "[All policies](README.md), and [how to use them](../policies.md).",
    ]
        .join("\n\n")
        .concat("\n");
}

function configuration(name: string, schema: Schema): string {
    const own = Object.keys(schema).filter((key) => !(key in commonSchema));
    const rows = own.map((key) => row(key, schema[key] ?? {}));
    const table =
        rows.length === 0 ? "" : `| key | type | default | meaning |\n|---|---|---|---|\n${rows.join("\n")}\n\n`;
    const example = Object.fromEntries(own.map((key) => [key, exampleOf(schema[key] ?? {})]));
    const values = { ...example, exemptNamespaces: ["kube-system"] };
    return (
        `${table}${rows.length === 0 ? "What" : "Besides, what"} every policy can be told: its level, whom to let off ([how](../policies.md#configuration)).\n\n` +
        `\`\`\`json\n${JSON.stringify({ [name]: values }, null, 4)}\n\`\`\``
    );
}

function row(key: string, { type, enum: values, default: unset, description = "" }: Schema[string]): string {
    const kind = values === undefined ? String(type) : values.map((value) => `\`"${value}"\``).join(", ");
    const standard = unset === undefined ? "" : `\`${JSON.stringify(unset)}\``;
    return `| \`${key}\` | ${kind} | ${standard} | ${description} |`;
}

/** Something that is allowed, and is not the default where that shows nothing. */
function exampleOf({ type, default: unset, description = "" }: Schema[string]): unknown {
    if (type === "boolean") return true;
    if (Array.isArray(unset) && unset.length === 0) return ["10.0.0.0/16"];
    if (unset !== undefined) return unset;
    return type === "number" ? 1000 : /quantity/.test(description) ? "10Gi" : "";
}

function index(): string {
    const sections = Object.entries(packs).map(([pack, { displayName, description, policies }]) => {
        const rows = policies.map(
            ({ name, severity, description: rule }) => `| [${name}](${name}.md) | ${severity} | ${rule} |`,
        );
        return `## ${displayName}\n\`policies/${pack}\`: ${description}\n\n| policy | severity | rule |\n|---|---|---|\n${rows.join("\n")}`;
    });
    return [
        `${WRITTEN}# Policies`,
        `${all.policies.length} policies in ${Object.keys(packs).length} packs, for any Pulumi program that makes Kubernetes objects. [How to use them](../policies.md).`,
        ...sections,
    ]
        .join("\n\n")
        .concat("\n");
}
