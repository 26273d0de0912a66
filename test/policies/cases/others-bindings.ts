// What nobody here had thought of: pairs in Lists and in two clusters, classes of
// attributes, claims of ephemeral volumes, what a provisioner has made. See
// index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import { claimItem, ephemeral, kubeconfig, list, provider, put, twice, volumeItem } from "../others";
import { claim, csi, deployment, lasting, late, pair, volume } from "../stacks";
import type { PolicyCases } from "./types";

const provisioned = (owners: object[]) => {
    volume("pvc-1", { claimRef: { namespace: "web", name: "data" } }, undefined, {
        annotations: { "pv.kubernetes.io/provisioned-by": "nfs.csi.k8s.io" },
        managedFields: owners,
        uid: "2",
    } as object);
    claim("data", { volumeName: "pvc-1" }, { "pv.kubernetes.io/bound-by-controller": "yes" }, undefined, {
        uid: "1",
        annotations: { "pv.kubernetes.io/bound-by-controller": "yes" },
    } as object);
};
export const othersOfBindings: Record<string, PolicyCases> = {
    "volume-and-claim-name-each-other": {
        violates: [
            {
                what: "has an ephemeral volume of pods without names that asks for a volume by name",
                program: () => {
                    volume("data", { claimRef: undefined });
                    deployment("app", ephemeral({ volumeName: "data" }));
                },
                blames: ["data"],
                says: [/To mend: leave spec\.volumeName out of the template: .*no volume can be reserved for/],
            },
            {
                what: "has a volume with the uid of a former claim",
                program: () => {
                    const claimRef = { namespace: "web", name: "data", uid: "former" };
                    volume("data", { claimRef });
                    claim("data", {}, {}, undefined, { uid: "now", name: "data", namespace: "web" } as object);
                },
                blames: ["data"],
                says: [/the uid former, .* \(now\): the volume stays Released.*\n.*\nTo mend: take the uid out/],
            },
            {
                what: "has a volume with the uid of another claim, which it names",
                program: () => {
                    volume("data", { claimRef: { namespace: "web", name: "other", uid: "former" } });
                    claim("data", {}, {}, undefined, { uid: "now", name: "data", namespace: "web" } as object);
                },
                blames: ["data"],
                says: [/found spec\.claimRef web\/other, although/],
            },
        ],
        complies: [
            { what: "has what a provisioner has made and bound", program: () => provisioned([]) },
            {
                what: "has that, with the provisioner as the owner of the reservation",
                program: () =>
                    provisioned([{ manager: "csi-provisioner", fieldsV1: { "f:spec": { "f:claimRef": {} } } }]),
            },
            {
                what: "has a volume for the ephemeral volume of a pod, by the name that its claim gets",
                program: () => {
                    volume("data", { claimRef: { namespace: "web", name: "box-share" } });
                    lasting.pod?.("box", ephemeral({ volumeName: "data" }));
                },
            },
            {
                what: "has a claim of an empty namespace, which is the default one",
                program: () => {
                    volume("data", { claimRef: { namespace: "default", name: "data" } });
                    claim("data", {}, {}, undefined, { name: "data", namespace: "" });
                },
            },
            {
                what: "has the uid of the claim in its volume",
                program: () => {
                    volume("data", { claimRef: { namespace: "web", name: "data", uid: "now" } });
                    claim("data", {}, {}, undefined, { uid: "now", name: "data", namespace: "web" } as object);
                },
            },
            {
                what: "has a claim with a uid, and a volume that names none",
                program: () => {
                    volume("data");
                    claim("data", {}, {}, undefined, { uid: "now", name: "data", namespace: "web" } as object);
                },
            },
            {
                what: "has a volume with a uid, and a claim that nobody has made yet",
                program: () => pair({ claimRef: { namespace: "web", name: "data", uid: "some" } }),
            },
            {
                what: "has a pair in a List",
                program: () => list(volumeItem("data", {}), claimItem({ volumeName: "data" })),
            },
        ],
        unknown: [],
        notApplicable: [],
    },
    "volume-satisfies-claim": {
        violates: [
            {
                what: "has a claim of an attributes class that its volume is not of",
                program: () => pair({ ...csi(), claimRef: undefined }, { volumeAttributesClassName: "gold" }),
                blames: ["data-claim"],
                says: [/found volumeAttributesClassName "gold", but PersistentVolume data has ""/],
            },
            {
                what: "has a volume of an attributes class, reserved for a claim of none",
                program: () => pair({ ...csi(), volumeAttributesClassName: "gold" }, { volumeName: undefined }),
                blames: ["data-claim"],
                says: [/found volumeAttributesClassName "", but PersistentVolume data has "gold"/],
            },
            {
                what: "has a volume that is too small for the ephemeral volume of the pod it is reserved for",
                program: () => {
                    volume("data", { claimRef: { namespace: "web", name: "box-share" } });
                    lasting.pod?.("box", ephemeral({ resources: { requests: { storage: "5Gi" } } }));
                },
                blames: ["box"],
                says: [/a request of 5Gi, but PersistentVolume data has a capacity of 1Gi/],
            },
            {
                what: "has a wrong claim in a List beside one of an exempt namespace",
                config: { exemptNamespaces: ["kube-system"] },
                program: () => {
                    volume("data", { claimRef: undefined });
                    list(claimItem({ volumeName: "data" }), claimItem({ volumeName: "other" }, "kube-system"));
                },
                blames: ["list"],
                says: [/PersistentVolumeClaim web\/data: found a request of 5Gi/],
            },
        ],
        complies: [
            {
                what: "has a wrong claim of an exempt namespace in a List",
                config: { exemptNamespaces: ["kube-system"] },
                program: () => {
                    volume("data", { claimRef: undefined });
                    list(claimItem({ volumeName: "data" }, "kube-system"), claimItem({ volumeName: "other" }));
                },
            },
            {
                what: "has a class that is not known yet, which is not asked for where only the volume names the claim",
                preview: true,
                program: () => pair({}, { volumeName: undefined, storageClassName: late("gold") }),
            },
            {
                what: "has a pair of one attributes class",
                program: () =>
                    pair(
                        { ...csi(), claimRef: undefined, volumeAttributesClassName: "gold" },
                        { volumeAttributesClassName: "gold" },
                    ),
            },
        ],
        unknown: [
            {
                what: "has an attributes class that is not known yet",
                program: () => pair({ ...csi(), claimRef: undefined }, { volumeAttributesClassName: late("gold") }),
                says: /spec\.volumeAttributesClassName/,
            },
            {
                what: "has one of the volume that is not known yet",
                program: () => pair({ ...csi(), claimRef: undefined, volumeAttributesClassName: late("gold") }),
                says: /PersistentVolume data: spec\.volumeAttributesClassName/,
            },
            {
                what: "has a List of items that are not known yet",
                program: () => list(late({})),
                says: /what is in it/,
            },
            {
                what: "has a List of which nothing is known yet",
                program: () => void put("core/v1:List", "list", { items: late([]) }),
                says: /what is in it/,
            },
        ],
        notApplicable: [],
    },
    "one-claim-a-volume": {
        violates: [
            {
                what: "has three pods whose ephemeral volumes ask for one volume",
                program: () =>
                    void new kubernetes.apps.v1.Deployment("app", {
                        metadata: { name: "app", namespace: "web" },
                        spec: {
                            replicas: 3,
                            selector: { matchLabels: {} },
                            template: { spec: ephemeral({ volumeName: "data" }) },
                        },
                    }),
                blames: ["app"],
                says: [/spec\.volumeName "data", asked for by the next pod's claim too/],
            },
            {
                what: "has it twice in one cluster, by two users of it",
                program: () =>
                    twice(
                        { kubeconfig: kubeconfig("https://10.0.0.1:6443") },
                        { kubeconfig: kubeconfig("https://10.0.0.1:6443", "tenant") },
                    ),
                blames: ["claim-0", "claim-1", "data-0", "data-1"],
                says: [/asked for by/],
            },
        ],
        complies: [
            {
                what: "has one in each of two contexts",
                program: () => twice({ context: "a" }, { context: "b" }),
            },
            {
                what: "has one in each of two clusters that have names",
                program: () => twice({ clusterIdentifier: "a" }, { clusterIdentifier: "b" }),
            },
            {
                what: "has one pod with such a volume",
                program: () => void deployment("app", ephemeral({ volumeName: "data" })),
            },
        ],
        unknown: [
            {
                what: "has it in what may be one cluster, and may be two",
                program: () => twice({ context: "a" }, { kubeconfig: kubeconfig("https://10.0.0.1:6443") }),
                says: /which cluster its provider is of/,
            },
            {
                what: "has it by two addresses of servers, which may be of one cluster",
                preview: false,
                program: () =>
                    twice(
                        { kubeconfig: kubeconfig("https://10.0.0.1:6443") },
                        { kubeconfig: kubeconfig("https://10.0.0.2:6443") },
                    ),
                says: /which cluster its provider is of/,
            },
            ...(
                [
                    ["a name and a context", { clusterIdentifier: "a" }, { context: "b" }],
                    ["a context and a cluster", { context: "a" }, { cluster: "b" }],
                    [
                        "contexts of two kubeconfigs",
                        { kubeconfig: "/a", context: "a" },
                        { kubeconfig: "/b", context: "b" },
                    ],
                    ["contexts of two clusters", { context: "a", cluster: "a" }, { context: "b", cluster: "b" }],
                ] as [string, object, object][]
            ).map(([what, one, other]) => ({
                what: `has it by ${what}, which may be of one cluster`,
                preview: false,
                program: () => twice(one, other),
                says: /which cluster its provider is of/,
            })),
            {
                what: "has it in a cluster that is known, and in one that is not yet",
                program: () => twice({ context: "a" }, { context: late("b") }),
                says: /which cluster its provider is of/,
            },
            {
                what: "has something that is not known yet in one of two clusters that may be one",
                program: () => {
                    const [one, other] = ["a", "b"].map((at) => ({ provider: provider(at, { kubeconfig: at }) }));
                    put("core/v1:PersistentVolumeClaim", "one", claimItem({ volumeName: late("data") }), one);
                    put("core/v1:PersistentVolume", "two", volumeItem("data", {}), other);
                },
                says: /spec\.volumeName is known only after/,
            },
            {
                what: "has it in clusters that are not known yet",
                program: () => twice({ kubeconfig: late("a") }, { kubeconfig: late("b") }),
                says: /which cluster its provider is of/,
            },
        ],
        notApplicable: [],
    },
    "storage-class-is-explicit": {
        violates: [],
        complies: [],
        unknown: [],
        notApplicable: [],
        remedied: [
            {
                what: "has a claim in a List that names its volume and no class",
                program: () => list(claimItem({ volumeName: "data", storageClassName: undefined })),
                becomes: { items: [claimItem({ volumeName: "data", storageClassName: "" })] },
            },
        ],
    },
};
