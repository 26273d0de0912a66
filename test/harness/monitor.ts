// The engine's side of a deployment, in this process: answers the messages that
// Pulumi's run-time sends for each resource, and keeps them. engine.ts runs
// programs against it; transforms.ts calls back into the program as the engine does.
import { Metadata, type requestCallback, status } from "@grpc/grpc-js";
import { runtime } from "@pulumi/pulumi";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { TransformStacks } from "./transforms";
import { overlaid, type Plain, secret, secretPaths, toPlain } from "./wire";

export interface RegisteredResource {
    type: string;
    name: string;
    urn: string;
    /** false for a component. */
    custom: boolean;
    /** true for one that exists elsewhere and was only read. */
    read: boolean;
    /** As the program gave them: secrets unwrapped, UNKNOWN where they are not known. */
    inputs: Plain;
    /** Paths in `inputs` that are secret, such as `stringData.password`. */
    secretInputs: string[];
    /** What a component registered as its outputs (undefined until it did); what the engine answered for others. */
    outputs: Plain | undefined;
    parent: string | undefined;
    /** URNs, as the run-time sends them: those of the property dependencies are among them. */
    dependencies: string[];
    propertyDependencies: Record<string, string[]>;
    options: RegisteredOptions;
    /** Inputs and outputs as the protocol spells them, for other servers of the engine such as policy packs. */
    wire: { inputs: Plain; outputs: Plain };
}

export interface RegisteredOptions {
    protect: boolean | undefined;
    retainOnDelete: boolean | undefined;
    /** undefined when the program leaves it to the provider. */
    deleteBeforeReplace: boolean | undefined;
    customTimeouts: { create?: string; update?: string; delete?: string };
    /** URNs, or what differs from the resource's own name, type and parent. */
    aliases: (string | { name?: string; type?: string; parent?: string })[];
    ignoreChanges: string[];
    replaceOnChanges: string[];
    additionalSecretOutputs: string[];
    /** URN of an explicit provider; undefined for the default one. */
    provider: string | undefined;
    /** URNs of the providers that a component hands on, by package. */
    providers: Record<string, string>;
    deletedWith: string | undefined;
    replaceWith: string[];
    import: string | undefined;
    version: string | undefined;
}

/**
 * What the engine answers for a resource: laid over its inputs, `id` apart. Throwing makes the registration fail.
 * Called for custom and read resources, not for components.
 */
export type Outputs = (resource: RegisteredResource, preview: boolean) => object | undefined;

/** What `SupportsFeature` of the engine (3.245) knows. */
const FEATURES = new Set([
    "secrets",
    "resourceReferences",
    "outputValues",
    "aliasSpecs",
    "replacementTrigger",
    "deletedWith",
    "replaceWith",
    "transforms",
    "invokeTransforms",
    "parameterization",
    "resourceHooks",
    "errorHooks",
    "sendsOptionsToHooks",
]);

/** Handlers have the shape of the client that the run-time calls. */
type Callback<T> = requestCallback<T>;

function answer<T>(callback: Callback<T>, work: () => T | Promise<T>): void {
    Promise.resolve()
        .then(work)
        .then(
            (response) => callback(null, response),
            (error: Error) => callback(asServiceError(error)),
        );
}

/** The shape in which the run-time gets the engine's refusals; it takes their text from `details`. */
function asServiceError(error: Error): Parameters<Callback<never>>[0] {
    const { message } = error;
    return Object.assign(new Error(message, { cause: error }), {
        code: status.UNKNOWN,
        details: message,
        metadata: new Metadata(),
    });
}

export class Monitor {
    readonly resources: RegisteredResource[] = [];
    private readonly byUrn = new Map<string, RegisteredResource>();
    private readonly transforms = new TransformStacks();

    constructor(
        private readonly project: string,
        private readonly stack: string,
        private readonly preview: boolean,
        private readonly outputs: Outputs,
    ) {}

    supportsFeature(request: proto.SupportsFeatureRequest, callback: Callback<proto.SupportsFeatureResponse>): void {
        answer(callback, () => new proto.SupportsFeatureResponse().setHassupport(FEATURES.has(request.getId())));
    }

    registerResource(request: proto.RegisterResourceRequest, callback: Callback<proto.RegisterResourceResponse>): void {
        answer(callback, async () => {
            const urn = this.urn(request.getType(), request.getName(), request.getParent());
            await this.transforms.apply(urn, request);
            this.inherit(request);
            const resource = registered(urn, request);
            this.keep(resource);
            const { id, properties } = resource.custom ? this.provide(resource) : { id: "", properties: {} };
            return new proto.RegisterResourceResponse()
                .setUrn(urn)
                .setId(id)
                .setObject(Struct.fromJavaScript(properties as Record<string, never>));
        });
    }

    readResource(request: proto.ReadResourceRequest, callback: Callback<proto.ReadResourceResponse>): void {
        answer(callback, () => {
            const resource = readOnly(this.urn(request.getType(), request.getName(), request.getParent()), request);
            this.keep(resource);
            const { properties } = this.provide(resource);
            return new proto.ReadResourceResponse()
                .setUrn(resource.urn)
                .setProperties(Struct.fromJavaScript(properties as Record<string, never>));
        });
    }

    registerResourceOutputs(request: proto.RegisterResourceOutputsRequest, callback: Callback<Empty>): void {
        answer(callback, () => {
            const resource = this.byUrn.get(request.getUrn());
            if (!resource) throw new Error(`outputs of ${request.getUrn()}, which was never registered`);
            if (resource.outputs !== undefined) throw new Error(`outputs of ${resource.urn} were registered twice`);
            resource.wire.outputs = struct(request.getOutputs());
            resource.outputs = toPlain(resource.wire.outputs) as Plain;
            return new Empty();
        });
    }

    registerStackTransform(request: Parameters<TransformStacks["addForStack"]>[0], callback: Callback<Empty>): void {
        answer(callback, () => {
            this.transforms.addForStack(request);
            return new Empty();
        });
    }

    registerPackage(request: proto.RegisterPackageRequest, callback: Callback<proto.RegisterPackageResponse>): void {
        answer(callback, () => new proto.RegisterPackageResponse().setRef(`package-${request.getName()}`));
    }

    invoke(request: proto.ResourceInvokeRequest, callback: Callback<never>): void {
        answer(callback, () => refuse(`the function ${request.getTok()}`));
    }

    call(request: proto.ResourceCallRequest, callback: Callback<never>): void {
        answer(callback, () => refuse(`the method ${request.getTok()}`));
    }

    registerStackInvokeTransform(_: unknown, callback: Callback<never>): void {
        answer(callback, () => refuse("a transform of function calls"));
    }

    registerResourceHook(request: proto.RegisterResourceHookRequest, callback: Callback<never>): void {
        answer(callback, () => refuse(`the resource hook ${request.getName()}`));
    }

    /** Here nothing fails after its registration, so none is ever called. */
    registerErrorHook(_: proto.RegisterErrorHookRequest, callback: Callback<Empty>): void {
        answer(callback, () => new Empty());
    }

    signalAndWaitForShutdown(_: unknown, callback: Callback<Empty>): void {
        answer(callback, () => new Empty());
    }

    /** The run-time closes its monitor when a program ends. */
    close(): void {
        this.transforms.close();
    }

    private urn(type: string, name: string, parent: string): string {
        const qualifiedParent = parent.split("::")[2] ?? "";
        const isRoot = qualifiedParent === "" || qualifiedParent === runtime.rootPulumiStackTypeName;
        const qualified = isRoot ? type : `${qualifiedParent}$${type}`;
        return `urn:pulumi:${this.stack}::${this.project}::${qualified}::${name}`;
    }

    private keep(resource: RegisteredResource): void {
        if (this.byUrn.has(resource.urn)) {
            throw new Error(`Duplicate resource URN '${resource.urn}'; try giving it a unique name`);
        }
        for (const urn of [resource.parent, ...resource.dependencies]) {
            if (urn !== undefined && !this.byUrn.has(urn)) throw new Error(`${resource.urn} names the unknown ${urn}`);
        }
        this.byUrn.set(resource.urn, resource);
        this.resources.push(resource);
    }

    /** The engine's inheritFromParent. */
    private inherit(request: proto.RegisterResourceRequest): void {
        const parent = this.byUrn.get(request.getParent())?.options;
        if (!parent) return;
        if (!request.hasProtect() && parent.protect !== undefined) request.setProtect(parent.protect);
        if (!request.hasRetainondelete() && parent.retainOnDelete !== undefined) {
            request.setRetainondelete(parent.retainOnDelete);
        }
        if (request.getDeletedwith() === "") request.setDeletedwith(parent.deletedWith ?? "");
    }

    private provide(resource: RegisteredResource): { id: string; properties: Plain } {
        const { id, ...patch } = { id: undefined, ...this.outputs(resource, this.preview) } as Plain;
        const properties = overlaid(resource.wire.inputs, patch) as Plain;
        for (const key of resource.options.additionalSecretOutputs) {
            if (key in properties) properties[key] = secret(properties[key]);
        }
        // In a preview nothing has an id yet; the run-time takes the empty one as unknown.
        const known = id === undefined ? (this.preview ? "" : resource.name) : String(id);
        resource.wire.outputs = properties;
        resource.outputs = toPlain(properties) as Plain;
        return { id: known, properties };
    }
}

function refuse(what: string): never {
    throw new Error(`the program asks for ${what}, which this engine for tests does not do`);
}

function struct(value: Struct | undefined): Plain {
    return (value?.toJavaScript() ?? {}) as Plain;
}

function registered(urn: string, request: proto.RegisterResourceRequest): RegisteredResource {
    const inputs = struct(request.getObject());
    return {
        type: request.getType(),
        name: request.getName(),
        urn,
        custom: request.getCustom(),
        read: false,
        inputs: toPlain(inputs) as Plain,
        secretInputs: secretPaths(inputs),
        outputs: undefined,
        parent: request.getParent() || undefined,
        dependencies: request.getDependenciesList(),
        propertyDependencies: Object.fromEntries(
            [...request.getPropertydependenciesMap().entries()].map(([key, deps]) => [key, deps.getUrnsList()]),
        ),
        options: optionsOf(request),
        wire: { inputs, outputs: {} },
    };
}

function optionsOf(request: proto.RegisterResourceRequest): RegisteredOptions {
    const timeouts = request.getCustomtimeouts();
    const entries = [
        ["create", timeouts?.getCreate()],
        ["update", timeouts?.getUpdate()],
        ["delete", timeouts?.getDelete()],
    ].filter(([, value]) => value);
    return {
        protect: request.hasProtect() ? request.getProtect() : undefined,
        retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
        deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
        customTimeouts: Object.fromEntries(entries),
        aliases: request.getAliasesList().map((alias) => {
            const spec = alias.getSpec();
            if (!spec) return alias.getUrn();
            const parts = { name: spec.getName(), type: spec.getType(), parent: spec.getParenturn() };
            return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ""));
        }),
        ignoreChanges: request.getIgnorechangesList(),
        replaceOnChanges: request.getReplaceonchangesList(),
        additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
        provider: providerUrn(request.getProvider()),
        providers: Object.fromEntries(
            [...request.getProvidersMap().entries()].map(([name, ref]) => [name, providerUrn(ref) ?? ref]),
        ),
        deletedWith: request.getDeletedwith() || undefined,
        replaceWith: request.getReplaceWithList(),
        import: request.getImportid() || undefined,
        version: request.getVersion() || undefined,
    };
}

/** A provider is referred to as `URN::id`. */
function providerUrn(reference: string): string | undefined {
    return reference === "" ? undefined : reference.slice(0, reference.lastIndexOf("::"));
}

function readOnly(urn: string, request: proto.ReadResourceRequest): RegisteredResource {
    const like = new proto.RegisterResourceRequest()
        .setType(request.getType())
        .setName(request.getName())
        .setParent(request.getParent())
        .setCustom(true)
        .setObject(request.getProperties())
        .setProvider(request.getProvider())
        .setDependenciesList(request.getDependenciesList())
        .setAdditionalsecretoutputsList(request.getAdditionalsecretoutputsList())
        .setImportid(request.getId());
    return { ...registered(urn, like), read: true };
}
