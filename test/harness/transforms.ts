// The `transforms` option: the program hands the engine callbacks, which the
// engine calls for a resource and all that is parented by it. monitor.ts uses this.
import { credentials } from "@grpc/grpc-js";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { type Callback, CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";

export class TransformStacks {
    private readonly ofResource = new Map<string, { callbacks: Callback[]; parent: string }>();
    private readonly ofStack: Callback[] = [];
    private readonly clients = new Map<string, CallbacksClient>();

    addForStack(callback: Callback): void {
        this.ofStack.push(callback);
    }

    /** Changes the request as its own transforms, then those of its parents, then the stack's say. */
    async apply(urn: string, request: proto.RegisterResourceRequest): Promise<void> {
        this.ofResource.set(urn, { callbacks: request.getTransformsList(), parent: request.getParent() });
        const callbacks: Callback[] = [];
        for (let of = this.ofResource.get(urn); of !== undefined; of = this.ofResource.get(of.parent)) {
            callbacks.push(...of.callbacks);
        }
        for (const callback of [...callbacks, ...this.ofStack]) {
            const response = await this.call(callback, asTransform(request));
            if (response.hasProperties()) request.setObject(response.getProperties());
            const options = response.getOptions();
            if (options) takeOptions(request, options);
        }
    }

    close(): void {
        for (const client of this.clients.values()) client.close();
        this.clients.clear();
    }

    private async call(callback: Callback, request: proto.TransformRequest): Promise<proto.TransformResponse> {
        const target = callback.getTarget();
        const client = this.clients.get(target) ?? new CallbacksClient(target, credentials.createInsecure());
        this.clients.set(target, client);
        const invoke = new CallbackInvokeRequest();
        invoke.setToken(callback.getToken());
        invoke.setRequest(request.serializeBinary());
        return new Promise((resolve, reject) => {
            client.invoke(invoke, (error, response) =>
                error ? reject(error) : resolve(proto.TransformResponse.deserializeBinary(response.getResponse_asU8())),
            );
        });
    }
}

function asTransform(request: proto.RegisterResourceRequest): proto.TransformRequest {
    const options = new proto.TransformResourceOptions()
        .setDependsOnList(request.getDependenciesList())
        .setIgnoreChangesList(request.getIgnorechangesList())
        .setReplaceOnChangesList(request.getReplaceonchangesList())
        .setVersion(request.getVersion())
        .setAliasesList(request.getAliasesList())
        .setProvider(request.getProvider())
        .setCustomTimeouts(request.getCustomtimeouts())
        .setDeletedWith(request.getDeletedwith())
        .setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList())
        .setImport(request.getImportid())
        .setReplaceWithList(request.getReplaceWithList());
    if (request.hasProtect()) options.setProtect(request.getProtect() ?? false);
    if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete() ?? false);
    if (request.getDeletebeforereplacedefined()) options.setDeleteBeforeReplace(request.getDeletebeforereplace());
    for (const [name, reference] of request.getProvidersMap().entries()) options.getProvidersMap().set(name, reference);
    return new proto.TransformRequest()
        .setType(request.getType())
        .setName(request.getName())
        .setCustom(request.getCustom())
        .setParent(request.getParent())
        .setProperties(request.getObject())
        .setOptions(options);
}

function takeOptions(request: proto.RegisterResourceRequest, options: proto.TransformResourceOptions): void {
    request
        .setDependenciesList(options.getDependsOnList())
        .setIgnorechangesList(options.getIgnoreChangesList())
        .setReplaceonchangesList(options.getReplaceOnChangesList())
        .setVersion(options.getVersion())
        .setAliasesList(options.getAliasesList())
        .setProvider(options.getProvider())
        .setCustomtimeouts(options.getCustomTimeouts())
        .setDeletedwith(options.getDeletedWith())
        .setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList())
        .setImportid(options.getImport())
        .setReplaceWithList(options.getReplaceWithList());
    if (options.hasProtect()) request.setProtect(options.getProtect() ?? false);
    if (options.hasRetainOnDelete()) request.setRetainondelete(options.getRetainOnDelete() ?? false);
    if (options.hasDeleteBeforeReplace()) {
        request.setDeletebeforereplacedefined(true).setDeletebeforereplace(options.getDeleteBeforeReplace() ?? false);
    }
}
