// The inputs of docker:index/image:Image, as typed values with the real
// plugin's defaults. Pure; all problems are found at once.
import { join, relative, resolve } from "node:path";
import type { Failure } from "../plugin/provider";
import { isUnknown, type Obj } from "../plugin/values";
import { parseReference } from "./reference";

export interface ImageInputs {
    imageName: string;
    skipPush: boolean;
    build: {
        /** As given. */
        context: string;
        /** Relative to the context, with "/". */
        dockerfile: string;
        args: Record<string, string>;
        target: string | undefined;
        platform: string | undefined;
        network: string | undefined;
        addHosts: string[];
    };
    registry: { server: string | undefined; username: string | undefined; password: string | undefined };
}

/** In the real plugin's words: what it takes where nothing is said. */
export const DEFAULT_PLATFORM = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;

/** What the real plugin has and this one has not, with what to do instead. */
const NOT_SERVED: readonly [property: string, set: (inputs: Obj) => boolean, instead: string][] = [
    ["buildOnPreview", (inputs) => inputs.buildOnPreview === true, "leave it out: a preview does not build"],
    ["build.cacheFrom", (inputs) => inputs.build?.cacheFrom !== undefined, "leave it out"],
    [
        "build.builderVersion",
        (inputs) => inputs.build?.builderVersion !== undefined && inputs.build.builderVersion !== "BuilderV1",
        "leave it out or set BuilderV1: this one builds without BuildKit",
    ],
];

/** @param given inputs without wrappers; unknown ones are not judged. */
export function problems(given: Obj): Failure[] {
    const failures: Failure[] = [];
    const fail = (property: string, reason: string): number => failures.push({ property, reason });
    for (const [property, isSet, instead] of NOT_SERVED) {
        if (isSet(given)) fail(property, `is not served by the fallback plugin "docker"; ${instead}`);
    }
    const strings = ["context", "dockerfile", "target", "platform", "network"];
    for (const name of strings) {
        const value = given.build?.[name];
        if (value !== undefined && typeof value !== "string") fail(`build.${name}`, `is ${typeof value}, not a string`);
    }
    for (const [name, value] of Object.entries<unknown>(given.build?.args ?? {})) {
        if (typeof value !== "string") fail(`build.args.${name}`, `is ${typeof value}, not a string`);
    }
    const name = given.imageName;
    if (typeof name !== "string" || name === "") fail("imageName", "is missing: where the image goes, domain/path:tag");
    else if (!isUnknown(name)) nameProblem(name, given.skipPush !== true, fail);
    return failures;
}

function nameProblem(name: string, pushed: boolean, fail: (property: string, reason: string) => void): void {
    try {
        const reference = parseReference(name);
        if (reference.digest !== undefined) fail("imageName", `"${name}" has a digest, which only a build can tell`);
        if (pushed && reference.domain === undefined) {
            fail("imageName", `"${name}" does not say its registry; one that is pushed must, as in docker.io/${name}`);
        }
    } catch (error) {
        fail("imageName", (error as Error).message);
    }
}

/** @param given inputs without wrappers, all of them known and without problems. */
export function imageInputs(given: Obj): ImageInputs {
    const build = given.build ?? {};
    const registry = given.registry ?? {};
    const { context, dockerfile } = buildPaths(build);
    return {
        imageName: given.imageName,
        skipPush: given.skipPush === true,
        build: {
            context,
            dockerfile,
            args: build.args ?? {},
            target: build.target,
            platform: build.platform,
            network: build.network,
            addHosts: build.addHosts ?? [],
        },
        registry: { server: registry.server, username: registry.username, password: registry.password },
    };
}

/** A Dockerfile is named relative to the program's folder, as the context is, not relative to the context. */
export function buildPaths(build: Obj): { context: string; dockerfile: string } {
    const context: string = build.context ?? ".";
    const dockerfile: string = build.dockerfile ?? join(context, "Dockerfile");
    return { context, dockerfile: relative(resolve(context), resolve(dockerfile)).replaceAll("\\", "/") };
}
