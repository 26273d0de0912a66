// Looks at the cluster before anything is made there: whether it can be reached,
// whether nodes, StorageClasses and rights fit the settings, and whether the stack's names are free. Everything that
// is wrong is one error. read.ts asks, judge.ts decides; docs/your-cluster.md
// says what each finding means on which cluster.
import { getStack, log, RunError, runtime } from "@pulumi/pulumi";
import { type NfsStorageStackArgs, stackNames } from "../components/nfs-storage-stack";
import { nfsVolumeDefaults } from "../components/nfs-volume";
import { type Cluster, connect, KubeconfigError, NotSupported } from "../kube-api";
import type { ClusterSettings, Settings } from "../settings";
import { NAMESPACE } from "../settings/namespace";
import { nearest } from "../settings/nearest";
import { problemText } from "../settings/problem";
import { shellWord } from "../settings/shown";
import type { Wants } from "./facts";
import { type Finding, findingsText, findingText, ofSetting } from "./finding";
import { judge } from "./judge";
import { proxyOf } from "./proxy";
import { readFacts, Unusable } from "./read";

/**
 * @param name of the stack component
 * @returns what of the cluster the stack has to know
 * @throws RunError, which Pulumi prints without a stack trace
 */
export async function preflight(
    { cluster, stack }: Settings,
    name: string,
): Promise<Pick<NfsStorageStackArgs, "claimSize">> {
    const place = { namespace: NAMESPACE, stack: getStack() };
    const refuse = (findings: readonly Finding[]): never => {
        throw new RunError(findingsText(place, cluster.context, findings));
    };
    let connected: Cluster | undefined;
    try {
        connected = await connect(cluster);
        const proxy = proxyOf(connected.server, process.env);
        if (proxy !== undefined)
            throw new NotSupported(`${proxy} is set, and the way through a proxy is not supported`);
        const wants = wantsOf(stack);
        const names = stackNames(name, "clientNetworks" in stack.server);
        const { problems, warnings, notes, claimSize } = judge(wants, await readFacts(connected, wants, names), names);
        for (const note of notes) await log.info(`preflight: ${note}`);
        for (const warning of warnings) await log.warn(`preflight: ${findingText(place, warning)}`);
        if (problems.length > 0) refuse(problems);
        return claimSize === undefined ? {} : { claimSize };
    } catch (error) {
        if (error instanceof NotSupported) {
            await log.info(`preflight: the cluster was not checked: ${error.message}`);
            return {};
        }
        if (error instanceof KubeconfigError) return refuse([wrongChoice(cluster, error)]);
        if (error instanceof Unusable) return refuse([unusable(cluster, error)]);
        throw error;
    }
}

/** As Docker and Kubernetes call it. */
const machine = process.arch === "x64" ? "amd64" : process.arch;

function wantsOf({ server, capacity, clientImage, placement = "required" }: Settings["stack"]): Wants {
    const own = "clientNetworks" in server ? server : undefined;
    const built = [own?.image, clientImage].find((image) => image !== undefined && "registry" in image);
    return {
        placement,
        preview: runtime.isDryRun(),
        source: sourceOf(server),
        capacity: capacity ?? nfsVolumeDefaults.capacity,
        ...(built && "registry" in built && { build: { platform: built.platform, machine: `linux/${machine}` } }),
        ...(own && {
            server: {
                clientNetworks: own.clientNetworks,
                ...(!own.adoptData && {
                    storage: { className: own.storageClassName },
                }),
            },
        }),
    };
}

/** As far as the settings say it. */
function sourceOf(server: Settings["stack"]["server"]): Wants["source"] {
    const { address, path } = "clientNetworks" in server ? { ...server, path: server.exportPath } : server;
    return { ...(typeof address === "string" && { server: address }), ...(path !== undefined && { path }) };
}

/** A path; one that holds a whole kubeconfig holds credentials, too. */
const pathOf = (kubeconfig: string): string => (/[\n{]/.test(kubeconfig) ? "…" : kubeconfig);

function wrongChoice({ context, kubeconfig }: ClusterSettings, { choice, message, others }: KubeconfigError): Finding {
    const given = choice === "context" ? context : kubeconfig && pathOf(kubeconfig);
    const example = nearest(context, others) ?? others[0];
    return ofSetting({
        key: choice,
        allowed: message,
        ...(given !== undefined && { given }),
        ...(example !== undefined && { example }),
    });
}

function unusable({ context, kubeconfig }: ClusterSettings, { message }: Unusable): Finding {
    const file = kubeconfig === undefined ? "" : ` --kubeconfig ${shellWord(pathOf(kubeconfig))}`;
    return {
        line: problemText({ key: "context", given: context, allowed: message }),
        commands: [`kubectl${file} --context ${shellWord(context)} get nodes`],
    };
}
