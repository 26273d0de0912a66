// Which claim a pod mounts, and which volume that claim gets: names and namespaces
// that are not known yet, of others, or not there. See index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import { ephemeral, inline, put, RWO, share, two } from "../others";
import { claim, deployment, good, late, mounting, type PodSpec, pair, statefulSet, volume, withShare } from "../stacks";
import type { PolicyCases } from "./types";

const live = (...command: string[]) => ({
    livenessProbe: { exec: { command }, periodSeconds: 15, failureThreshold: 6 },
});
const touching = live("cat", "/share/x");
const app = (pod: PodSpec, namespace: unknown = "web"): void =>
    void new kubernetes.apps.v1.Deployment("app", {
        metadata: { name: "app", namespace: namespace as string },
        spec: { selector: { matchLabels: {} }, template: { spec: pod } },
    });
/** Something that the policy is about. */
const another = (): void => {
    volume("second");
    claim("second");
    deployment("second", withShare({ persistentVolumeClaim: { claimName: "second" } }, mounting(good)));
};
const claimOf = (metadata: object): void =>
    void put("core/v1:PersistentVolumeClaim", "claim", {
        metadata,
        spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } } },
    });
const set = (more: object, container: object = {}): void =>
    void put("apps/v1:StatefulSet", "db", {
        metadata: { name: "db", namespace: "web" },
        spec: {
            selector: { matchLabels: {} },
            template: { spec: { containers: [{ ...mounting(good), ...container }] } },
            volumeClaimTemplates: [
                {
                    metadata: { name: "share" },
                    spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "5Gi" } } },
                },
            ],
            ...more,
        },
    });
const refused = (what: string, program: () => void) => ({
    what,
    preview: true,
    program,
    blames: ["app"],
    says: [/on the share mounted at/],
});
const free = (spec: object): void =>
    void volume("free", { claimRef: undefined, accessModes: ["ReadWriteOnce"], storageClassName: "hand", ...spec });
const ofHand = (replicas: number): void =>
    void statefulSet({ ...RWO, storageClassName: "hand" } as object, {
        replicas,
        container: { ...mounting(good), ...touching },
    });
const open = (what: string, program: () => void) => ({ what, program, says: /Deployment (web\/)?"?app|StatefulSet/ });

export const edgesOfClaims: Record<string, PolicyCases> = {
    "liveness-stays-off-the-share": {
        violates: [
            refused("has an ephemeral volume, beside a claim without a name", () => {
                claimOf({ namespace: "web" });
                app(ephemeral({}, touching));
            }),
            refused("has an ephemeral volume, beside a claim whose name is not known yet", () => {
                claimOf({ namespace: "web", name: late("a") });
                app(ephemeral({}, touching));
            }),
        ],
        complies: [
            {
                what: "has a claim of a name that another namespace's share has",
                program: () => {
                    claimOf({ namespace: "other", name: "data" });
                    app(share(false, touching));
                    another();
                },
            },
        ],
        unknown: [
            open(
                "has a set in a namespace that is not known yet",
                () =>
                    void put("apps/v1:StatefulSet", "db", {
                        metadata: { name: "db", namespace: late("web") },
                        spec: {
                            selector: { matchLabels: {} },
                            template: { spec: { containers: [{ ...mounting(good), ...touching }] } },
                            volumeClaimTemplates: [
                                { metadata: { name: "share" }, spec: { accessModes: ["ReadWriteMany"] } },
                            ],
                        },
                    }),
            ),
            open("has pods and a claim of which neither number nor name is known yet", () => {
                claimOf({ namespace: "web", name: late("a") });
                set({ replicas: late(1) }, touching);
            }),
            open("has two pods whose claims one volume fits", () => {
                free({});
                ofHand(2);
            }),
            open("has claims of one name in two namespaces, which one volume fits", () => {
                free({});
                const spec = { ...RWO, volumeName: undefined, storageClassName: "hand" };
                claim("data", spec);
                claim("second", spec, {}, undefined, { name: "data", namespace: "other" });
                app(share(false, touching));
            }),
            open("has a volume of a class that is not known yet", () => {
                free({ storageClassName: late("hand") });
                ofHand(1);
            }),
            open("has a volume of access modes that are not known yet", () => {
                free({ accessModes: late(["ReadWriteOnce"]) });
                ofHand(1);
            }),
            open("has a volume of a size that is not known yet", () => {
                free({ capacity: { storage: late("1Gi") } });
                ofHand(1);
            }),
            open("has a claim whose name is not known yet", () => {
                claimOf({ namespace: "web", name: late("data") });
                app(share(false, touching));
            }),
            open("has a claim whose namespace is not known yet", () => {
                claimOf({ namespace: late("web"), name: "data" });
                app(share(false, touching));
            }),
            open("is in a namespace that is not known yet, and names a claim", () => {
                claimOf({ namespace: "web", name: "data" });
                app(share(false, touching), late("web"));
            }),
        ],
        notApplicable: [],
    },
};

export const edgesOfTemplates: Record<string, PolicyCases> = {
    "volume-satisfies-claim": {
        violates: [],
        complies: [],
        unknown: [
            {
                what: "has a set that counts its pods from a number that is not known yet",
                program: () => {
                    volume("data", { claimRef: { namespace: "web", name: "share-db-0" } });
                    set({ ordinals: { start: late(0) } });
                },
                says: /StatefulSet web\/db/,
            },
        ],
        notApplicable: [],
    },
};

const ELSEWHERE = { server: "10.0.0.9", path: "/other" };
const bound = (what: string, volumeSpec: object, claimSpec: object) => ({
    what,
    program: () => {
        pair(
            { claimRef: undefined, storageClassName: "hand", ...volumeSpec },
            { volumeName: undefined, storageClassName: "hand", ...claimSpec },
        );
        two(share(), inline("10.96.0.20", true));
    },
});
export const edgesOfSizes: Record<string, PolicyCases> = {
    "written-share-is-read-elsewhere": {
        violates: [],
        complies: [
            {
                what: "has a claim that names no volume, beside one that names another",
                program: () => {
                    volume("free", { claimRef: undefined, storageClassName: "hand" });
                    volume("named", { claimRef: undefined, storageClassName: "hand", nfs: ELSEWHERE });
                    claim("data", { volumeName: undefined, storageClassName: "hand" });
                    claim("named", { storageClassName: "hand" });
                    two(share(), inline("10.96.0.20", true));
                },
            },
            bound("has a volume that does not say how large it is", { capacity: undefined }, {}),
            bound("has a claim that does not say how much it wants", {}, { resources: undefined }),
        ],
        unknown: [],
        notApplicable: [],
    },
};
