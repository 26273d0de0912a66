// Makes policies of the policy SDK out of pure rules. All are mandatory: a
// stack that must do without one says so in the pack's configuration.
import type {
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
} from "@pulumi/policy";
import { byCluster } from "./clusters";
import { type CommonConfig, commonSchema, configured, type Exemption, type Schema } from "./configuration";
import { advices, type Finding, isProblem, type Judgement, type Problem, problemMessage } from "./findings";
import {
    distinct,
    exemptableNamespace,
    isAnything,
    type KubernetesObject,
    kubernetesObjects,
    resourceOf,
    titleOf,
} from "./objects";
import { UNKNOWN } from "./plain";

export interface Rule {
    /** Also the name of its page in docs/policies. */
    name: string;
    displayName: string;
    /** One sentence that states the rule. */
    description: string;
    severity: Severity;
    tags: string[];
    /** In one sentence; problems say it for the case at hand. */
    remediationSteps: string;
    /** For its page, in Markdown, a paragraph each: why it is so, what exactly is judged. */
    details: readonly string[];
    /** What it can be told, besides what every policy can. */
    config?: Schema;
}

/** What the page of a policy is made of. */
export interface Documented {
    details: readonly string[];
    judges: "one object" | "the whole stack";
    /** What the level `remediate` does; undefined where there is no single right answer. */
    remedy?: string;
}

/** A change that is right whatever the object: see `objectPolicy`. */
export interface Remedy {
    /** One sentence. */
    what: string;
    /** Changes the inputs in place. Called for objects that have a problem, when the level is `remediate`. */
    apply(inputs: Record<string, unknown>): void;
}

export const pageOf = (name: string): string => `docs/policies/${name}.md`;

function metadata(rule: Rule, judges: Documented["judges"]) {
    const { config, ...rest } = rule;
    return {
        ...rest,
        judges,
        url: pageOf(rule.name),
        enforcementLevel: "mandatory" as const,
        configSchema: { properties: { ...config, ...commonSchema } },
    };
}

/**
 * Judges the inputs of one object at a time, before anything is made: for what
 * is in the object itself, and for what the API server would fill in.
 */
export function objectPolicy<Config extends object = object>(
    rule: Rule,
    judge: (object: KubernetesObject, config: Config) => Judgement,
    remedy?: Remedy,
): ResourceValidationPolicy & Documented {
    const policy = metadata(rule, "one object");
    const judged = (args: ResourceValidationArgs): Judgement => {
        const config = configOf<Config>(rule, policy.configSchema.properties, args.getConfig());
        const judgements = kubernetesObjects(args).flatMap((object): Finding[][] => {
            if (isAnything(object)) return [[notKnown(object)]];
            const judgement = isExempt(object, config) ? "not applicable" : judge(object, config);
            if (judgement === "not applicable") return [];
            const found = granted(judgement, () => object, config.exemptions);
            return [mayBeExempt(object, config) ? found.map(openNamespace) : found];
        });
        return judgements.length === 0 ? "not applicable" : judgements.flat();
    };
    return {
        ...policy,
        ...(remedy && { remedy: remedy.what }),
        validateResource: (args, report) => {
            const judgement = judged(args);
            if (judgement === "not applicable") return args.notApplicable(`not for this ${args.type}`);
            tell(judgement, rule, report);
        },
        ...(remedy && {
            remediateResource: (args: ResourceValidationArgs) => {
                const judgement = judged(args);
                if (judgement === "not applicable") return args.notApplicable(`not for this ${args.type}`);
                if (!judgement.some(isProblem)) return undefined;
                remedy.apply(args.props);
                return args.props;
            },
        }),
    };
}

/**
 * Judges all objects of the stack together, by what the API server answered
 * (in a preview: would answer).
 */
export function stackPolicy<Config extends object = object>(
    rule: Rule,
    judge: (objects: KubernetesObject[], config: Config & CommonConfig) => Judgement,
): StackValidationPolicy & Documented {
    const policy = metadata(rule, "the whole stack");
    return {
        ...policy,
        validateStack: (args, report) => {
            const config = configOf<Config>(rule, policy.configSchema.properties, args.getConfig());
            const judged = args.resources.map((resource) => ({ ...resource, objects: kubernetesObjects(resource) }));
            const byUrn = new Map(judged.flatMap(({ objects }) => objects.map((object) => [object.urn, object])));
            const judgement = byCluster(judged, (objects) => {
                const found = judge(distinct(objects), config);
                const open = objects.filter(isAnything).map(notKnown);
                return open.length === 0 ? found : [...(found === "not applicable" ? [] : found), ...open];
            });
            if (judgement === "not applicable") return args.notApplicable("the stack has nothing that this is about");
            const kept = judgement.filter(({ urn }) => {
                const object = byUrn.get(urn);
                return object === undefined || !isExempt(object, config);
            });
            const found = granted(kept, (urn) => byUrn.get(urn), config.exemptions).map((finding) => {
                const object = byUrn.get(finding.urn);
                return object !== undefined && mayBeExempt(object, config) ? openNamespace(finding) : finding;
            });
            tell(found, rule, report);
        },
    };
}

/** An item of a List that is not known yet may be anything. */
const notKnown = (object: KubernetesObject): Finding => ({
    urn: object.urn,
    subject: titleOf(object),
    unknown: ["what is in it"],
});

function configOf<Config>({ name }: Rule, schema: Schema, given: object): Config & CommonConfig {
    return configured(name, schema, given, pageOf(name)) as Config & CommonConfig;
}

/** In a namespace that is not known yet, and may be one that is let off. */
const mayBeExempt = (object: KubernetesObject, { exemptNamespaces }: CommonConfig): boolean =>
    exemptNamespaces.length > 0 && exemptableNamespace(object) === UNKNOWN;

const openNamespace = (finding: Finding): Finding =>
    isProblem(finding) ? { urn: finding.urn, subject: finding.subject, unknown: ["its namespace"] } : finding;

/** The whole object is let off. */
export function isExempt(object: KubernetesObject, { exemptNamespaces, exemptions }: CommonConfig): boolean {
    const namespace = exemptableNamespace(object);
    return (
        (typeof namespace === "string" && exemptNamespaces.includes(namespace)) ||
        exemptions.some(({ resource, container }) => resource === object.resource && container === undefined)
    );
}

/** Without the problems of single containers that are let off. */
function granted(
    findings: readonly Finding[],
    objectOf: (urn: string) => KubernetesObject | undefined,
    exemptions: readonly Exemption[],
): Finding[] {
    const isGranted = ({ urn, container }: Problem): boolean =>
        exemptions.some((one) => one.resource === objectOf(urn)?.resource && one.container === container);
    return findings.filter((finding) => !isProblem(finding) || finding.container === undefined || !isGranted(finding));
}

/** The SDK takes an object too, with a level of its own; its types know only the text. */
type ReportAtLevel = (violation: { message: string; urn: string; enforcementLevel: "advisory" }) => void;

function tell(findings: readonly Finding[], rule: Rule, report: ReportViolation): void {
    for (const finding of findings) {
        if (isProblem(finding)) report(problemMessage(finding, pageOf(rule.name)), resourceOf(finding.urn));
    }
    for (const advice of advices(findings, rule.description)) {
        // What is not judged can't fail a preview, and must not look like a pass.
        const about = { ...advice, urn: resourceOf(advice.urn) };
        (report as unknown as ReportAtLevel)({ ...about, enforcementLevel: "advisory" });
    }
}
