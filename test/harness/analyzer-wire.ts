// The engine's messages about resources, to a policy pack; analyzer.ts sends them.
import * as proto from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Plain, RegisteredResource } from "./engine";

export function analyzeRequest(resource: RegisteredResource): proto.AnalyzeRequest {
    return new proto.AnalyzeRequest()
        .setType(resource.type)
        .setName(resource.name)
        .setUrn(resource.urn)
        .setProperties(properties(resource.wire.inputs))
        .setOptions(optionsOf(resource));
}

export const analyzeStackRequest = (resources: proto.AnalyzerResource[]): proto.AnalyzeStackRequest =>
    new proto.AnalyzeStackRequest().setResourcesList(resources);

/** @param providers by URN */
export function analyzerResource(
    resource: RegisteredResource,
    providers: ReadonlyMap<string, RegisteredResource>,
): proto.AnalyzerResource {
    const message = new proto.AnalyzerResource()
        .setType(resource.type)
        .setName(resource.name)
        .setUrn(resource.urn)
        .setParent(resource.parent ?? "")
        .setDependenciesList(resource.dependencies)
        .setProperties(properties(resource.wire.outputs))
        .setOptions(optionsOf(resource));
    const provider = providers.get(resource.options.provider ?? "");
    if (provider !== undefined) {
        const { type, name, urn, wire } = provider;
        const sent = new proto.AnalyzerProviderResource().setType(type).setName(name).setUrn(urn);
        message.setProvider(sent.setProperties(properties(wire.inputs)));
    }
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
