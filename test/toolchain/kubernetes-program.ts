// Programs for the tests of Pulumi's own Kubernetes plugin through the real CLI:
// what a stack has is said as data, so that a test can change it. The cluster is
// kubernetes-fixture.ts's, the CLI project.ts's.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import type { Api } from "./api";
import { freshNamespace, makeNamespace, removeNamespace, testApi, testKubeconfig } from "./kubernetes-fixture";
import { Project, type Result } from "./project";

/** Makes what resources.json lists, in that order; "@name.path" is an output of another, "&key" a secret setting. */
const PROGRAM = `
import * as fs from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const settings = JSON.parse(config.get("provider") ?? "{}");
const provider = new k8s.Provider("cluster", { kubeconfig: config.require("kubeconfig"), ...settings });
const made: Record<string, any> = {};
const at = (path: string): any => path.split(".").reduce((value: any, key) => value?.[key], made);
function resolved(value: any): any {
    const [, sign, path = ""] = /^([@&])(.*)$/.exec(typeof value === "string" ? value : "") ?? [];
    if (sign === "@") return at(path).apply((output: any) => output ?? pulumi.unknown);
    if (sign === "&") return config.requireSecret(path);
    if (Array.isArray(value)) return value.map(resolved);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]));
}
const { resources, outputs } = JSON.parse(fs.readFileSync("resources.json", "utf8"));
for (const { type, name, args, options } of resources) {
    const kind = type.split("/").reduce((module: any, key: string) => module[key], k8s);
    const dependsOn = (options?.dependsOn ?? []).map((other: string) => made[other]);
    made[name] = new kind(name, resolved(args), { provider, ...options, dependsOn });
}
module.exports = Object.fromEntries(Object.entries(outputs ?? {}).map(([key, path]: any) => [key, at(path)]));
`;

export interface Wanted {
    type: string;
    name: string;
    args: Obj;
    options?: Obj;
}

export interface Workbench {
    /** A project with this program; goes with the tests. */
    project(files: Record<string, string>, kubeconfig?: string): Promise<Project>;
    /** The name of a namespace that the program makes; goes with the tests, if it is still there. */
    fresh(): string;
    /** One that is there already: a program that makes its own waits seconds for its end. */
    namespace(): Promise<string>;
    cluster(): Api;
}

/** For a `describe`: what its tests make is removed after them. */
export function workbench(): Workbench {
    const projects: Project[] = [];
    const namespaces: string[] = [];
    let api: Api;
    before(async () => {
        api = await testApi();
    });
    after(async () => {
        for (const project of projects) await project.remove();
        for (const namespace of namespaces) await removeNamespace(api, namespace);
    });
    const fresh = (): string => {
        const namespace = freshNamespace();
        namespaces.push(namespace);
        return namespace;
    };
    return {
        cluster: () => api,
        fresh,
        async namespace() {
            const name = fresh();
            await makeNamespace(api, name);
            return name;
        },
        async project(files, kubeconfig = testKubeconfig()) {
            const made = await Project.make({ "index.ts": PROGRAM, ...files });
            projects.push(made);
            await made.configure({ kubeconfig });
            return made;
        },
    };
}

export const program = (resources: Wanted[], outputs: Record<string, string> = {}): Record<string, string> => ({
    "resources.json": JSON.stringify({ resources, outputs }),
});

export const namespaceOf = (name: string, options: Obj = {}): Wanted => ({
    type: "core/v1/Namespace",
    name: "ns",
    args: { metadata: { name } },
    options,
});

/** What a command said that must succeed. */
export function good({ code, text }: Result): string {
    assert.equal(code, 0, text);
    return text;
}

/** What a command said that must fail. */
export function bad({ code, text }: Result): string {
    assert.notEqual(code, 0, text);
    return text;
}

/** That these texts come in this order. */
export function inOrder(text: string, ...steps: string[]): void {
    const places = steps.map((step) => text.indexOf(step));
    assert.ok(!places.includes(-1), `not all of "${steps.join('", "')}" in:\n${text}`);
    assert.deepEqual(
        [...places].sort((a, b) => a - b),
        places,
        text,
    );
}

/** The stack's state. */
export const deployment = async (stack: Project): Promise<Obj> =>
    JSON.parse(await stack.good(["stack", "export", "--stack", "test"])).deployment;

/** A resource in the stack's state, by its name in the program. */
export async function resourceOf(stack: Project, name: string): Promise<Obj> {
    const found = (await deployment(stack)).resources.find((one: Obj) => one.urn.endsWith(`::${name}`));
    assert.ok(found, `${name} is not in the state`);
    return found;
}

export const refresh = (stack: Project, ...more: string[]): Promise<Result> =>
    stack.run(["refresh", "--yes", "--skip-preview", "--stack", "test", ...more]);
export const destroy = (stack: Project): Promise<Result> =>
    stack.run(["destroy", "--yes", "--skip-preview", "--stack", "test"]);
