// Runs a policy pack as the engine does: its own process, Pulumi's own script,
// the engine's protocol. What is judged comes from programs run by engine.ts.
// It knows nothing of this project's packs: a folder with a PulumiPolicy.yaml is
// all it needs. See docs/policies.md.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type requestCallback } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { analyzeRequest, analyzerResource, analyzeStackRequest } from "./analyzer-wire";
import type { Plain, Provisioned, RegisteredResource } from "./engine";

export const LEVELS = ["advisory", "mandatory", "disabled", "remediate"] as const;
export type Level = (typeof LEVELS)[number];

export interface Violation {
    policy: string;
    /** Name in Pulumi of the resource that is to blame. */
    resource: string;
    urn: string;
    /** What the CLI prints. */
    message: string;
    level: Level;
}

/** A policy that has nothing to say of a resource, or (resource undefined) of the stack. */
export interface NotApplicable {
    policy: string;
    resource: string | undefined;
    reason: string;
}

export interface Judgement {
    violations: Violation[];
    notApplicable: NotApplicable[];
}

export interface PolicyInfo {
    name: string;
    displayName: string;
    url: string;
    severity: number;
    tags: string[];
    description: string;
    remediationSteps: string;
    level: Level;
    /** Properties of its configuration, as JSON Schema. */
    config: Plain;
    ofStack: boolean;
}

export interface PackInfo {
    name: string;
    policies: PolicyInfo[];
}

/** Of one policy, as the file of `--policy-pack-config` has it: a level alone, or with properties. */
export type PolicyConfig = Level | ({ enforcementLevel?: Level } & Plain);

export interface PackOptions {
    /** @default that of a preview or of an update, as `judge` is told: none */
    env?: NodeJS.ProcessEnv;
    /** What Node.js loads before Pulumi's script. */
    nodeArgs?: readonly string[];
    /** A channel for messages to the pack's process. @default false */
    channel?: boolean;
}

export class Pack {
    /** Asked for once. */
    private policies: PolicyInfo[] | undefined;

    private constructor(
        readonly process: ChildProcess,
        private readonly client: AnalyzerClient,
    ) {}

    /** Starts the pack of a folder; stop() it in the end. */
    static async start(folder: string, { env, nodeArgs = [], channel = false }: PackOptions = {}): Promise<Pack> {
        const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
        // The address of the engine, which packs don't call, is the script's first argument.
        const child = spawn(process.execPath, [...nodeArgs, script, "127.0.0.1:0", "."], {
            cwd: folder,
            env: { ...process.env, ...env },
            stdio: ["ignore", "pipe", "pipe", ...(channel ? (["ipc"] as const) : [])],
        });
        // A test that is cut short leaves no process behind.
        const end = (): void => void child.kill();
        process.once("exit", end);
        child.once("close", () => process.off("exit", end));
        let said = "";
        child.stderr?.on("data", (chunk: Buffer) => {
            said += chunk.toString();
        });
        if (!child.stdout) throw new Error("the pack's process has no standard output");
        const port = await Promise.race([
            once(createInterface({ input: child.stdout }), "line").then(([line]) => String(line)),
            once(child, "close").then(([code]) => {
                throw new Error(`the pack ${basename(folder)} ended with ${code} before it served:\n${said}`);
            }),
        ]);
        return new Pack(child, new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure()));
    }

    async stop(): Promise<void> {
        this.client.close();
        const closed = once(this.process, "close");
        this.process.kill("SIGTERM");
        await closed;
    }

    async info(): Promise<PackInfo> {
        const info = await call<proto.AnalyzerInfo>((done) => this.client.getAnalyzerInfo(new Empty(), done));
        const policies = info.getPoliciesList().map((policy) => ({
            name: policy.getName(),
            displayName: policy.getDisplayname(),
            url: policy.getUrl(),
            severity: policy.getSeverity(),
            tags: policy.getTagsList(),
            description: policy.getDescription(),
            remediationSteps: policy.getRemediationSteps(),
            level: levelOf(policy.getEnforcementlevel()),
            config: (policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {}) as Plain,
            ofStack: policy.getPolicyType() === proto.PolicyType.POLICY_TYPE_STACK,
        }));
        return { name: info.getName(), policies };
    }

    /**
     * As the engine does with the file of `--policy-pack-config`: defaults of the schemas, then the level of "all",
     * then each policy's own. It passes names over that the pack does not have.
     */
    async configure(config: Record<string, PolicyConfig>): Promise<void> {
        this.policies ??= (await this.info()).policies;
        const request = new proto.ConfigureAnalyzerRequest();
        const { enforcementLevel: ofAll } = leveled(config.all);
        for (const { name, level, config: schema } of this.policies) {
            const { enforcementLevel = ofAll ?? level, ...properties } = leveled(config[name]);
            const defaults = Object.entries(schema).map(([key, one]) => [key, (one as { default?: unknown }).default]);
            const known = Object.fromEntries(defaults.filter(([, value]) => value !== undefined));
            const one = new proto.PolicyConfig()
                .setEnforcementlevel(LEVELS.indexOf(enforcementLevel) as proto.EnforcementLevel)
                .setProperties(Struct.fromJavaScript({ ...known, ...properties } as Record<string, never>));
            request.getPolicyconfigMap().set(name, one);
        }
        await call<Empty>((done) => this.client.configure(request, done));
    }

    /** One resource by its inputs, as before it is made. */
    async judgeResource(resource: RegisteredResource): Promise<Judgement> {
        const request = analyzeRequest(resource);
        const response = await call<proto.AnalyzeResponse>((done) => this.client.analyze(request, done));
        return judgementOf(response, resource.name);
    }

    /** All resources together by their outputs, as in the end of a preview or an update. */
    async judgeStack(resources: readonly RegisteredResource[]): Promise<Judgement> {
        const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
        const request = analyzeStackRequest(resources.map((resource) => analyzerResource(resource, byUrn)));
        const response = await call<proto.AnalyzeResponse>((done) => this.client.analyzeStack(request, done));
        return judgementOf(response, undefined);
    }

    /** Each resource by its inputs, then all together by their outputs. */
    async judge({ resources }: Pick<Provisioned, "resources">): Promise<Judgement> {
        // As the engine does: what is only read is part of the stack, and judged by no policy for itself (GenerateReadSteps).
        const registered = resources.filter(({ read }) => !read);
        const each = await Promise.all(registered.map((resource) => this.judgeResource(resource)));
        const all = [...each, await this.judgeStack(resources)];
        return {
            violations: all.flatMap(({ violations }) => violations),
            notApplicable: all.flatMap(({ notApplicable }) => notApplicable),
        };
    }

    /** What the policies at level `remediate` make of a resource's inputs; undefined when they change nothing. */
    async remediate(resource: RegisteredResource): Promise<Plain | undefined> {
        const request = analyzeRequest(resource);
        const response = await call<proto.RemediateResponse>((done) => this.client.remediate(request, done));
        const last = response.getRemediationsList().at(-1);
        return last?.getProperties()?.toJavaScript() as Plain | undefined;
    }
}

function call<T>(start: (done: requestCallback<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
        start((error, response) => (error || response === undefined ? reject(error) : resolve(response)));
    });
}

const leveled = (config: PolicyConfig = {}): Exclude<PolicyConfig, string> =>
    typeof config === "string" ? { enforcementLevel: config } : config;

const levelOf = (level: proto.EnforcementLevel): Level => LEVELS[level] ?? "advisory";

function judgementOf(response: proto.AnalyzeResponse, resource: string | undefined): Judgement {
    return {
        violations: response.getDiagnosticsList().map((diagnostic) => ({
            policy: diagnostic.getPolicyname(),
            // The engine blames the resource that was judged when the policy names none.
            resource: diagnostic.getUrn().split("::").at(-1) || (resource ?? ""),
            urn: diagnostic.getUrn(),
            message: diagnostic.getMessage(),
            level: levelOf(diagnostic.getEnforcementlevel()),
        })),
        notApplicable: response.getNotApplicableList().map((one) => ({
            policy: one.getPolicyName(),
            resource,
            reason: one.getReason(),
        })),
    };
}
