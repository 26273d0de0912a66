// docker:index/image:Image as the engine of Pulumi sees it. What an input means
// is in inputs.ts, what is done in image.ts.
import dockerPackage from "@pulumi/docker/package.json";
import { connection, Engine } from "../../engine/api";
import type { CheckRequest, DiffRequest, Failure, Provider } from "../plugin/provider";
import { changes, hasUnknown, isSecret, isUnknown, type Obj, plain, secret, UNKNOWN } from "../plugin/values";
import { contextDigest } from "./context";
import { makeImage, plannedOutputs } from "./image";
import { buildPaths, DEFAULT_PLATFORM, imageInputs, problems } from "./inputs";

const TYPE = "docker:index/image:Image";

const NOTICE =
    "This is nfs-storage-stack's fallback for Pulumi's plugin docker, which could not be had: it serves docker.Image " +
    "only, and nothing that needs BuildKit.";

/** Of the provider; all of them are about engines that this one does not reach. */
const CONFIG_NOT_SERVED = ["caMaterial", "certMaterial", "certPath", "context", "keyMaterial", "sshOpts"];

export function dockerProvider(): Provider {
    let config: Obj = {};
    const engine = (): Engine => new Engine(config.host);
    const imageOnly = ({ type }: { type: string }): void => {
        if (type !== TYPE) {
            throw new Error(
                `${type} is not served by the fallback plugin "docker", which serves ${TYPE}; install Pulumi's own`,
            );
        }
    };
    return {
        name: "docker",
        version: dockerPackage.version,
        notice: NOTICE,
        serves: TYPE,
        checkConfig: configProblems,
        configure(inputs) {
            config = inputs;
        },
        async check(request) {
            imageOnly(request);
            return check(request);
        },
        async diff(request) {
            imageOnly(request);
            return { changes: differences(request) };
        },
        async create(request, context) {
            imageOnly(request);
            const inputs = plain(request.inputs) as Obj;
            if (request.preview) return { id: "", properties: state(request.inputs, preview(inputs)) };
            const outputs = await makeImage(engine(), imageInputs(inputs), config.registryAuth, context);
            return { id: inputs.imageName, properties: state(request.inputs, outputs) };
        },
        async update(request, context) {
            imageOnly(request);
            const inputs = plain(request.inputs) as Obj;
            if (request.preview) return state(request.inputs, preview(inputs));
            return state(request.inputs, await makeImage(engine(), imageInputs(inputs), config.registryAuth, context));
        },
        /** As the real one: the state is believed, because what was pushed belongs to the registry. */
        async read(request) {
            imageOnly(request);
            if (Object.keys(request.properties).length === 0) {
                throw new Error("an image cannot be imported: its inputs cannot be found out from a registry");
            }
            return { id: request.id, properties: request.properties, inputs: request.inputs };
        },
        /** As the real one: the image stays, in the registry and in the engine. */
        async delete(request) {
            imageOnly(request);
        },
    };
}

function configProblems(inputs: Obj): Failure[] {
    const failures = CONFIG_NOT_SERVED.filter((property) => inputs[property] !== undefined && inputs[property] !== "[]")
        .filter((property) => !isUnknown(inputs[property]))
        .map((property) => ({
            property,
            reason: 'is not served by the fallback plugin "docker"; it reaches an engine by docker:host',
        }));
    try {
        if (inputs.host !== undefined && !isUnknown(inputs.host)) connection(inputs.host);
    } catch (error) {
        failures.push({ property: "host", reason: (error as Error).message });
    }
    return failures;
}

/** Adds the digest of what is built, so that a changed file is a changed input. */
async function check({ news }: CheckRequest): Promise<{ inputs: Obj; failures: Failure[] }> {
    const given = plain(news) as Obj;
    const failures = problems(given);
    if (failures.length > 0) return { inputs: news, failures };
    const build: Obj = given.build ?? {};
    let digest: string = UNKNOWN;
    if (!hasUnknown([build.context, build.dockerfile])) {
        const { context, dockerfile } = buildPaths(build);
        try {
            digest = await contextDigest(context, dockerfile);
        } catch (error) {
            return { inputs: news, failures: [{ property: "build.context", reason: (error as Error).message }] };
        }
    }
    return { inputs: { ...news, build: withDefaults(news.build, digest) }, failures: [] };
}

function withDefaults(build: unknown, digest: string): unknown {
    if (isUnknown(build)) return build;
    if (isSecret(build)) return secret(withDefaults((build as Obj).value, digest));
    const given = (build ?? {}) as Obj;
    return { ...given, contextDigest: digest, platform: given.platform ?? DEFAULT_PLATFORM };
}

/** A changed image is built again and keeps its place; a new password alone changes nothing that was made. */
function differences({ oldInputs, olds, news }: DiffRequest) {
    const before = Object.keys(oldInputs).length > 0 ? oldInputs : (olds.__inputs ?? {});
    return changes(comparable(before), comparable(news));
}

function comparable(inputs: Obj): Obj {
    const { registry, ...rest } = plain(inputs) as Obj;
    delete rest.__defaults;
    return registry?.server === undefined ? rest : { ...rest, registry: { server: registry.server } };
}

function preview(inputs: Obj): Obj {
    const { imageName, build, registry } = inputs;
    if (hasUnknown([imageName, build?.context, build?.dockerfile, build?.platform, registry?.server])) {
        const names = ["imageName", "baseImageName", "registryServer", "context", "dockerfile", "platform"];
        return Object.fromEntries([...names, "repoDigest"].map((name) => [name, UNKNOWN]));
    }
    return { ...plannedOutputs(imageInputs(inputs)), repoDigest: UNKNOWN };
}

/** The real plugin keeps its inputs in the state too, and reads them from there. */
const state = (inputs: Obj, outputs: Obj): Obj => ({ ...outputs, __inputs: secret(plain(inputs)) });
