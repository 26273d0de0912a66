// The CSI driver for NFS, https://github.com/kubernetes-csi/csi-driver-nfs: what
// its attributes and parameters are called.
import { at, type Maybe, UNKNOWN } from "./plain";

export const NFS_DRIVER = "nfs.csi.k8s.io";

/** The driver lowers the names before it compares them: pkg/nfs/nodeserver.go and controllerserver.go. */
export function attributeAt(attributes: unknown, name: string): Maybe<string> | undefined {
    if (attributes === UNKNOWN) return UNKNOWN;
    if (attributes === null || typeof attributes !== "object") return undefined;
    const key = Object.keys(attributes).find((one) => one.toLowerCase() === name.toLowerCase());
    const found = key === undefined ? undefined : at(attributes, key);
    return found === UNKNOWN || typeof found === "string" ? found : undefined;
}
