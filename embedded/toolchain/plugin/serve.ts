// Serves a Provider to the engine over gRPC (pulumirpc.ResourceProvider).
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Calls } from "./calls";
import { EngineLog } from "./engine-log";
import { firstOfRun } from "./notice";
import type { Context, Failure, PropertyChange, Provider } from "./provider";
import { type Redact, redaction, secretTexts } from "./redaction";
import { fromStruct, toStruct } from "./struct";
import { equal, type Obj, pathText, plain } from "./values";

/** States of a stack may be larger than gRPC's own limit of 4 MiB. */
const LIMITS = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
const PARENT_CHECK_MS = 1000;

// biome-ignore lint/suspicious/noExplicitAny: each method has message types of its own
type Method = (request: any) => unknown;

export interface Serving {
    port: number;
    stop(): void;
}

const calls = new Calls();

/** Serves on a loopback port until the process that started this one ends. The first line on stdout is the port. */
export async function main(provider: Provider): Promise<void> {
    const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
    const { port } = await serve(provider, address);
    // An engine that was killed cannot tell us to stop, and the kernel's own signal for that is out of Node's reach.
    const parent = process.ppid;
    setInterval(() => process.ppid === parent || process.exit(0), PARENT_CHECK_MS).unref();
    // The engine ends a plugin by SIGINT, and waits five seconds for it; Ctrl-C does not get here, as a plugin has a process
    // group of its own: the engine cancels by a call.
    process.on("SIGINT", () => calls.whenNone(() => process.exit(0)));
    process.stdout.write(`${port}\n`);
}

/** `engine` is the address of its gRPC server, when it is known already. */
export async function serve(provider: Provider, engine?: string): Promise<Serving> {
    const server = new Server(LIMITS);
    const implementation = Object.fromEntries(
        Object.entries(methods(provider, engine)).map(([name, method]) => [name, unary(method)]),
    );
    server.addService(ResourceProviderService, implementation);
    const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
            error ? reject(error) : resolve(bound),
        ),
    );
    return { port, stop: () => server.forceShutdown() };
}

function unary(method: Method) {
    return (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>): void => {
        calls.during(Promise.resolve(call.request).then(method)).then(
            (answer) => done(null, answer),
            (error) => done(statusOf(error)),
        );
    };
}

function statusOf(error: unknown): { code: status; details: string } {
    return { code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
}

function redacted(error: unknown, redact: Redact): Error {
    return new Error(redact(error instanceof Error ? error.message : String(error)));
}

/** urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME */
export function resourceName(urn: string): { urn: string; type: string; name: string } {
    const parts = urn.split("::");
    return { urn, type: parts[2]?.split("$").pop() ?? "", name: parts.slice(3).join("::") };
}

function methods(provider: Provider, engine: string | undefined): Record<string, Method> {
    const cancelled = new AbortController();
    let log = engine === undefined ? undefined : new EngineLog(engine);
    let introduced = false;

    /** Does the work for a resource; its secrets stay out of what is said meanwhile, and of what goes wrong. */
    const about = async <T>(urn: string, known: readonly Obj[], work: (context: Context) => Promise<T>): Promise<T> => {
        let made: Redact | undefined;
        const redact: Redact = (text) => {
            made ??= redaction(secretTexts(...known));
            return made(text);
        };
        const say = log?.about(urn);
        try {
            return await work({
                say: {
                    status: (text) => say?.status(redact(text)),
                    info: (text) => say?.info(redact(text)),
                    warn: (text) => say?.warn(redact(text)),
                },
                signal: cancelled.signal,
            });
        } catch (error) {
            throw redacted(error, redact);
        } finally {
            await log?.said(); // what was said is shown before the result of what it was about
        }
    };
    const introduce = async (): Promise<void> => {
        if (introduced || !provider.notice) return;
        introduced = true;
        if (await firstOfRun(provider.name)) log?.log("", LogSeverity.INFO, provider.notice, false);
    };
    const refuse = (what: string): never => {
        throw new Error(
            `${what} is not served by the fallback plugin "${provider.name}", which serves ${provider.serves}. ` +
                "Install Pulumi's own plugin to use it.",
        );
    };

    return {
        handshake(request: messages.ProviderHandshakeRequest) {
            log = new EngineLog(request.getEngineAddress());
            const answer = new messages.ProviderHandshakeResponse();
            answer.setAcceptSecrets(true);
            return answer;
        },
        attach(request: { getAddress(): string }) {
            log = new EngineLog(request.getAddress());
            return new Empty();
        },
        getPluginInfo() {
            const answer = new PluginInfo();
            answer.setVersion(provider.version);
            return answer;
        },
        cancel() {
            cancelled.abort(new Error("cancelled"));
            return new Empty();
        },

        checkConfig(request: messages.CheckRequest) {
            const answer = new messages.CheckResponse();
            answer.setInputs(request.getNews());
            const failures = provider.checkConfig?.(plain(fromStruct(request.getNews()))) ?? [];
            answer.setFailuresList(failures.map(failureMessage));
            return answer;
        },
        diffConfig(request: messages.DiffRequest) {
            const olds: Obj = plain(fromStruct(request.getOlds()));
            const news: Obj = plain(fromStruct(request.getNews()));
            const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
            const differing = keys.filter((key) => key !== "version" && !equal(olds[key], news[key]));
            const answer = new messages.DiffResponse();
            const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
            answer.setChanges(differing.length > 0 ? DIFF_SOME : DIFF_NONE);
            answer.setDiffsList(differing);
            return answer;
        },
        async configure(request: messages.ConfigureRequest) {
            await introduce();
            await provider.configure(plain(fromStruct(request.getArgs())));
            const answer = new messages.ConfigureResponse();
            answer.setAcceptsecrets(true);
            answer.setSupportspreview(true);
            return answer;
        },

        async check(request: messages.CheckRequest) {
            const wanted = {
                ...resourceName(request.getUrn()),
                olds: fromStruct(request.getOlds()),
                news: fromStruct(request.getNews()),
            };
            const checked = await about(wanted.urn, [wanted.news], (context) => provider.check(wanted, context));
            const redact = redaction(checked.failures.length > 0 ? secretTexts(wanted.news) : []);
            const answer = new messages.CheckResponse();
            answer.setInputs(toStruct(checked.inputs));
            answer.setFailuresList(
                checked.failures.map(({ property, reason }) => failureMessage({ property, reason: redact(reason) })),
            );
            return answer;
        },
        async diff(request: messages.DiffRequest) {
            const olds = fromStruct(request.getOlds());
            const wanted = {
                ...resourceName(request.getUrn()),
                id: request.getId(),
                olds,
                oldInputs: request.hasOldInputs() ? fromStruct(request.getOldInputs()) : olds,
                news: fromStruct(request.getNews()),
            };
            const found = await about(wanted.urn, [olds, wanted.news], (context) => provider.diff(wanted, context));
            return diffMessage(found.changes);
        },
        async create(request: messages.CreateRequest) {
            const wanted = {
                ...resourceName(request.getUrn()),
                inputs: fromStruct(request.getProperties()),
                preview: request.getPreview(),
            };
            const made = await about(wanted.urn, [wanted.inputs], (context) => provider.create(wanted, context));
            const answer = new messages.CreateResponse();
            if (!request.getPreview()) answer.setId(made.id);
            answer.setProperties(toStruct(made.properties));
            return answer;
        },
        async update(request: messages.UpdateRequest) {
            const wanted = {
                ...resourceName(request.getUrn()),
                id: request.getId(),
                olds: fromStruct(request.getOlds()),
                inputs: fromStruct(request.getNews()),
                preview: request.getPreview(),
            };
            const known = [wanted.olds, wanted.inputs];
            const properties = await about(wanted.urn, known, (context) => provider.update(wanted, context));
            const answer = new messages.UpdateResponse();
            answer.setProperties(toStruct(properties));
            return answer;
        },
        async read(request: messages.ReadRequest) {
            const wanted = {
                ...resourceName(request.getUrn()),
                id: request.getId(),
                properties: fromStruct(request.getProperties()),
                inputs: fromStruct(request.getInputs()),
            };
            const known = [wanted.properties, wanted.inputs];
            const found = await about(wanted.urn, known, (context) => provider.read(wanted, context));
            const answer = new messages.ReadResponse();
            if (!found) return answer; // no id: it is gone
            answer.setId(found.id);
            answer.setProperties(toStruct(found.properties));
            answer.setInputs(toStruct(found.inputs));
            return answer;
        },
        async delete(request: messages.DeleteRequest) {
            const properties = fromStruct(request.getProperties());
            const resource = resourceName(request.getUrn());
            const wanted = { ...resource, id: request.getId(), properties };
            await about(wanted.urn, [properties], (context) => provider.delete(wanted, context));
            return new Empty();
        },

        invoke: (request: messages.InvokeRequest) => refuse(`the function ${request.getTok()}`),
        call: (request: messages.CallRequest) => refuse(`the method ${request.getTok()}`),
        construct: (request: messages.ConstructRequest) => refuse(`the component ${request.getType()}`),
        parameterize: () => refuse("parameterization"),
        getSchema: () => refuse("the package schema (needed for code generation and YAML programs)"),
    };
}

function failureMessage(failure: Failure): messages.CheckFailure {
    const message = new messages.CheckFailure();
    message.setProperty(failure.property);
    message.setReason(failure.reason);
    return message;
}

function diffMessage(changes: PropertyChange[]): messages.DiffResponse {
    const { Kind } = messages.PropertyDiff;
    const kinds = { add: Kind.ADD, delete: Kind.DELETE, update: Kind.UPDATE };
    const answer = new messages.DiffResponse();
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    answer.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
    answer.setHasdetaileddiff(true);
    for (const change of changes) {
        const detail = new messages.PropertyDiff();
        detail.setKind(kinds[change.kind]);
        detail.setInputdiff(true);
        answer.getDetaileddiffMap().set(pathText(change.path), detail);
        answer.addDiffs(String(change.path[0]));
    }
    return answer;
}
