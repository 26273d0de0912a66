// A policy's configuration. The engine checks types and limits against the
// schema before it starts a pack; it lets keys pass that no schema has, and
// other hosts of packs check nothing. So the policy looks for itself.
import type { PolicyConfigJSONSchema, PolicyConfigJSONSchemaDefinition } from "@pulumi/policy/schema";

export type Schema = Record<string, PolicyConfigJSONSchema>;

/** What every policy can be told. */
export interface CommonConfig {
    exemptNamespaces: string[];
    exemptions: Exemption[];
}

export interface Exemption {
    /** The resource's name in Pulumi. */
    resource: string;
    /** Left out: all of its containers. */
    container?: string;
    /** Why it can do without. */
    reason: string;
}

export const commonSchema: Schema = {
    exemptNamespaces: {
        type: "array",
        description: "Namespaces whose objects are not judged; a volume belongs to the namespace of its claim.",
        items: { type: "string", minLength: 1 },
        default: [],
    },
    exemptions: {
        type: "array",
        description: "Resources, or single containers of them, that are let off, each with the reason.",
        items: {
            type: "object",
            properties: {
                resource: { type: "string", minLength: 1, description: "The resource's name in Pulumi." },
                container: { type: "string", minLength: 1, description: "Left out: the whole resource." },
                reason: { type: "string", minLength: 1 },
            },
            required: ["resource", "reason"],
            additionalProperties: false,
        },
        default: [],
    },
};

/** Its message is all that people need: the trace would lead into the SDK. */
class WrongConfiguration extends Error {
    override name = "WrongConfiguration";
    constructor(policy: string, problems: readonly string[], page: string) {
        super(
            `the configuration of the policy ${policy} is wrong:\n${problems.map((one) => `  ${one}\n`).join("")}More: ${page}`,
        );
        this.stack = this.message;
    }
}

/** The given values with the schema's defaults below them. @throws WrongConfiguration naming every wrong key */
export function configured(policy: string, schema: Schema, given: object, page: string): Record<string, unknown> {
    const problems = problemsOf({ type: "object", properties: schema, additionalProperties: false }, given, "");
    if (problems.length > 0) throw new WrongConfiguration(policy, problems, page);
    const defaults = Object.entries(schema).map(([key, { default: value }]) => [key, value]);
    return { ...Object.fromEntries(defaults), ...given };
}

/** What is wrong with a value, one line for each key. The part of JSON Schema that the policies use. */
export function problemsOf(schema: PolicyConfigJSONSchemaDefinition, value: unknown, key: string): string[] {
    if (typeof schema === "boolean") return [];
    const wrong = (wanted: string): string[] => [
        `${key === "" ? "it" : `key ${key}`}: found ${JSON.stringify(value)}, wanted ${wanted}`,
    ];
    const type = typeOf(value);
    if (schema.type !== undefined && !hasType(type, value, String(schema.type)))
        return wrong(`a value of type ${schema.type}`);
    if (schema.enum && !schema.enum.includes(value as string)) return wrong(`one of ${schema.enum.join(", ")}`);
    if (typeof value === "number") {
        if (schema.minimum !== undefined && value < schema.minimum) return wrong(`at least ${schema.minimum}`);
        if (schema.maximum !== undefined && value > schema.maximum) return wrong(`at most ${schema.maximum}`);
    }
    if (typeof value === "string") {
        if (value.length < (schema.minLength ?? 0)) return wrong("some text");
        if (schema.pattern && !new RegExp(schema.pattern).test(value))
            return wrong(`text that matches ${schema.pattern}`);
    }
    if (Array.isArray(value)) {
        const { items } = schema;
        if (items === undefined || Array.isArray(items)) return [];
        return value.flatMap((item, index) => problemsOf(items, item, `${key}[${index}]`));
    }
    return type === "object" ? problemsOfObject(schema, value as Record<string, unknown>, key) : [];
}

function problemsOfObject(schema: PolicyConfigJSONSchema, value: Record<string, unknown>, key: string): string[] {
    const { properties = {}, required = [], additionalProperties } = schema;
    const below = (name: string): string => (key === "" ? name : `${key}.${name}`);
    const missing = required
        .filter((name) => value[name] === undefined)
        .map((name) => `key ${below(name)}: found nothing, wanted it to be set`);
    const inner = Object.entries(value).flatMap(([name, one]) => {
        const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
        if (own !== undefined) return problemsOf(own, one, below(name));
        if (additionalProperties !== false) return [];
        return [`key ${below(name)}: there is no such key; there are ${Object.keys(properties).join(", ")}`];
    });
    return [...missing, ...inner];
}

const typeOf = (value: unknown): string => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);

function hasType(type: string, value: unknown, wanted: string): boolean {
    return wanted === "integer" ? Number.isInteger(value) : type === wanted;
}
