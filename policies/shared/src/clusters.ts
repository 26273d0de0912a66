// Which objects of a stack are in one cluster: names mean something only there.
// A stack that goes to two is judged as two.
import { type Finding, isProblem, type Judgement } from "./findings";
import type { KubernetesObject, Judged as Resource } from "./objects";
import { type Maybe, plain, textAt, UNKNOWN } from "./plain";

interface Judged extends Pick<Resource, "provider"> {
    objects: KubernetesObject[];
}

/** Judges the objects of each cluster by themselves. */
export function byCluster(judged: readonly Judged[], judge: (objects: KubernetesObject[]) => Judgement): Judgement {
    const groups = new Map<string, { cluster: Maybe<Cluster>; objects: KubernetesObject[] }>();
    for (const { provider, objects } of judged) {
        if (objects.length === 0) continue;
        const cluster = clusterOf(provider);
        const key = cluster === UNKNOWN ? `provider ${provider?.urn}` : JSON.stringify(cluster);
        groups.set(key, { cluster, objects: [...(groups.get(key)?.objects ?? []), ...objects] });
    }
    const all = judged.flatMap(({ objects }) => objects);
    if (groups.size < 2) return judge(all);
    const apart = together([...groups.values()].map(({ objects }) => judge(objects)));
    // Told by the same thing they are two; else one may be the other.
    const ways = new Set([...groups.values()].map(({ cluster }) => (cluster === UNKNOWN ? UNKNOWN : cluster.by)));
    return ways.size > 1 || ways.has(UNKNOWN) ? whereBothAgree(apart, judge(all)) : apart;
}

function together(judgements: readonly Judgement[]): Judgement {
    const applicable = judgements.filter((one) => one !== "not applicable");
    return applicable.length === 0 ? "not applicable" : applicable.flat();
}

/** Two providers may turn out to be of one cluster, or of two: what is wrong only in one of the cases is not judged. */
function whereBothAgree(apart: Judgement, asOne: Judgement): Judgement {
    if (apart === "not applicable") return asOne;
    if (asOne === "not applicable") return apart;
    const texts = [apart, asOne].map((findings) => new Set(findings.map((one) => JSON.stringify(one))));
    const findings = new Map([...apart, ...asOne].map((one) => [JSON.stringify(one), one]));
    return [...findings].map(([text, one]): Finding => {
        if (!isProblem(one) || texts.every((found) => found.has(text))) return one;
        return { urn: one.urn, subject: one.subject, unseen: ["which cluster its provider is of"] };
    });
}

interface Cluster {
    by: "name" | "server" | "context" | "nothing";
    is: string;
}

/** By what tells clusters apart, as far as a provider says it. */
function clusterOf(provider: Judged["provider"]): Maybe<Cluster> {
    const props = plain(provider?.props ?? {});
    const said = ["clusterIdentifier", "kubeconfig", "context", "cluster"].map(
        (key) => textAt(props, key) || undefined,
    );
    const [identifier, kubeconfig, context, cluster] = said;
    if (identifier !== undefined && identifier !== UNKNOWN) return { by: "name", is: identifier };
    if (said.includes(UNKNOWN)) return UNKNOWN;
    // Users of one cluster have kubeconfigs of their own.
    const servers = new Set((kubeconfig as string | undefined)?.match(/https?:\/\/[^\s"',}]+/g));
    if (servers.size === 1) return { by: "server", is: [...servers].join() };
    const is = JSON.stringify([kubeconfig, context, cluster]);
    return { by: context === undefined && cluster === undefined ? "nothing" : "context", is };
}
