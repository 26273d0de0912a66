// Which objects of a stack are in one cluster: names mean something only there.
// A stack that goes to two is judged as two.
import { type Finding, isProblem, type Judgement, type Problem } from "./findings";
import type { KubernetesObject, Judged as Resource } from "./objects";
import { type Maybe, plain, saidAt, UNKNOWN } from "./plain";

interface Judged extends Pick<Resource, "provider"> {
    objects: KubernetesObject[];
}

/** Judges the objects of each cluster by themselves. */
export function byCluster(judged: readonly Judged[], judge: (objects: KubernetesObject[]) => Judgement): Judgement {
    const groups = new Map<string, { cluster: Maybe<Cluster>; objects: KubernetesObject[] }>();
    for (const { provider, objects } of judged) {
        if (objects.length === 0) continue;
        const cluster = clusterOf(provider);
        const isOpen = cluster === UNKNOWN;
        const key = isOpen ? `provider ${provider?.urn}` : (cluster.identifier ?? JSON.stringify(cluster));
        groups.set(key, { cluster, objects: [...(groups.get(key)?.objects ?? []), ...objects] });
    }
    const all = judged.flatMap(({ objects }) => objects);
    const apart = together([...groups.values()].map(({ objects }) => judge(objects)));
    const clusters = [...groups.values()].map(({ cluster }) => cluster);
    const areSure = clusters.every((one, index) => clusters.slice(index + 1).every((other) => areTwo(one, other)));
    return areSure ? apart : whereBothAgree(apart, judge(all));
}

function together(judgements: readonly Judgement[]): Judgement {
    const applicable = judgements.filter((one) => one !== "not applicable");
    return applicable.length === 0 ? "not applicable" : applicable.flat();
}

/** Two providers may be of one cluster, or of two: what is wrong only in one of the cases is not judged. */
function whereBothAgree(apart: Judgement, asOne: Judgement): Judgement {
    // What there is in one of them, there is in both together.
    if (apart === "not applicable" || asOne === "not applicable") return asOne;
    const about = ({ urn, subject, container }: Problem): string => JSON.stringify([urn, subject, String(container)]);
    const wrong = [apart, asOne].map((findings) => new Set(findings.filter(isProblem).map(about)));
    const findings = new Map(
        [...asOne, ...apart].map((one) => [isProblem(one) ? about(one) : JSON.stringify(one), one]),
    );
    return [...findings.values()].map((one): Finding => {
        if (!isProblem(one) || wrong.every((found) => found.has(about(one)))) return one;
        return { urn: one.urn, subject: one.subject, unseen: ["which cluster its provider is of"] };
    });
}

interface Cluster {
    identifier: string | undefined;
    kubeconfig: string | undefined;
    context: string | undefined;
    cluster: string | undefined;
}

/** By what tells clusters apart, as far as a provider says it. */
function clusterOf(provider: Judged["provider"]): Maybe<Cluster> {
    const props = plain(provider?.props ?? {});
    const said = ["clusterIdentifier", "kubeconfig", "context", "cluster"].map((key) => saidAt(props, key));
    if (said.includes(UNKNOWN)) return UNKNOWN;
    const [identifier, kubeconfig, context, cluster] = said as (string | undefined)[];
    const server = serverOf(kubeconfig);
    if (server !== undefined) return { identifier, kubeconfig: server, context: undefined, cluster: undefined };
    return { identifier, kubeconfig, context, cluster };
}

/** Users of one cluster have kubeconfigs of their own, and contexts, which name the same server. */
function serverOf(kubeconfig: string | undefined): string | undefined {
    const named = [...(kubeconfig ?? "").matchAll(/\bserver"?\s*:\s*"?(https?:\/\/[^\s"',}]+)/g)];
    const servers = new Set(named.flatMap(([, url = ""]) => (URL.canParse(url) ? [new URL(url).origin] : [])));
    return servers.size === 1 ? [...servers].join() : undefined;
}

/** Surely: by names of their own, or by contexts of one kubeconfig. One cluster can have several addresses. */
function areTwo(one: Maybe<Cluster>, other: Maybe<Cluster>): boolean {
    if (one === UNKNOWN || other === UNKNOWN) return false;
    const [a, b] = [one, other];
    if (a.identifier !== undefined && b.identifier !== undefined) return a.identifier !== b.identifier;
    const contexts = a.context !== undefined && b.context !== undefined && a.context !== b.context;
    return contexts && a.kubeconfig === b.kubeconfig && a.cluster === b.cluster;
}
