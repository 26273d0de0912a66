// Objects as other people's programs have them: in Lists, by providers of several
// clusters, of plain data that nothing has typed. For the cases others-*.ts.
import * as kubernetes from "@pulumi/kubernetes";
import { CustomResource, type CustomResourceOptions, type Inputs } from "@pulumi/pulumi";
import {
    claim,
    deployment,
    good,
    type Inline,
    lasting,
    mounting,
    type PodSpec,
    sources,
    volume,
    withShare,
} from "./stacks";

export class Any extends CustomResource {}
export const put = (type: string, name: string, props: Inputs, opts?: CustomResourceOptions): Any =>
    new Any(`kubernetes:${type}`, name, props, opts);
/** An item of a List. */
export const item = (apiVersion: string, kind: string, name: string, spec: object, namespace = "web") => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec,
});
export const list = (...items: unknown[]): void => void put("core/v1:List", "list", { items });
export const workload = (name: string, pod: PodSpec, namespace?: string) =>
    item(
        "apps/v1",
        "Deployment",
        name,
        { selector: { matchLabels: { app: name } }, template: { spec: pod } },
        namespace,
    );
export const share = (readOnly = false, more: object = {}): PodSpec =>
    withShare(sources.claim(readOnly), { ...mounting(good), ...more });
export const two = (writer: PodSpec, reader: PodSpec): void => {
    deployment("writer", writer);
    deployment("reader", reader);
};
export const RWO = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
export const ofExport = (server: string, path: string) => ({ nfs: { server, path } });
export const volumeItem = (name: string, spec: object) =>
    item("v1", "PersistentVolume", name, {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteMany"],
        storageClassName: "",
        claimRef: { namespace: "web", name },
        ...spec,
    });
export const claimItem = (spec: object, namespace = "web") =>
    item(
        "v1",
        "PersistentVolumeClaim",
        "data",
        { accessModes: ["ReadWriteMany"], storageClassName: "", resources: { requests: { storage: "5Gi" } }, ...spec },
        namespace,
    );
export const ephemeral = (spec: object, more: object = {}): PodSpec => ({
    containers: [{ ...mounting(good), ...more }],
    volumes: [
        {
            name: "share",
            ephemeral: {
                volumeClaimTemplate: {
                    spec: {
                        accessModes: ["ReadWriteMany"],
                        storageClassName: "",
                        resources: { requests: { storage: "1Gi" } },
                        ...spec,
                    },
                },
            },
        },
    ],
});
export const provider = (name: string, args: Inputs) => new kubernetes.Provider(name, args as kubernetes.ProviderArgs);
export const kubeconfig = (server: string, user = "admin"): string =>
    `clusters: [{ name: c, cluster: { server: "${server}" } }]\nusers: [{ name: ${user} }]`;
/** The same pair by two providers. */
export const twice = (one: Inputs, other: Inputs): void => {
    for (const [index, args] of [one, other].entries()) {
        const opts = { provider: provider(`cluster-${index}`, args) };
        put("core/v1:PersistentVolume", `data-${index}`, volumeItem("data", ofExport("10.96.0.20", "/share")), opts);
        put("core/v1:PersistentVolumeClaim", `claim-${index}`, claimItem({ volumeName: "data" }), opts);
    }
};
/** The first claim is written to, the second read, through volumes of these. */
export const through = (first: object, second: object): void => {
    volume("data", first);
    claim("data");
    volume("second", second);
    claim("second");
    two(share(), withShare({ persistentVolumeClaim: { claimName: "second", readOnly: true } }, mounting(good)));
};
export const server = (more: object = {}): void =>
    void lasting["stateful-set"]?.("server", { containers: [{ ...good, ports: [{ containerPort: 2049 }], ...more }] });

export const inline = (server: string, readOnly = false, driver = false): PodSpec => {
    const volumeAttributes = { server, share: "/share" };
    const source: Inline = driver
        ? { csi: { driver: "nfs.csi.k8s.io", readOnly, volumeAttributes } }
        : { nfs: { server, path: "/share", readOnly } };
    return withShare(source, mounting(good));
};
