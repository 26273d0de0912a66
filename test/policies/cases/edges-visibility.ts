// Where a share ends: other names of its server, folders that a driver makes,
// volumes of drivers that may serve NFS, providers of what may be one cluster.
// See index.ts beside this file.
import { inline, kubeconfig, provider, put, share, two, workload } from "../others";
import { claim, good, type Inline, mounting, pair, storageClass, volume, withShare } from "../stacks";
import type { PolicyCases } from "./types";

const service = (spec: object, status?: object): void =>
    void put("core/v1:Service", "nfs", { metadata: { name: "nfs", namespace: "storage" }, spec, status });
const folder = (more: object, env: object[] = []) => ({
    env,
    volumeMounts: [{ name: "share", mountPath: "/share", ...more }],
});
const nfs = (path: string): Inline => ({ nfs: { server: "10.0.0.1", path, readOnly: true } });
/** Written through a claim of a class with a folder for each. */
const ofClass = (reader: Inline, more: object = {}): void => {
    storageClass({ parameters: { server: "10.0.0.1", share: "/s" }, ...more });
    claim("data", { volumeName: undefined, storageClassName: "nfs" });
    two(share(), withShare(reader, mounting(good)));
};
const byProviders = (...args: [object, object]): void => {
    const [one, other] = args.map((each, index) => ({ provider: provider(`cluster-${index}`, each) }));
    put("apps/v1:Deployment", "writer", workload("writer", inline("10.0.0.7")), one);
    put("apps/v1:Deployment", "reader", workload("reader", inline("10.0.0.7", true)), other);
};

export const edgesOfVisibility: Record<string, PolicyCases> = {
    "written-share-is-read-elsewhere": {
        violates: [
            {
                what: "is written by two, through providers of what may be two clusters",
                program: () => {
                    const [one, other] = [{}, { context: "a" }].map((each, index) => ({
                        provider: provider(`cluster-${index}`, each),
                    }));
                    put("apps/v1:Deployment", "writer", workload("writer", inline("10.0.0.7")), one);
                    put("apps/v1:Deployment", "other", workload("other", inline("10.0.0.7")), other);
                },
                blames: ["other", "writer"],
                says: [/no other pod reads/],
            },
            {
                what: "has a reader of another folder than a class's",
                program: () => ofClass(nfs("/t")),
                blames: ["writer"],
                says: [/no other pod reads/],
            },
        ],
        complies: [
            {
                what: "names a Service by its address from outside, and by the one inside",
                program: () => {
                    service({ clusterIP: "10.96.0.9", externalIPs: ["192.0.2.1"] });
                    two(inline("192.0.2.1"), inline("10.96.0.9", true));
                },
            },
            {
                what: "names a Service by that of its load balancer",
                program: () => {
                    service({ clusterIP: "10.96.0.9" }, { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } });
                    two(inline("192.0.2.1"), inline("nfs.storage.svc", true, true));
                },
            },
            {
                what: "names what a Service stands for",
                program: () => {
                    service({ type: "ExternalName", externalName: "NAS.example.org" });
                    two(inline("nas.example.org"), inline("nfs.storage.svc", true, true));
                },
            },
            {
                what: "has a backup of all of a class's share",
                program: () => ofClass(nfs("/s")),
            },
            {
                what: "has claims of a class that mounts read-only",
                program: () => ofClass(nfs("/t"), { mountOptions: ["ro"] }),
            },
            {
                what: "goes to one cluster by two users of it, and by another spelling of its address",
                program: () =>
                    byProviders(
                        { kubeconfig: kubeconfig("https://api.example.org") },
                        {
                            kubeconfig: `${kubeconfig("https://api.example.org:443/", "b")}\n# https://help.example.org`,
                        },
                    ),
            },
        ],
        unknown: [
            {
                what: "goes to what may be one cluster by a context, and by the default one",
                preview: false,
                program: () => byProviders({}, { context: "prod" }),
                says: /which cluster its provider is of/,
            },
            {
                what: "has a reader of a folder in a class's share",
                preview: false,
                program: () => ofClass(nfs("/s/m")),
                says: /can't be looked into/,
            },
            {
                what: "has a reader through a driver that may serve the same",
                preview: false,
                program: () => {
                    pair();
                    volume("second", { nfs: undefined, csi: { driver: "efs.csi.aws.com", volumeHandle: "fs-1" } });
                    claim("second");
                    const claimed = { persistentVolumeClaim: { claimName: "second", readOnly: true } };
                    two(share(), withShare(claimed, mounting(good)));
                },
                says: /can't be looked into/,
            },
            {
                what: "has two volumes that are reserved for its claim",
                preview: false,
                program: () => {
                    volume("data", { nfs: { server: "10.0.0.1", path: "/a" } });
                    volume("second", {
                        nfs: { server: "10.0.0.1", path: "/b" },
                        claimRef: { namespace: "web", name: "data" },
                    });
                    claim("data", { volumeName: undefined });
                    two(
                        share(),
                        withShare({ nfs: { server: "10.0.0.1", path: "/a", readOnly: true } }, mounting(good)),
                    );
                },
                says: /Deployment web\/writer/,
            },
            {
                what: "has a folder by a variable from elsewhere",
                preview: false,
                program: () => {
                    pair();
                    const env = [{ name: "TEAM", valueFrom: { configMapKeyRef: { name: "a", key: "b" } } }];
                    two(
                        share(false, folder({ subPathExpr: "$(TEAM)" }, env)),
                        share(true, folder({ subPath: "blue" })),
                    );
                },
                says: /can't be looked into/,
            },
        ],
        notApplicable: [],
    },
};

export const edgesOfBindings: Record<string, PolicyCases> = {
    "volume-and-claim-name-each-other": {
        violates: [
            {
                what: "has a volume that was provisioned and taken over for another claim",
                program: () => takenOver("other", { uid: "2" }),
                blames: ["data"],
                says: [/spec\.claimRef web\/other, although/],
            },
            {
                what: "has a volume with that mark which nobody has made yet, for a claim that names none",
                preview: true,
                program: () => {
                    volume("data", {}, undefined, { annotations: PROVISIONED });
                    claim("data", { volumeName: undefined });
                },
                blames: ["data-claim"],
                says: [/found no spec\.volumeName/],
            },
        ],
        complies: [
            {
                what: "has a volume that was provisioned and taken over",
                program: () => takenOver("data", { uid: "2" }),
            },
            {
                what: "has one whose owner is said to be the program",
                program: () =>
                    takenOver("data", {
                        uid: "2",
                        managedFields: [
                            { manager: "pulumi-kubernetes-1", fieldsV1: { "f:spec": { "f:claimRef": {} } } },
                        ],
                    }),
            },
        ],
        unknown: [],
        notApplicable: [],
    },
};
const PROVISIONED = { "pv.kubernetes.io/provisioned-by": "nfs.csi.k8s.io" };
function takenOver(name: string, metadata: object): void {
    volume("data", { claimRef: { namespace: "web", name } }, undefined, { annotations: PROVISIONED, ...metadata });
    claim("data", {}, {}, undefined, { name: "data", namespace: "web", uid: "1" } as object);
}
