import assert from "node:assert/strict";
import fc from "fast-check";
import { deletionOrder, type Placed, tree } from "../harness/engine";

interface Shape {
    custom: boolean;
    /** Each chooses among the resources before this one. */
    parent: number | undefined;
    dependencies: number[];
    byProperty: number[];
    provider: number | undefined;
}

const shape: fc.Arbitrary<Shape> = fc.record({
    custom: fc.boolean(),
    parent: fc.option(fc.nat(30), { nil: undefined }),
    dependencies: fc.array(fc.nat(30), { maxLength: 3 }),
    byProperty: fc.array(fc.nat(30), { maxLength: 2 }),
    provider: fc.option(fc.nat(30), { nil: undefined }),
});

function resourcesOf(shapes: Shape[]): Placed[] {
    return shapes.map(({ custom, ...shape }, index) => {
        const earlier = (choice: number | undefined) =>
            choice === undefined || index === 0 ? undefined : `urn-${choice % index}`;
        const all = (choices: number[]) => choices.flatMap((choice) => earlier(choice) ?? []);
        return {
            type: custom ? "a:b:Custom" : "a:b:Component",
            name: `resource-${index}`,
            urn: `urn-${index}`,
            custom,
            parent: earlier(shape.parent),
            dependencies: all(shape.dependencies),
            propertyDependencies: { property: all(shape.byProperty) },
            options: { provider: earlier(shape.provider), deletedWith: undefined, replaceWith: [] as string[] },
        };
    });
}

const someResources = fc.array(shape, { maxLength: 12 }).map(resourcesOf);

describe("order of deletion", () => {
    it("has every resource once, and none before what needs it is gone", () => {
        fc.assert(
            fc.property(someResources, (resources) => {
                const batches = deletionOrder(resources);
                const batchOf = new Map(
                    batches.flatMap((batch, index) => batch.map(({ urn }) => [urn, index] as const)),
                );
                assert.equal(batches.flat().length, resources.length);
                for (const resource of resources) {
                    const { parent, dependencies, propertyDependencies, options } = resource;
                    const needs = [
                        parent,
                        options.provider,
                        ...dependencies,
                        ...Object.values(propertyDependencies).flat(),
                    ];
                    for (const need of needs.filter((urn) => urn !== undefined)) {
                        assert.ok(
                            (batchOf.get(need) ?? -1) > (batchOf.get(resource.urn) ?? Infinity),
                            `${need} outlives`,
                        );
                    }
                }
            }),
        );
    });

    it("waits for what is inside a component that is named as a whole", () => {
        const none = { parent: undefined, dependencies: [], byProperty: [], provider: undefined };
        const resources = resourcesOf([
            { ...none, custom: false },
            { ...none, custom: true, parent: 0 },
            { ...none, custom: true, dependencies: [0] },
        ]);
        const names = deletionOrder(resources).map((batch) => batch.map(({ name }) => name));
        assert.deepEqual(names, [["resource-2"], ["resource-1"], ["resource-0"]]);
    });
});

describe("tree of resources", () => {
    it("shows every resource once, below its parent", () => {
        fc.assert(
            fc.property(someResources, (resources) => {
                const lines = tree(resources)
                    .split("\n")
                    .filter((line) => line !== "");
                assert.equal(lines.length, resources.length);
                const depth = (urn: string | undefined): number =>
                    urn === undefined ? -1 : 1 + depth(resources.find((resource) => resource.urn === urn)?.parent);
                for (const { urn, type, name } of resources) {
                    assert.ok(lines.includes(`${"    ".repeat(depth(urn))}${type} ${name}`), name);
                }
            }),
        );
    });
});
