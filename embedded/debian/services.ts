// A Debian system with the services that run beside the nodes: the engine that
// builds images and the registry that holds them. They run in it by
// treeCommand() (in-tree.ts) with ownProcesses: false, so that their version
// does not depend on the host and nothing of the host's own Docker is touched.
import { derivedTree } from "./derived-tree";

/** iptables is looked for by dockerd even when it is told to leave it alone; certificates are for public base images. */
const PACKAGES = ["docker.io", "docker-registry", "ca-certificates"];

export function servicesTree(): Promise<string> {
    return derivedTree({ name: "services", title: "Install the image engine and the registry", packages: PACKAGES });
}
