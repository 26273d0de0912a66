// The whole stack as the engine for tests makes it, for the tests of the stack.
import { NfsStorageStack, type NfsStorageStackArgs } from "../../components";
import { type Outputs, provision } from "../harness/engine";
import { managed, ready } from "./cluster";

export const types = {
    priorityClass: "kubernetes:scheduling.k8s.io/v1:PriorityClass",
    namespace: "kubernetes:core/v1:Namespace",
    statefulSet: "kubernetes:apps/v1:StatefulSet",
    deployment: "kubernetes:apps/v1:Deployment",
    pod: "kubernetes:core/v1:Pod",
    volume: "kubernetes:core/v1:PersistentVolume",
    claim: "kubernetes:core/v1:PersistentVolumeClaim",
};
export const POD = "spec.template.spec";

export const made = (args: NfsStorageStackArgs = managed, outputs: Outputs = ready, preview = false) =>
    provision(
        () => {
            const stack = new NfsStorageStack("nfs", args);
            const { revision, check, readerPods, writerPods } = stack;
            return { revision, evidence: check.evidence, readerPods, writerPods, address: stack.export.address };
        },
        { project: "nfs-storage-stack", stack: "dev", outputs, preview },
    );
