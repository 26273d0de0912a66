// What a case of a policy is; index.ts beside this file has them all.
import type { Outputs, Plain } from "../../harness/engine";

export interface Case {
    /** What is special about the stack. */
    what: string;
    program: () => void;
    /** Of the policy. */
    config?: Plain;
    /** @default false, but true for what is unknown */
    preview?: boolean;
    /** Of the stack. @default "stack" */
    stack?: string;
    outputs?: Outputs;
}

export interface Violating extends Case {
    /** Names in Pulumi of the resources that are to blame, each as often as it is. */
    blames: string[];
    /** Each of these is in one of the messages. */
    says: RegExp[];
}

export interface Unknown extends Case {
    /** What is said to be unknown. */
    says: RegExp;
}

export interface Remedied {
    what: string;
    program: () => void;
    preview?: boolean;
    stack?: string;
    becomes: Plain;
}

export interface PolicyCases {
    violates: Violating[];
    complies: Case[];
    unknown: Unknown[];
    notApplicable: Case[];
    /** Besides what every policy can be told wrongly. */
    misconfigured?: { config: Plain; says: RegExp }[];
    /** At the level `remediate`: the inputs of the one resource that is changed, as they become. */
    remedied?: Remedied[];
}
