// What the fallback plugin "kubernetes" does not serve is refused by name, with
// what it serves: through the CLI, as a program would ask for it.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import { bad, program, workbench } from "./kubernetes-program";
import type { Project } from "./project";

const SERVED = /fallback plugin "kubernetes", which serves core\/v1 Namespace, .*StatefulSet.*Install Pulumi's own/s;

describe("the fallback plugin kubernetes, asked for something else", function () {
    this.timeout(120_000);
    const { project } = workbench();
    let stack: Project;
    before(async () => {
        stack = await project(program([]));
    });

    const cases: [what: string, type: string, args: Obj, named: string][] = [
        ["a kind", "apps/v1/ReplicaSet", { spec: {} }, "kubernetes:apps/v1:ReplicaSet"],
        ["a chart's release", "helm/v3/Release", { chart: "nfs" }, "kubernetes:helm.sh/v3:Release"],
        ["a chart", "helm/v4/Chart", { chart: "nfs" }, "the component kubernetes:helm.sh/v4:Chart"],
        ["a patch", "core/v1/ConfigMapPatch", { metadata: { name: "a" } }, "kubernetes:core/v1:ConfigMapPatch"],
        ["YAML text", "yaml/ConfigGroup", { yaml: "kind: Pod" }, "the function kubernetes:yaml:decode"],
        [
            "a group of YAML",
            "yaml/v2/ConfigGroup",
            { yaml: "kind: Pod" },
            "the component kubernetes:yaml/v2:ConfigGroup",
        ],
        [
            "a custom resource",
            "apiextensions/CustomResource",
            { apiVersion: "example.com/v1", kind: "Thing", metadata: {} },
            "kubernetes:example.com/v1:Thing",
        ],
    ];

    for (const [what, type, args, named] of cases) {
        it(`refuses ${what}, by name`, async () => {
            await stack.write(program([{ type, name: "other", args }]));
            const text = bad(await stack.preview());
            assert.ok(text.includes(`${named} is not served by the`), text);
            assert.match(text.replace(/\s+/g, " "), SERVED);
        });
    }
});
