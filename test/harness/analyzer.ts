// Runs a policy pack as the engine does: its own process, Pulumi's own script,
// the engine's protocol. What is judged comes from programs run by engine.ts.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type requestCallback } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Plain, Provisioned, RegisteredResource } from "./engine";

export interface Violation {
    policy: string;
    /** Name in Pulumi of the resource that is to blame. */
    resource: string;
    /** What the CLI prints. */
    message: string;
    level: "advisory" | "mandatory";
}

export interface PackInfo {
    name: string;
    policies: { name: string; url: string; severity: number; tags: string[]; description: string; level: string }[];
}

const repository = join(__dirname, "../..");
const LEVELS = ["advisory", "mandatory", "disabled", "remediate"];

export class Pack {
    private constructor(
        private readonly process: ChildProcess,
        private readonly client: AnalyzerClient,
    ) {}

    /** Starts the pack in policies/<name>; stop() it in the end. */
    static async start(name: string): Promise<Pack> {
        const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
        // The address of the engine, which packs don't call, is the script's first argument.
        const child = spawn(process.execPath, [script, "127.0.0.1:0", "."], {
            cwd: join(repository, "policies", name),
            stdio: ["ignore", "pipe", "pipe"],
        });
        // A test that is cut short leaves no process behind.
        process.once("exit", () => child.kill());
        let said = "";
        child.stderr.on("data", (chunk: Buffer) => {
            said += chunk.toString();
        });
        const port = await Promise.race([
            once(createInterface({ input: child.stdout }), "line").then(([line]) => String(line)),
            once(child, "close").then(([code]) => {
                throw new Error(`the pack ${name} ended with ${code} before it served:\n${said}`);
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
            url: policy.getUrl(),
            severity: policy.getSeverity(),
            tags: policy.getTagsList(),
            description: policy.getDescription(),
            level: LEVELS[policy.getEnforcementlevel()] ?? "",
        }));
        return { name: info.getName(), policies };
    }

    /** The configuration of one policy, as `--policy-pack-config` gives it. */
    async configure(policy: string, properties: Plain): Promise<void> {
        const config = new proto.PolicyConfig()
            .setEnforcementlevel(proto.EnforcementLevel.MANDATORY)
            .setProperties(Struct.fromJavaScript(properties as Record<string, never>));
        const request = new proto.ConfigureAnalyzerRequest();
        request.getPolicyconfigMap().set(policy, config);
        await call<Empty>((done) => this.client.configure(request, done));
    }

    /** Each resource by its inputs, then all together by their outputs. */
    async judge({ resources }: Provisioned): Promise<Violation[]> {
        const responses: proto.AnalyzeResponse[] = [];
        for (const resource of resources) {
            const request = new proto.AnalyzeRequest()
                .setType(resource.type)
                .setName(resource.name)
                .setUrn(resource.urn)
                .setProperties(properties(resource.wire.inputs))
                .setOptions(optionsOf(resource));
            responses.push(await call<proto.AnalyzeResponse>((done) => this.client.analyze(request, done)));
        }
        const stack = new proto.AnalyzeStackRequest().setResourcesList(resources.map(analyzerResource));
        responses.push(await call<proto.AnalyzeResponse>((done) => this.client.analyzeStack(stack, done)));
        return responses
            .flatMap((response) => response.getDiagnosticsList())
            .map((diagnostic) => ({
                policy: diagnostic.getPolicyname(),
                resource: diagnostic.getUrn().split("::").at(-1) ?? "",
                message: diagnostic.getMessage(),
                level: diagnostic.getEnforcementlevel() === proto.EnforcementLevel.MANDATORY ? "mandatory" : "advisory",
            }));
    }
}

function call<T>(start: (done: requestCallback<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
        start((error, response) => (error || response === undefined ? reject(error) : resolve(response)));
    });
}

function analyzerResource(resource: RegisteredResource): proto.AnalyzerResource {
    const message = new proto.AnalyzerResource()
        .setType(resource.type)
        .setName(resource.name)
        .setUrn(resource.urn)
        .setParent(resource.parent ?? "")
        .setDependenciesList(resource.dependencies)
        .setProperties(properties(resource.wire.outputs))
        .setOptions(optionsOf(resource));
    for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
        const dependencies = new proto.AnalyzerPropertyDependencies().setUrnsList(urns);
        message.getPropertydependenciesMap().set(key, dependencies);
    }
    return message;
}

/** The engine keeps what starts with `__`, which providers note down for themselves, from packs. */
function properties(values: Plain): Struct {
    const visible = Object.entries(values).filter(([key]) => !key.startsWith("__"));
    return Struct.fromJavaScript(Object.fromEntries(visible) as Record<string, never>);
}

function optionsOf({ options, parent }: RegisteredResource): proto.AnalyzerResourceOptions {
    return new proto.AnalyzerResourceOptions()
        .setProtect(options.protect ?? false)
        .setIgnorechangesList(options.ignoreChanges)
        .setDeletebeforereplace(options.deleteBeforeReplace ?? false)
        .setDeletebeforereplacedefined(options.deleteBeforeReplace !== undefined)
        .setAdditionalsecretoutputsList(options.additionalSecretOutputs)
        .setParent(parent ?? "");
}
