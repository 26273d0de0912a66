// The stack: NFS storage that is written by one pod and read by others, proven
// before `pulumi up` succeeds. Settings are explained in docs/settings.md, the
// parts in components/.
import * as kubernetes from "@pulumi/kubernetes";
import { runtime } from "@pulumi/pulumi";
import { NfsStorageStack, prevailing, stackNames } from "./components";
import { explainFailures, warnOfGrowth } from "./diagnosis";
import { outputsOf } from "./outputs";
import { preflight } from "./preflight";
import { loadSettings } from "./settings";

/** Gives what the stack tells: server, volume, writer, readers, visibility, page. */
export = async () => {
    const settings = loadSettings();
    const { context, kubeconfig } = settings.cluster;
    const name = "nfs";

    // A cluster that this stack can't work on is refused before anything is made there; what fails there nevertheless is
    // explained in the cluster's own words.
    const found = await preflight(settings, name);
    runtime.registerStackTransformation(prevailing);
    explainFailures(settings.cluster, stackNames(name, "clientNetworks" in settings.stack.server).namespaces);

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
    const stack = new NfsStorageStack(name, { ...settings.stack, ...found }, { providers: { kubernetes: cluster } });
    if (stack.server) warnOfGrowth(settings.cluster, stack.server.dataClaim, stack.check.evidence);
    return outputsOf(stack, settings.cluster);
};
