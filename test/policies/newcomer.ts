// The NFS example of the Kubernetes documentation (kubernetes/examples, the
// folder nfs), as somebody new to both would write it down in Pulumi: a server, a
// volume that names it, a claim, pods that write and pods that serve what is
// written. docs/newcomer.md says what the policies find in it, and where.
import { core } from "@pulumi/kubernetes";

export function newcomer(): void {
    // What the server keeps the files on.
    new core.v1.PersistentVolumeClaim("nfs-server-disk", {
        metadata: { name: "nfs-server-disk" },
        spec: {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "200Gi" } },
        },
    });

    new core.v1.ReplicationController("nfs-server", {
        metadata: { name: "nfs-server" },
        spec: {
            replicas: 1,
            selector: { role: "nfs-server" },
            template: {
                metadata: { labels: { role: "nfs-server" } },
                spec: {
                    containers: [
                        {
                            name: "nfs-server",
                            image: "registry.k8s.io/volume-nfs:0.8",
                            ports: [
                                { name: "nfs", containerPort: 2049 },
                                { name: "mountd", containerPort: 20048 },
                                { name: "rpcbind", containerPort: 111 },
                            ],
                            securityContext: { privileged: true },
                            volumeMounts: [{ name: "disk", mountPath: "/exports" }],
                        },
                    ],
                    volumes: [{ name: "disk", persistentVolumeClaim: { claimName: "nfs-server-disk" } }],
                },
            },
        },
    });

    new core.v1.Service("nfs-server", {
        metadata: { name: "nfs-server" },
        spec: {
            selector: { role: "nfs-server" },
            ports: [
                { name: "nfs", port: 2049 },
                { name: "mountd", port: 20048 },
                { name: "rpcbind", port: 111 },
            ],
        },
    });

    new core.v1.PersistentVolume("nfs", {
        metadata: { name: "nfs" },
        spec: {
            capacity: { storage: "1Mi" },
            accessModes: ["ReadWriteMany"],
            nfs: { server: "nfs-server.default.svc.cluster.local", path: "/" },
            mountOptions: ["nfsvers=4.2"],
        },
    });

    new core.v1.PersistentVolumeClaim("nfs", {
        metadata: { name: "nfs" },
        spec: {
            accessModes: ["ReadWriteMany"],
            storageClassName: "",
            resources: { requests: { storage: "1Mi" } },
            volumeName: "nfs",
        },
    });

    // Two that write the same page again and again.
    new core.v1.ReplicationController("nfs-busybox", {
        metadata: { name: "nfs-busybox" },
        spec: {
            replicas: 2,
            selector: { name: "nfs-busybox" },
            template: {
                metadata: { labels: { name: "nfs-busybox" } },
                spec: {
                    containers: [
                        {
                            name: "busybox",
                            image: "busybox",
                            command: [
                                "sh",
                                "-c",
                                "while true; do date > /mnt/index.html; hostname >> /mnt/index.html; sleep 5; done",
                            ],
                            volumeMounts: [{ name: "nfs", mountPath: "/mnt" }],
                        },
                    ],
                    volumes: [{ name: "nfs", persistentVolumeClaim: { claimName: "nfs" } }],
                },
            },
        },
    });

    // Two that serve it.
    new core.v1.ReplicationController("nfs-web", {
        metadata: { name: "nfs-web" },
        spec: {
            replicas: 2,
            selector: { role: "web-frontend" },
            template: {
                metadata: { labels: { role: "web-frontend" } },
                spec: {
                    containers: [
                        {
                            name: "web",
                            image: "nginx",
                            ports: [{ name: "web", containerPort: 80 }],
                            volumeMounts: [{ name: "nfs", mountPath: "/usr/share/nginx/html" }],
                        },
                    ],
                    volumes: [{ name: "nfs", persistentVolumeClaim: { claimName: "nfs" } }],
                },
            },
        },
    });

    new core.v1.Service("nfs-web", {
        metadata: { name: "nfs-web" },
        spec: { selector: { role: "web-frontend" }, ports: [{ port: 80 }] },
    });
}
