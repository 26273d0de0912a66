// Every resource that an environment would create, as text that is reviewed
// with the change that causes it: `make golden` writes test/environments/*.yaml,
// test/components/environments.test.ts compares. What only a cluster, a registry
// or Pulumi can give is a stand-in in angle brackets.
import { join } from "node:path";
import { stringify } from "yaml";
import { completeConfig, SECRET } from "../../commands/effective";
import { isSecret } from "../../commands/embedded-settings";
import { type ConfigValue, type Environment, isMapping, PROJECT } from "../../commands/environment";
import { nothingYet, ready } from "../components/cluster";
import {
    type Outputs,
    type Provisioned,
    type ProvisionOptions,
    provision,
    type RegisteredResource,
} from "../harness/engine";
import { programUnchecked } from "../harness/program";

export const goldenFile = (environment: string): string => join(__dirname, `${environment}.yaml`);

/** The stack of an environment, with a cluster that answers everything. */
export const provisioned = (environment: Environment): Promise<Provisioned> => run(environment, { outputs: standIns });

/** As in its first preview, where nothing has answered yet. */
export const previewed = (environment: Environment): Promise<Provisioned> =>
    run(environment, { outputs: nothingYet, preview: true });

function run(environment: Environment, options: Pick<ProvisionOptions, "outputs" | "preview">): Promise<Provisioned> {
    const config = Object.entries(completeConfig(environment));
    return provision(programUnchecked, {
        project: PROJECT,
        stack: environment.name,
        config: Object.fromEntries(config.map(([key, value]) => [key, plain(key, value)])),
        secretConfig: config.filter(([, value]) => value !== plain("", value)).map(([key]) => key),
        ...options,
    });
}

/** What the CLI would decrypt, or make would add: some text that is a secret. */
function plain(key: string, value: ConfigValue): ConfigValue {
    if (isSecret(value)) return value.secret;
    return isMapping(value) && "secure" in value ? `secret of ${key}` : value;
}

/** Names that Pulumi chooses; all the rest as tests have it. */
const standIns: Outputs = (resource, preview) => {
    const autonamed = (resource.inputs.metadata as { name?: string } | undefined)?.name === undefined;
    if (resource.type.startsWith("kubernetes:core/v1:ConfigMap") && autonamed) {
        return { metadata: { name: `<name of ConfigMap ${resource.name}>` } };
    }
    return ready(resource, preview);
};

/** A resource in one word that says more than a URN: type and name are unique in a stack without a loop of the same child. */
const label = ({ type, name }: RegisteredResource): string => `${type} ${name}`;

/** @throws Error when two resources could not be told apart */
export function goldenText({ resources }: Provisioned, environment: string): string {
    const byUrn = new Map(resources.map((resource) => [resource.urn, label(resource)]));
    const entries = resources.map((resource) => [label(resource), describe(resource, byUrn)] as const);
    if (new Set(entries.map(([name]) => name)).size < entries.length) {
        throw new Error(`resources of one type have the same name: ${entries.map(([name]) => name).join(", ")}`);
    }
    const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, description]) => ({ [name]: description }));
    return (
        `# What Pulumi.${environment}.yaml makes: every resource, with what it is given. Written by \`make golden\`.\n\n` +
        sorted.map((one) => stringify(one, { lineWidth: 0, aliasDuplicateObjects: false })).join("\n")
    );
}

function describe(resource: RegisteredResource, byUrn: ReadonlyMap<string, string>): object {
    const { options, dependencies, parent, read, secretInputs } = resource;
    const named = (urn: string | undefined): string | undefined => (urn === undefined ? urn : (byUrn.get(urn) ?? urn));
    return withoutEmpty({
        parent: named(parent),
        read: read || undefined,
        provider: named(options.provider),
        dependsOn: dependencies.map((urn) => named(urn)).sort(),
        protect: options.protect || undefined,
        retainOnDelete: options.retainOnDelete || undefined,
        deleteBeforeReplace: options.deleteBeforeReplace,
        replaceOnChanges: options.replaceOnChanges,
        ignoreChanges: options.ignoreChanges,
        customTimeouts: options.customTimeouts,
        deletedWith: named(options.deletedWith),
        import: options.import,
        inputs: sorted(withoutSecrets(resource.inputs, secretInputs)),
    });
}

function withoutEmpty(object: Record<string, unknown>): object {
    const empty = (value: unknown): boolean =>
        value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
    return Object.fromEntries(Object.entries(object).filter(([, value]) => !empty(value)));
}

function withoutSecrets(value: unknown, secrets: readonly string[], path = ""): unknown {
    if (secrets.includes(path)) return SECRET;
    if (Array.isArray(value)) return value.map((item, index) => withoutSecrets(item, secrets, below(path, index)));
    if (!isMapping(value)) return value;
    const entries = Object.entries(value).map(([key, inner]) => [
        key,
        withoutSecrets(inner, secrets, below(path, key)),
    ]);
    return Object.fromEntries(entries);
}

const below = (path: string, key: string | number): string => (path === "" ? String(key) : `${path}.${key}`);

/** Whatever order the program gives them in. */
function sorted(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(sorted);
    if (!isMapping(value)) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
