// The stack: NFS storage that is written by one pod and read by others, proven
// before `pulumi up` succeeds. Settings are explained in docs/settings.md, the
// parts in components/.
import * as kubernetes from "@pulumi/kubernetes";
import { NfsStorageStack } from "./components";
import { outputsOf } from "./outputs";
import { loadSettings } from "./settings";

const settings = loadSettings();
const { context, kubeconfig } = settings.cluster;

// Named by the configuration, never the ambient one: what kubectl points at by chance is not deployed to.
const cluster = new kubernetes.Provider("cluster", {
    context,
    kubeconfig,
    // A cluster that answers at another port, or with new credentials, is still the same one.
    clusterIdentifier: context,
});

// A server in its own namespace, a volume for its export, a writer and readers on different nodes, and a check that
// does not pass before a reader has seen what was written for this very deployment. They come up in this order, and
// go in the reverse.
const stack = new NfsStorageStack("nfs", settings.stack, { providers: { kubernetes: cluster } });

const outputs = outputsOf(stack, settings.cluster);
export const server = outputs.server;
export const volume = outputs.volume;
export const writer = outputs.writer;
export const readers = outputs.readers;
export const visibility = outputs.visibility;
export const page = outputs.page;
