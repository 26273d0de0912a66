// Builds an image and pushes it: a shell around the engine's API.

import type { Engine } from "../../engine/api";
import type { Context } from "../plugin/provider";
import type { Obj } from "../plugin/values";
import { BuildLog } from "./build-log";
import { contextArchive } from "./context";
import { authHeader, type Credentials, dockerConfig, fromDockerConfig, fromProvider } from "./credentials";
import { DEFAULT_PLATFORM, type ImageInputs } from "./inputs";
import { canonicalDomain, canonicalRepository, parseReference, repository } from "./reference";

/** One build at a time: a layer that two images share is then built once, as BuildKit would. */
let last: Promise<unknown> = Promise.resolve();
let waiting = 0;

/** @param wait called when it has to wait for another one. */
export function oneAtATime<T>(work: () => Promise<T>, wait: () => void): Promise<T> {
    if (waiting++ > 0) wait();
    const mine = last.then(work).finally(() => {
        waiting--;
    });
    last = mine.catch(() => {});
    return mine;
}

/** The outputs of the resource that are known before it is built. */
export function plannedOutputs({ imageName, build, registry }: ImageInputs): Obj {
    return {
        imageName,
        baseImageName: imageName,
        registryServer: registry.server ?? parseReference(imageName).domain ?? "",
        context: build.context,
        dockerfile: build.dockerfile,
        platform: build.platform ?? DEFAULT_PLATFORM,
    };
}

export async function makeImage(engine: Engine, inputs: ImageInputs, registryAuth: unknown, context: Context) {
    const imageId = await oneAtATime(
        () => build(engine, inputs, context),
        () => context.say.status("waiting for another image to be built"),
    );
    if (inputs.skipPush) return { ...plannedOutputs(inputs), repoDigest: imageId };
    const repoDigest = await push(engine, inputs, registryAuth, context);
    context.say.status("");
    return { ...plannedOutputs(inputs), repoDigest };
}

/** As /build calls them. The classic one is what every engine has. */
type Builder = "1" | "2";
const CLASSIC: Builder = "1";
const BUILDKIT: Builder = "2";

/** Of /build. */
export function buildQuery(
    inputs: ImageInputs,
    network: string | undefined,
    builder: Builder = CLASSIC,
): Record<string, string> {
    const { dockerfile, args, target, platform, addHosts } = inputs.build;
    const query: Record<string, string> = { version: builder, t: inputs.imageName, dockerfile, rm: "1", forcerm: "1" };
    if (Object.keys(args).length > 0) query.buildargs = JSON.stringify(args);
    if (target !== undefined) query.target = target;
    if (platform !== undefined && platform !== DEFAULT_PLATFORM) query.platform = platform;
    if (network !== undefined) query.networkmode = network;
    if (addHosts.length > 0) query.extrahosts = addHosts.join(",");
    return query;
}

async function build(engine: Engine, inputs: ImageInputs, { say, signal }: Context): Promise<string> {
    say.status("building");
    const log = new BuildLog(`building ${inputs.imageName}`, (line) => say.status(line));
    // An engine without a bridge gives its build steps no network but the host's.
    const bridged = await engine.has("/networks/bridge", signal);
    const network = inputs.build.network ?? (bridged ? undefined : "host");
    const body = await contextArchive(inputs.build.context, inputs.build.dockerfile);
    const headers = { "content-type": "application/x-tar" };
    const query = buildQuery(inputs, network, bridged ? CLASSIC : await builderOf(engine, signal));
    await engine
        .stream("/build", { query, headers, body, signal }, (piece) => log.take(piece))
        .catch((error: Error) => {
            throw new Error(`building ${inputs.imageName} failed\n  ${error.message}`);
        });
    log.end();
    if (log.imageId !== undefined) return log.imageId;
    return String((await engine.json(`/images/${inputs.imageName}/json`, signal)).Id);
}

/**
 * Of an engine without a bridge. The classic builder's steps join the host's network, which a plain user's engine may not;
 * BuildKit's just stay in it.
 */
async function builderOf(engine: Engine, signal: AbortSignal): Promise<Builder> {
    const { SecurityOptions } = await engine.json("/info", signal);
    return (SecurityOptions as string[]).includes("name=rootless") ? BUILDKIT : CLASSIC;
}

async function push(
    engine: Engine,
    inputs: ImageInputs,
    registryAuth: unknown,
    { say, signal }: Context,
): Promise<string> {
    say.status("pushing");
    const reference = parseReference(inputs.imageName);
    const log = new BuildLog(`pushing ${inputs.imageName}`, (line) => say.status(line));
    const headers = { "x-registry-auth": authHeader(await credentials(inputs, registryAuth, say)) };
    const query = { tag: reference.tag ?? "latest" };
    await engine.stream(`/images/${repository(reference)}/push`, { query, headers, signal }, (piece) =>
        log.take(piece),
    );
    log.end();
    const { RepoDigests = [] } = await engine.json(`/images/${inputs.imageName}/json`, signal);
    return pushedReference(inputs.imageName, log.digest, RepoDigests);
}

/** The engine's own way of writing it, when it has one for this repository. */
export function pushedReference(imageName: string, digest: string | undefined, known: readonly string[]): string {
    const wanted = canonicalRepository(parseReference(imageName));
    const same = known.find((candidate) => {
        const reference = parseReference(candidate);
        return canonicalRepository(reference) === wanted && (digest === undefined || reference.digest === digest);
    });
    if (same !== undefined) return same;
    if (digest === undefined) throw new Error(`the engine pushed ${imageName} and did not say its digest`);
    return `${repository(parseReference(imageName))}@${digest}`;
}

async function credentials(
    { registry, imageName }: ImageInputs,
    registryAuth: unknown,
    say: Context["say"],
): Promise<Credentials | undefined> {
    const domain = canonicalDomain(registry.server ?? parseReference(imageName).domain ?? "docker.io");
    const { username, password } = registry;
    if (username && password) return { username, password, serveraddress: domain };
    if (username || password) {
        say.warn(
            `registry has a ${username ? "username" : "password"} alone; the credentials of docker login are used`,
        );
    }
    return fromProvider(registryAuth, domain) ?? fromDockerConfig(await dockerConfig(), domain);
}
