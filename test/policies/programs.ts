// Ten public shapes of stacks on shared storage, as their authors write them,
// retold in as few words as keep what the policies look at. docs/newcomer.md has
// what is said of them.
import * as kubernetes from "@pulumi/kubernetes";

const { apps, core, storage } = kubernetes;
type Labels = Record<string, string>;
type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type ClaimSpec = kubernetes.types.input.core.v1.PersistentVolumeClaimSpec;

const claim = (name: string, storageClassName: string | undefined, size: string, more: ClaimSpec = {}) =>
    new core.v1.PersistentVolumeClaim(name, {
        metadata: { name, namespace: "apps" },
        spec: {
            accessModes: ["ReadWriteMany"],
            ...(storageClassName !== undefined && { storageClassName }),
            resources: { requests: { storage: size } },
            ...more,
        },
    });
const deployment = (
    name: string,
    image: string,
    mountPath: string,
    claimName: string,
    more: Partial<PodSpec> = {},
    replicas = 1,
) => {
    const labels: Labels = { app: name };
    return new apps.v1.Deployment(name, {
        metadata: { name, namespace: "apps" },
        spec: {
            replicas,
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    containers: [{ name, image, volumeMounts: [{ name: "data", mountPath }] }],
                    volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
                    ...more,
                },
            },
        },
    });
};
const database = (name: string, image: string, mountPath: string, storageClassName?: string) => {
    const labels: Labels = { app: name };
    return new apps.v1.StatefulSet(name, {
        metadata: { name, namespace: "apps" },
        spec: {
            serviceName: name,
            replicas: 3,
            selector: { matchLabels: labels },
            template: {
                metadata: { labels },
                spec: {
                    containers: [
                        {
                            name,
                            image,
                            livenessProbe: {
                                exec: { command: ["sh", "-c", "exec pg_isready -U app"] },
                                failureThreshold: 6,
                            },
                            volumeMounts: [{ name: "data", mountPath }],
                        },
                    ],
                },
            },
            volumeClaimTemplates: [
                {
                    metadata: { name: "data" },
                    spec: {
                        accessModes: ["ReadWriteOnce"],
                        ...(storageClassName !== undefined && { storageClassName }),
                        resources: { requests: { storage: "8Gi" } },
                    },
                },
            ],
        },
    });
};
const nfsClass = (parameters: Record<string, string>, mountOptions: string[]) =>
    new storage.v1.StorageClass("nfs-csi", {
        metadata: { name: "nfs-csi" },
        provisioner: "nfs.csi.k8s.io",
        parameters,
        reclaimPolicy: "Delete",
        mountOptions,
    });

export const programs: Record<string, () => void> = {
    "WordPress of a chart, two replicas on a claim of many writers": () => {
        claim("wordpress", "nfs-client", "10Gi");
        deployment("wordpress", "docker.io/bitnami/wordpress:6", "/bitnami/wordpress", "wordpress", {}, 2);
    },
    "PostgreSQL of a chart, a disk for each pod": () =>
        void database("postgresql", "postgres:16", "/bitnami/postgresql"),
    "JupyterHub: homes by subPath, a course that all read": () => {
        claim("homes", "nfs-client", "100Gi");
        deployment("jupyter", "jupyter/base-notebook", "/notebooks", "homes", {
            containers: [
                {
                    name: "notebook",
                    image: "jupyter/base-notebook",
                    volumeMounts: [
                        { name: "data", mountPath: "/notebooks", subPath: "homes/ann" },
                        { name: "data", mountPath: "/course", subPath: "course", readOnly: true },
                    ],
                },
            ],
        });
    },
    "Nextcloud on an NFS volume made by hand": () => {
        new core.v1.PersistentVolume("nextcloud", {
            metadata: { name: "nextcloud" },
            spec: {
                capacity: { storage: "50Gi" },
                accessModes: ["ReadWriteMany"],
                persistentVolumeReclaimPolicy: "Retain",
                storageClassName: "nfs",
                mountOptions: ["hard", "nfsvers=4.1"],
                nfs: { server: "192.168.1.10", path: "/volume1/nextcloud" },
            },
        });
        claim("nextcloud", "nfs", "50Gi");
        deployment("nextcloud", "nextcloud:29", "/var/www/html", "nextcloud");
    },
    "GitLab Runner's cache on CephFS": () => {
        claim("runner-cache", "cephfs", "20Gi");
        deployment("runner", "gitlab/gitlab-runner:alpine", "/cache", "runner-cache", {}, 3);
    },
    "csi-driver-nfs's example of a class": () => {
        nfsClass({ server: "nfs-server.default.svc.cluster.local", share: "/" }, ["nfsvers=4.1"]);
        claim("dynamic", "nfs-csi", "10Gi");
        deployment("nginx", "nginx:1.27", "/mnt/nfs", "dynamic");
    },
    "csi-driver-nfs's example of a static volume": () => {
        new core.v1.PersistentVolume("static", {
            metadata: { name: "static" },
            spec: {
                capacity: { storage: "10Gi" },
                accessModes: ["ReadWriteMany"],
                persistentVolumeReclaimPolicy: "Retain",
                storageClassName: "nfs-csi",
                mountOptions: ["nfsvers=4.1"],
                csi: {
                    driver: "nfs.csi.k8s.io",
                    volumeHandle: "nfs-server.default.svc.cluster.local/share##",
                    volumeAttributes: { server: "nfs-server.default.svc.cluster.local", share: "/" },
                },
            },
        });
        claim("static", "nfs-csi", "10Gi", { volumeName: "static" });
    },
    "A provisioner of subfolders, as its chart has it": () => {
        deployment(
            "provisioner",
            "registry.k8s.io/sig-storage/nfs-subdir-external-provisioner:v4.0.2",
            "/persistentvolumes",
            "",
            {
                volumes: [{ name: "data", nfs: { server: "10.0.0.5", path: "/export" } }],
            },
        );
        new storage.v1.StorageClass("nfs-client", {
            metadata: { name: "nfs-client" },
            provisioner: "cluster.local/nfs-subdir-external-provisioner",
            parameters: { archiveOnDelete: "true" },
        });
    },
    "Soft mounts, as tutorials have them": () => {
        new core.v1.PersistentVolume("media", {
            metadata: { name: "media" },
            spec: {
                capacity: { storage: "1Ti" },
                accessModes: ["ReadOnlyMany"],
                storageClassName: "",
                mountOptions: ["hard", "soft", "timeo=30"],
                claimRef: { namespace: "apps", name: "media" },
                nfs: { server: "nas.lan", path: "/media" },
            },
        });
        claim("media", "", "1Ti", { accessModes: ["ReadOnlyMany"], volumeName: "media" });
        deployment("jellyfin", "jellyfin/jellyfin", "/media", "media", {
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: "media", readOnly: true } }],
        });
    },
    "A cache of packages by ephemeral volumes": () => {
        const template = { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } } };
        deployment("cache", "registry:2", "/var/lib/registry", "", {
            volumes: [{ name: "data", ephemeral: { volumeClaimTemplate: template } }],
        });
    },
};
