// What nobody here had thought of: places by other names and drivers, readers
// without pods, checks beside others. See index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import { encodeEvidence } from "../../../contract/src";
import { evidence } from "../../components/cluster";
import { inline, list, ofExport, provider, put, RWO, share, through, two, volumeItem, workload } from "../others";
import { claim, deployment, good, late, mounting, pair, sources, storageClass, volume, withShare } from "../stacks";
import type { PolicyCases } from "./types";

const foreign = (driver: string, handle: string): object => ({
    nfs: undefined,
    csi: { driver, volumeHandle: handle },
});
const service = (spec: object): void =>
    void new kubernetes.core.v1.Service("nfs", { metadata: { name: "nfs", namespace: "storage" }, spec });
const cron = (jobTemplate: object): void => {
    deployment("writer", share());
    new kubernetes.batch.v1.CronJob("reader", {
        metadata: { name: "reader", namespace: "web" },
        spec: {
            schedule: "@daily",
            jobTemplate: {
                spec: { template: { spec: { ...share(true), restartPolicy: "Never" } }, ...jobTemplate },
            },
        } as never,
    });
};
const check = (containerStatuses: object[]): void =>
    void put("core/v1:Pod", "check", {
        metadata: { name: "check", namespace: "web", labels: { "app.kubernetes.io/component": "visibility-check" } },
        spec: { containers: [good] },
        status: { containerStatuses },
    });
const W = "written-share-is-read-elsewhere";
export const othersOfVisibility: Record<string, PolicyCases> = {
    [W]: {
        violates: [
            {
                what: "has volumes of two servers in one List",
                program: () => {
                    list(
                        volumeItem("data", ofExport("10.0.0.1", "/a")),
                        volumeItem("second", ofExport("10.0.0.2", "/b")),
                    );
                    claim("data");
                    claim("second");
                    two(share(), withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good, true)));
                },
                blames: ["writer"],
                says: [/writes to the NFS export 10\.0\.0\.1:\/a/],
            },
            {
                what: "has its reader in another cluster",
                program: () => {
                    const [one, other] = ["a", "b"].map((clusterIdentifier) => ({
                        provider: provider(clusterIdentifier, { clusterIdentifier }),
                    }));
                    put("apps/v1:Deployment", "writer", workload("writer", inline("10.0.0.7")), one);
                    put("apps/v1:Deployment", "reader", workload("reader", inline("10.0.0.7", true)), other);
                },
                blames: ["writer"],
                says: [/no other pod reads/],
            },
            {
                what: "has a reader that is suspended below its CronJob",
                program: () => {
                    pair();
                    cron({ suspend: true });
                },
                blames: ["writer"],
                says: [/no other pod reads/],
            },
            {
                what: "has a reader of no pods below its CronJob",
                program: () => {
                    pair();
                    cron({ parallelism: 0 });
                },
                blames: ["writer"],
                says: [/no other pod reads/],
            },
            {
                what: "has a reader that is to complete nothing",
                program: () => {
                    pair();
                    cron({ completions: 0 });
                },
                blames: ["writer"],
                says: [/no other pod reads/],
            },
            {
                what: "has an empty subPathExpr beside another folder",
                program: () => {
                    pair();
                    const folder = (subPath: string) => ({
                        volumeMounts: [{ name: "share", mountPath: "/share", subPath, subPathExpr: "" }],
                    });
                    two(share(false, folder("a")), share(true, folder("b")));
                },
                blames: ["writer"],
                says: [/folder a/],
            },
            {
                what: "has one text of subPathExpr for two folders",
                program: () => {
                    pair();
                    const folder = (value: string) => ({
                        env: [{ name: "TEAM", value }],
                        volumeMounts: [{ name: "share", mountPath: "/share", subPathExpr: "$(TEAM)/x" }],
                    });
                    two(share(false, folder("a")), share(true, folder("b")));
                },
                blames: ["writer"],
                says: [/folder a\/x/],
            },
            {
                what: "has volumes of two drivers",
                program: () => through(foreign("efs.csi.aws.com", "fs-1"), foreign("file.csi.azure.com", "fs-1")),
                blames: ["writer"],
                says: [/the claim web\/data/],
            },
            {
                what: "has claims of a class with a folder for each",
                program: () => {
                    storageClass({
                        parameters: { server: "10.0.0.1", share: "/s", subDir: `\${pvc.metadata.name}` },
                    });
                    claim("data", { volumeName: undefined, storageClassName: "nfs" });
                    claim("second", { volumeName: undefined, storageClassName: "nfs" });
                    two(share(), withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good, true)));
                },
                blames: ["writer"],
                says: [/no other pod reads/],
            },
        ],
        complies: [
            {
                what: "has a claim that names its volume, which names nobody",
                program: () => {
                    pair({ claimRef: undefined });
                    two(share(), inline("10.96.0.20", true));
                },
            },
            {
                what: "has writer and reader in one List",
                program: () => {
                    pair();
                    list(workload("writer", share()), workload("reader", share(true)));
                },
            },
            {
                what: "has both in a typed list",
                program: () => {
                    pair();
                    const items = [workload("writer", share()), workload("reader", share(true))];
                    put("apps/v1:DeploymentList", "list", {
                        items: items.map(({ metadata, spec }) => ({ metadata, spec })),
                    });
                },
            },
            {
                what: "calls a Service by its long name and by its short one",
                program: () =>
                    two(inline("nfs.storage.svc.cluster.local", false, true), inline("nfs.storage", true, true)),
            },
            {
                what: "calls a Service by its name and by its address",
                program: () => {
                    service({ clusterIP: "10.96.0.9" });
                    two(inline("nfs.storage.svc", false, true), inline("10.96.0.9", true, true));
                },
            },
            {
                what: "spells an address of IPv4 as one of IPv6",
                program: () => two(inline("10.0.0.1"), inline("::ffff:10.0.0.1", true)),
            },
            {
                what: "has two volumes of one handle",
                program: () => through(foreign("efs.csi.aws.com", "fs-1"), foreign("efs.csi.aws.com", "fs-1")),
            },
            {
                what: "has two claims of a class with one folder for all",
                program: () => {
                    storageClass({ parameters: { server: "10.0.0.1", share: "/s", subDir: "common" } });
                    claim("data", { volumeName: undefined, storageClassName: "nfs" });
                    claim("second", { volumeName: undefined, storageClassName: "nfs" });
                    two(share(), withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good, true)));
                },
            },
            {
                what: "writes one folder by subPath and by subPathExpr",
                program: () => {
                    pair();
                    const mounted = (folder: object) => ({
                        env: [{ name: "TEAM", value: "a" }],
                        volumeMounts: [{ name: "share", mountPath: "/share", ...folder }],
                    });
                    two(share(false, mounted({ subPath: "a/x" })), share(true, mounted({ subPathExpr: "$(TEAM)/x" })));
                },
            },
        ],
        unknown: [
            {
                what: "has an item of a List that may be the reader",
                program: () => {
                    pair();
                    list(workload("writer", share()), late({}));
                },
                says: /who reads the NFS export/,
            },
            {
                what: "calls one server by a name, and another by an address",
                preview: false,
                program: () => two(inline("nas.example.org"), inline("10.0.0.7", true)),
                says: /whether the NFS export nas\.example\.org:\/share is what others read can't be looked into/,
            },
            {
                what: "has two volumes of one driver, which may be one share",
                preview: false,
                program: () =>
                    through(foreign("efs.csi.aws.com", "fs-1::ap-1"), foreign("efs.csi.aws.com", "fs-1::ap-2")),
                says: /can't be looked into/,
            },
            {
                what: "has two claims that one volume fits",
                preview: false,
                program: () => {
                    volume("data", { claimRef: undefined, storageClassName: "hand" });
                    claim("data", { volumeName: undefined, storageClassName: "hand" });
                    claim("second", { volumeName: undefined, storageClassName: "hand" });
                    two(share(), withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good, true)));
                },
                says: /Not judged yet/,
            },
            {
                what: "has a claim without a class beside a volume of none",
                program: () => {
                    volume("share", { claimRef: undefined, accessModes: ["ReadWriteOnce"] });
                    claim("data", { ...RWO, volumeName: undefined, storageClassName: undefined });
                    deployment("db", share());
                },
                says: /Deployment web\/db/,
            },
        ],
        notApplicable: [],
    },
    "share-has-evidence": {
        violates: [],
        complies: [
            {
                what: "has its check beside containers that are sorted before it",
                program: () =>
                    check([
                        { name: "a", state: { terminated: { message: "done" } } },
                        { name: "check", state: { terminated: { message: encodeEvidence(evidence) } } },
                    ]),
            },
        ],
        unknown: [
            {
                what: "may have no pods, which is not known yet",
                config: { requireEvidence: true },
                program: () => {
                    pair();
                    new kubernetes.apps.v1.Deployment("app", {
                        metadata: { name: "app", namespace: "web" },
                        spec: { replicas: late(0), selector: { matchLabels: {} }, template: { spec: share() } },
                    });
                },
                says: /whether .* writes to the NFS export/,
            },
            {
                what: "may write, which is not known yet",
                config: { requireEvidence: true },
                program: () => {
                    pair();
                    deployment("app", withShare(sources.claim(late(true) as never), mounting(good)));
                },
                says: /whether .* writes to the NFS export/,
            },
        ],
        notApplicable: [
            {
                what: "has only a writer without pods",
                config: { requireEvidence: true },
                program: () => {
                    pair();
                    new kubernetes.apps.v1.Deployment("app", {
                        metadata: { name: "app", namespace: "web" },
                        spec: { replicas: 0, selector: { matchLabels: {} }, template: { spec: share() } },
                    });
                },
            },
        ],
    },
};
