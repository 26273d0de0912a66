// A Debian system with a C compiler, for the kernel of the nodes and the few C
// lines of our own: one installation serves them all.
import { derivedTree } from "./derived-tree";

/** libc6-dev and the rest of what gcc recommends are named because recommendations are not installed. */
const PACKAGES = ["gcc", "libc6-dev", "make", "flex", "bison", "bc", "xz-utils", "patch", "busybox-static"];

export function buildTree(): Promise<string> {
    return derivedTree({ name: "debian-build", title: "Add a C compiler to a copy of it", packages: PACKAGES });
}
