// The command lines of everything that runs in a cluster. Pure: the supervisor
// starts them, and which file is which is in folder.ts.
import { join } from "node:path";
import { CHANGES, type ClusterFolder, DATA_DISK } from "./folder";
import { API_PORT, CONTROL_PLANE, MTU, type NodePlan, PODS, SERVICES } from "./network";

/** What is built or installed once for all clusters. */
export interface Programs {
    /** All Kubernetes components and etcd. */
    kubernetes: string;
    /** The kernel of a node: a program. */
    kernel: string;
    /** The root disk that all nodes share, unchanged. */
    disk: string;
    /** A folder with a Debian system that has docker-registry. */
    services: string;
    /** A folder with the root file system of the image that pods' sandboxes are made of. */
    helper: string;
}

export interface Command {
    program: string;
    args: string[];
}

export type ControlPlane = "etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "registry";

const ETCD_CLIENTS = "http://127.0.0.1:2379";
const ETCD_PEERS = "http://127.0.0.1:2380";
export const ETCD_PORT = 2379;
export const CONTROLLER_MANAGER_PORT = 10257;
export const SCHEDULER_PORT = 10259;

const flags = (values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).map(([name, value]) => `--${name}=${value}`);

export function controlPlane(programs: Programs, folder: ClusterFolder): Record<ControlPlane, Command> {
    const certificate = (file: string): string => join(folder.certificates, file);
    const kubernetes = (component: string, values: Readonly<Record<string, string>>): Command => ({
        program: programs.kubernetes,
        args: [component, ...flags(values)],
    });
    /** Of a component that only talks to the API server. */
    const client = (name: string, port: number): Record<string, string> => {
        const config = join(folder.run, `${name}.kubeconfig`);
        return {
            kubeconfig: config,
            "authentication-kubeconfig": config,
            "authorization-kubeconfig": config,
            "bind-address": "127.0.0.1",
            "secure-port": String(port),
            "leader-elect": "false", // there is one of each
            profiling: "false",
        };
    };
    return {
        etcd: kubernetes("etcd", {
            name: "embedded",
            "data-dir": folder.etcd,
            "listen-client-urls": ETCD_CLIENTS,
            "advertise-client-urls": ETCD_CLIENTS,
            "listen-peer-urls": ETCD_PEERS,
            "initial-advertise-peer-urls": ETCD_PEERS,
            "initial-cluster": `embedded=${ETCD_PEERS}`,
            // A cluster that runs for weeks must not grow without end.
            "auto-compaction-mode": "periodic",
            "auto-compaction-retention": "1h",
            "log-level": "warn",
        }),
        "kube-apiserver": kubernetes("kube-apiserver", {
            "etcd-servers": ETCD_CLIENTS,
            "bind-address": CONTROL_PLANE,
            "advertise-address": CONTROL_PLANE,
            "secure-port": String(API_PORT),
            "client-ca-file": certificate("ca.crt"),
            "tls-cert-file": certificate("apiserver.crt"),
            "tls-private-key-file": certificate("apiserver.key"),
            "kubelet-certificate-authority": certificate("ca.crt"),
            "kubelet-client-certificate": certificate("apiserver-to-kubelet.crt"),
            "kubelet-client-key": certificate("apiserver-to-kubelet.key"),
            "kubelet-preferred-address-types": "InternalIP",
            "authorization-mode": "Node,RBAC",
            "anonymous-auth": "false",
            "enable-admission-plugins": "NodeRestriction",
            "allow-privileged": "true",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": certificate("service-accounts.pub"),
            "service-account-signing-key-file": certificate("service-accounts.key"),
            "service-cluster-ip-range": SERVICES,
            profiling: "false",
        }),
        "kube-controller-manager": kubernetes("kube-controller-manager", {
            ...client("controller-manager", CONTROLLER_MANAGER_PORT),
            // At the default of 20 requests a second it takes 4 s more to start all its controllers in a new cluster.
            "kube-api-qps": "200",
            "kube-api-burst": "400",
            // With the default a volume and a claim applied together bind after up to 15 s.
            "pvclaimbinder-sync-period": "1s",
            "use-service-account-credentials": "true",
            "service-account-private-key-file": certificate("service-accounts.key"),
            "root-ca-file": certificate("ca.crt"),
            "cluster-signing-cert-file": certificate("ca.crt"),
            "cluster-signing-key-file": certificate("ca.key"),
            "allocate-node-cidrs": "false", // each node's is fixed, see network.ts
            "cluster-cidr": PODS,
            "service-cluster-ip-range": SERVICES,
        }),
        "kube-scheduler": kubernetes("kube-scheduler", client("scheduler", SCHEDULER_PORT)),
        registry: registry(programs.services, join(folder.run, "registry.yml")),
    };
}

/** With the C library of its own system, so that it runs whatever the machine's release. */
function registry(services: string, configuration: string): Command {
    const libraries = join(services, "usr/lib/x86_64-linux-gnu");
    return {
        program: join(libraries, "ld-linux-x86-64.so.2"),
        args: ["--library-path", libraries, join(services, "usr/bin/docker-registry"), "serve", configuration],
    };
}

/** What a node's kernel finds in its root folder. */
export const CAGE = {
    kernel: "kernel",
    /** In a folder: User-mode Linux can't use a disk that is in the root folder itself as the base of changes. */
    rootDisk: "system/root.ext4",
    disks: "disks",
    host: "host",
    /** In memory: the kernel's memory file and control files. */
    scratch: "tmp",
} as const;

/** A node's memory: a file that is as large as what was used of it. */
export const NODE_MEMORY = "3072M";

/** Descriptors of the kernel's process that are consoles of the node. */
export const COMMAND_CONSOLE = { device: "tty1", descriptor: 3 } as const;
export const SHELL_CONSOLE = { device: "tty2", descriptor: 4 } as const;

/** The kernel of a node, as it is called inside the root folder that cage.ts makes for it. */
export function nodeKernel(node: NodePlan, cage: string): Command {
    return {
        program: "setarch",
        args: [
            // What the kernel would else do by starting itself anew, for which it looks into a /proc that it has not.
            "--addr-no-randomize",
            "chroot",
            cage,
            `/${CAGE.kernel}`,
            `mem=${NODE_MEMORY}`,
            `ubd0=/${CAGE.disks}/${CHANGES},/${CAGE.rootDisk}`,
            `ubd1=/${CAGE.disks}/${DATA_DISK}`,
            "root=/dev/ubda",
            "rw",
            "init=/sbin/node-init",
            "con=null",
            "con0=null,fd:1",
            `con${COMMAND_CONSOLE.device.slice(3)}=fd:${COMMAND_CONSOLE.descriptor}`,
            `con${SHELL_CONSOLE.device.slice(3)}=fd:${SHELL_CONSOLE.descriptor}`,
            "seccomp=on", // without it every process of the node starts slowly
            "bdev_allow_write_mounted=1", // as distributions have it: resize2fs opens what is mounted
            "quiet",
            "panic=1",
            "noreboot", // a kernel that wants to reboot ends, and the supervisor starts a new one
            `uml_dir=/${CAGE.scratch}`,
            `umid=${node.name}`,
            `hostfs=/${CAGE.host}`,
            `vec0:transport=raw,ifname=${node.nodeLink},depth=64,mtu=${MTU},mac=${node.mac}`,
        ],
    };
}
