// What holds for every component, made by itself: its children with their
// parents and names, that they wait for what the component waits for, in which
// order they go, its defaults and outputs, and that each child has a transform.
// What only one component does is in a file of that component.
import assert from "node:assert/strict";
import { clientPod } from "@nfs-storage-stack/contract";
import * as k8s from "@pulumi/kubernetes";
import * as components from "../../components";
import { deletionOrder, type Provisioned, provision, type RegisteredResource, tree, UNKNOWN } from "../harness/engine";
import { digestOf, evidence, nothingYet, ready } from "./cluster";
import { at, environment } from "./named";

const registry = { server: "registry.test/team" };
const client = { namespace: "clients", claim: "data", image: `registry.test/visibility@${digestOf("b")}` };
const writer = {
    pods: { namespace: "clients", labels: { app: "writer" } },
    journalName: "writer",
    url: "http://10.96.0.50:8080",
};
const external = { address: "10.0.0.7", path: "/share" };
const POD = "spec.template.spec";
const defaultMountOptions = [
    "nfsvers=4.2",
    "hard",
    "timeo=600",
    "retrans=2",
    "noresvport",
    "lookupcache=positive",
    "actimeo=1",
    "nosharecache",
];

type Transforms = Record<string, (child: { opts: { protect?: boolean } }) => void>;

interface Case {
    component: string;
    make(transforms: Transforms, opts: components.ComponentOptions): unknown;
    /** Each child as `Kind name`, with its transform and its name in Kubernetes; no name is one that Pulumi gives. */
    children: Record<string, { transform: string; name?: string }>;
    /** Batches of children, first deleted first. */
    deleted: string[][];
    /** Components among the children. */
    nested?: string[];
    outputs: object;
    /** Of these outputs a first preview knows nothing. */
    unknown?: string[];
    /** What it does when it is told nothing about it. */
    defaults?(child: (name: string) => RegisteredResource): void;
}

const settingsOf = (
    resource: RegisteredResource,
    path: string,
    ...names: (keyof typeof clientPod.env)[]
): unknown[] => {
    const variables = environment(resource, path);
    return names.map((name) => variables[clientPod.env[name]]);
};

const cases: Case[] = [
    {
        component: "NfsServer",
        make: (transforms, opts) =>
            new components.NfsServer(
                "one",
                { namespace: "server", image: { registry }, clientNetworks: ["10.0.0.1/32"], transforms },
                opts,
            ),
        children: {
            "Image one-image": { transform: "image" },
            "ConfigMap one-configuration": { transform: "configuration" },
            "PersistentVolumeClaim one-data": { transform: "claim", name: "one-data" },
            "Service one-service": { transform: "service", name: "one" },
            "NetworkPolicy one-clients": { transform: "networkPolicy", name: "one-clients" },
            "StatefulSet one": { transform: "statefulSet", name: "one" },
        },
        nested: ["PodImage one-image"],
        deleted: [
            ["StatefulSet one"],
            ["ConfigMap one-configuration"],
            ["NetworkPolicy one-clients", "PersistentVolumeClaim one-data", "Service one-service"],
        ],
        outputs: {
            export: { address: "10.96.0.99", path: "/share", nfsVersion: "4.2" },
            image: `registry.test/team/nfs-storage-stack/nfs-server@${digestOf("a")}`,
            capacity: "1Gi",
        },
        unknown: ["export.address", "image"],
        defaults(child) {
            const claim = child("PersistentVolumeClaim one-data");
            assert.equal(at(claim, "spec.resources.requests.storage"), "1Gi");
            assert.deepEqual([claim.options.retainOnDelete, claim.options.protect], [false, undefined]);
            assert.deepEqual(at(child("StatefulSet one"), `${POD}.containers.0.ports.0.containerPort`), 2049);
        },
    },
    {
        component: "ExternalNfs",
        make: (_, opts) => new components.ExternalNfs("one", external, opts),
        children: {},
        deleted: [],
        outputs: { export: { ...external, nfsVersion: "4.2" } },
    },
    {
        component: "NfsVolume",
        make: (transforms, opts) => {
            const { export: from } = new components.ExternalNfs("filer", external);
            return new components.NfsVolume("one", { export: from, namespace: "clients", transforms }, opts);
        },
        children: {
            "PersistentVolume one": { transform: "volume", name: "nfs-storage-stack-dev-one" },
            "PersistentVolumeClaim one": { transform: "claim", name: "nfs-storage-stack-dev-one" },
        },
        deleted: [["PersistentVolumeClaim one"], ["PersistentVolume one"]],
        outputs: {
            persistentVolume: "nfs-storage-stack-dev-one",
            claim: "nfs-storage-stack-dev-one",
            namespace: "clients",
            phase: "Bound",
            capacity: "1Gi",
            mountOptions: defaultMountOptions,
        },
        unknown: ["phase"],
        defaults(child) {
            assert.deepEqual(at(child("PersistentVolume one"), "spec.accessModes"), ["ReadWriteMany"]);
            assert.equal(at(child("PersistentVolumeClaim one"), "spec.resources.requests.storage"), "1Gi");
        },
    },
    {
        component: "VolumeWriter",
        make: (transforms, opts) => new components.VolumeWriter("one", { ...client, revision: "r1", transforms }, opts),
        children: {
            "Service one-service": { transform: "service", name: "one" },
            "StatefulSet one": { transform: "statefulSet", name: "one" },
        },
        deleted: [["StatefulSet one"], ["Service one-service"]],
        outputs: { statefulSet: "one", service: "one", pod: "one-0", url: "http://10.96.0.99:8080" },
        unknown: ["url"],
        defaults(child) {
            const set = child("StatefulSet one");
            const found = settingsOf(set, POD, "revision", "message", "writeIntervalMs");
            assert.deepEqual(found, ["r1", "hello from the writer", "250"]);
            assert.equal(at(set, `${POD}.affinity`), undefined, "nothing to keep away from");
            assert.equal(at(child("Service one-service"), "spec.publishNotReadyAddresses"), true);
        },
    },
    {
        component: "VolumeReaders",
        make: (transforms, opts) => new components.VolumeReaders("one", { ...client, writer, transforms }, opts),
        children: {
            "Service one-service": { transform: "service", name: "one" },
            "Deployment one": { transform: "deployment", name: "one" },
            "PriorityClass one-priority": { transform: "priorityClass", name: "watching-nfs-storage-stack-dev-one" },
        },
        deleted: [["Deployment one"], ["PriorityClass one-priority", "Service one-service"]],
        outputs: { deployment: "one", service: "one", replicas: 2 },
        defaults(child) {
            const deployment = child("Deployment one");
            const found = settingsOf(deployment, POD, "writerUrl", "pollIntervalMs", "freshnessMs");
            assert.deepEqual(found, [writer.url, "50", "10000"]);
            assert.equal(at(deployment, "spec.replicas"), 2);
            const away = at(deployment, `${POD}.affinity.podAntiAffinity`) as Record<string, object[]>;
            assert.equal(away.requiredDuringSchedulingIgnoredDuringExecution?.length, 1);
        },
    },
    {
        component: "VisibilityCheck",
        make: (transforms, opts) =>
            new components.VisibilityCheck(
                "one",
                { ...client, writer, revision: "r1", mountOptions: ["hard", "nfsvers=4.2"], transforms },
                opts,
            ),
        children: { "Pod one": { transform: "pod" } },
        deleted: [["Pod one"]],
        outputs: { evidence, pod: "one-12345678" },
        unknown: ["evidence"],
        defaults(child) {
            const pod = child("Pod one");
            const found = settingsOf(pod, "spec", "revision", "mountOptions", "checkRecords", "checkTimeoutMs");
            assert.deepEqual(found, ["r1", "hard,nfsvers=4.2", "20", "60000"]);
            assert.deepEqual(settingsOf(pod, "spec", "pollIntervalMs", "allowSameNode"), ["50", "false"]);
            assert.equal(at(pod, "spec.restartPolicy"), "OnFailure");
        },
    },
    {
        component: "PodImage",
        make: (transforms, opts) =>
            new components.PodImage("one", { image: "visibility", source: { registry }, transforms }, opts),
        children: { "Image one": { transform: "image" } },
        deleted: [["Image one"]],
        outputs: { reference: `registry.test/team/nfs-storage-stack/visibility@${digestOf("a")}` },
        unknown: ["reference"],
    },
];

const label = ({ type, name }: { type: string; name: string }): string => `${type.split(":").at(-1)} ${name}`;

describe("every component", () => {
    for (const one of cases) describe(one.component, () => behaves(one));
});

function behaves({ component, make, children, nested = [], deleted, outputs, unknown = [], defaults }: Case): void {
    const type = `nfs-storage-stack:index:${component}`;
    let got: Provisioned;
    let preview: Provisioned;
    const own = ({ resources }: Provisioned): RegisteredResource => {
        const found = resources.find((resource) => resource.type === type && resource.name === "one");
        assert.ok(found, tree(resources));
        return found;
    };
    /** Below the component. */
    const inside = (): RegisteredResource[] => {
        const within = new Set([own(got).urn]);
        return got.resources.filter(({ urn, parent }) => within.has(parent ?? "") && within.add(urn));
    };
    const custom = (): RegisteredResource[] => inside().filter(({ custom, read }) => custom && !read);
    /** An image of a nested component is built at once, whatever the cluster is waited for. */
    const inCluster = (): RegisteredResource[] => custom().filter(({ parent }) => parent === own(got).urn);
    const child = (name: string): RegisteredResource => {
        const found = custom().find((resource) => label(resource) === name);
        assert.ok(found, `no ${name}`);
        return found;
    };
    const protecting: Transforms = Object.fromEntries(
        Object.values(children).map(({ transform }) => [
            transform,
            ({ opts }) => {
                opts.protect = true;
            },
        ]),
    );
    const program = (transforms: Transforms) => (): void => {
        // Something of another's that the component has to wait for.
        const before = new k8s.core.v1.Namespace("before", {}, { retainOnDelete: true });
        make(transforms, { dependsOn: [before] });
    };
    const where = { project: "nfs-storage-stack", stack: "dev" };

    before(async () => {
        got = await provision(program({}), { ...where, outputs: ready });
        preview = await provision(program({}), { ...where, outputs: nothingYet, preview: true });
    });

    it("has these children, and no other", () => {
        assert.deepEqual(custom().map(label).sort(), Object.keys(children).sort());
        const components = inside().filter((resource) => !resource.custom);
        assert.deepEqual(components.map(label), nested);
    });
    it("names them in Kubernetes as is known beforehand, or leaves it to Pulumi", () => {
        for (const [name, expected] of Object.entries(children)) {
            assert.equal(at(child(name), "metadata.name"), expected.name, name);
        }
    });
    it("makes them after what it depends on itself, and deletes them before", () => {
        const before = got.resources.find(({ name }) => name === "before");
        for (const resource of inCluster()) {
            assert.ok(resource.dependencies.includes(before?.urn ?? ""), label(resource));
        }
    });
    it("deletes them in this order", () => {
        const names = new Set(inCluster());
        const batches = deletionOrder(got.resources).map((batch) =>
            batch
                .filter((r) => names.has(r))
                .map(label)
                .sort(),
        );
        assert.deepEqual(
            batches.filter((batch) => batch.length > 0),
            deleted,
        );
    });
    if (defaults) it("has these defaults", () => defaults(child));
    it("gives these outputs", () => {
        assert.deepEqual(own(got).outputs, outputs);
    });
    it("gives in a first preview what is known, and nothing made up", () => {
        const known = structuredClone(outputs) as Record<string, unknown>;
        for (const path of unknown) put(known, path.split("."), UNKNOWN);
        const { pod, ...rest } = own(preview).outputs ?? {};
        const { pod: _, ...expected } = known;
        assert.deepEqual(rest, expected);
        if (pod !== undefined) assert.equal(pod, component === "VisibilityCheck" ? UNKNOWN : known.pod);
    });
    it("has a transform for each child", async () => {
        const transformed = await provision(program(protecting), { ...where, outputs: ready });
        const changed = transformed.resources.filter(({ options }) => options.protect).map(label);
        assert.deepEqual(changed.sort(), Object.keys(children).sort());
    });
}

function put(into: Record<string, unknown>, [first = "", ...rest]: string[], value: unknown): void {
    if (rest.length === 0) into[first] = value;
    else put(into[first] as Record<string, unknown>, rest, value);
}
