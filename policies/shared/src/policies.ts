// Makes policies of the policy SDK out of pure rules. All are mandatory: a
// stack that must do without one says so in the pack's configuration.
import type { PolicyConfigSchema, ResourceValidationPolicy, Severity, StackValidationPolicy } from "@pulumi/policy";
import { type KubernetesObject, kubernetesObject } from "./objects";
import { message, type Problem } from "./problem";

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
    configSchema?: PolicyConfigSchema;
}

const pageOf = (rule: Rule): string => `docs/policies/${rule.name}.md`;

/**
 * Judges the inputs of one object at a time, before anything is made: for what
 * is in the object itself, and for what the API server would fill in.
 */
export function objectPolicy(
    rule: Rule,
    judge: (object: KubernetesObject, config: Record<string, unknown>) => Problem[] | "not applicable",
): ResourceValidationPolicy {
    return {
        ...rule,
        url: pageOf(rule),
        enforcementLevel: "mandatory",
        validateResource: (args, report) => {
            const object = kubernetesObject(args);
            const problems = object ? judge(object, args.getConfig()) : "not applicable";
            if (problems === "not applicable") return args.notApplicable(`not for ${args.type}`);
            for (const problem of problems) report(message(problem, pageOf(rule)), problem.urn);
        },
    };
}

/**
 * Judges all objects of the stack together, by what the API server answered
 * (in a preview: would answer).
 */
export function stackPolicy(
    rule: Rule,
    judge: (objects: KubernetesObject[]) => Problem[] | "not applicable",
): StackValidationPolicy {
    return {
        ...rule,
        url: pageOf(rule),
        enforcementLevel: "mandatory",
        validateStack: (args, report) => {
            const problems = judge(args.resources.flatMap((resource) => kubernetesObject(resource) ?? []));
            if (problems === "not applicable") return args.notApplicable("the stack has nothing that this is about");
            for (const problem of problems) report(message(problem, pageOf(rule)), problem.urn);
        },
    };
}
