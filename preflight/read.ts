// Asks a cluster for what judge.ts wants to know. What may not be read is left
// open with the server's own words; a cluster that can't be used at all is an
// error.
import { setTimeout as pause } from "node:timers/promises";
import { type Cluster, isCertificateError, send, textOf } from "../kube-api";
import {
    claimFacts,
    claimUser,
    endingNamespace,
    type Facts,
    type Known,
    nodeFacts,
    type ObjectName,
    type RightFacts,
    type StackNames,
    storageClassFacts,
    type TakenFacts,
    volumeFacts,
    type Wants,
} from "./facts";

/** Nothing can be asked of the API server. */
export class Unusable extends Error {
    override name = "Unusable";
}

const SILENCE_MS = 5_000;
/** A server that restarts is asked again for so long; it is seconds until people wonder. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 250;
/** More are not looked at: what is wrong shows on these, and the answer stays small. */
const MOST_NODES = 500;
/** Not in a namespace of the stack's, so these credentials have them, or not, before there are such. */
const RIGHTS = [
    { verb: "create", resource: "namespaces" },
    { verb: "create", resource: "persistentvolumes" },
    // Its uid is part of the name of the writer's journal.
    { verb: "get", resource: "namespaces", name: "kube-system" },
];
/** For readers that have to be away from the writer: they give way to it. */
const RIGHTS_OF_REQUIRED = [{ verb: "create", group: "scheduling.k8s.io", resource: "priorityclasses" }];

const CORE = "/api/v1";
const claimPath = ({ namespace, name }: ObjectName): string =>
    `${CORE}/namespaces/${namespace}/persistentvolumeclaims/${name}`;

export async function readFacts(cluster: Cluster, wants: Wants, names: StackNames): Promise<Facts> {
    const stores = wants.server?.storage !== undefined;
    const [nodes, storageClasses, taken, ...rights] = await Promise.all([
        list(cluster, `${CORE}/nodes?limit=${MOST_NODES}`, nodeFacts),
        stores ? list(cluster, "/apis/storage.k8s.io/v1/storageclasses", storageClassFacts) : { value: [] },
        readTaken(cluster, names, wants.server !== undefined),
        ...[...RIGHTS, ...(wants.placement === "required" ? RIGHTS_OF_REQUIRED : [])].map((right) =>
            may(cluster, right),
        ),
    ]);
    return { nodes, storageClasses, rights, taken };
}

async function readTaken(
    cluster: Cluster,
    { namespaces, pair, serverClaim }: StackNames,
    ownServer: boolean,
): Promise<TakenFacts> {
    const [volume, claim, users, data, ...ending] = await Promise.all([
        find(cluster, `${CORE}/persistentvolumes/${pair.name}`, volumeFacts),
        find(cluster, claimPath(pair), claimFacts),
        readUsers(cluster, pair),
        ownServer ? find(cluster, claimPath(serverClaim), claimFacts) : { value: undefined },
        ...namespaces.map((name) => find(cluster, `${CORE}/namespaces/${name}`, endingNamespace)),
    ]);
    return { volume, claim, users, serverClaim: data, ending };
}

async function readUsers(cluster: Cluster, { namespace, name }: ObjectName): Promise<Known<readonly string[]>> {
    const pods = await list(cluster, `${CORE}/namespaces/${namespace}/pods`, (pod) => claimUser(pod, name));
    return "value" in pods ? { value: pods.value.filter((user) => user !== undefined) } : pods;
}

interface Answer {
    readonly status: number;
    // biome-ignore lint/suspicious/noExplicitAny: objects of several kinds
    readonly body: any;
}

async function list<T>(cluster: Cluster, path: string, facts: (item: object) => T): Promise<Known<readonly T[]>> {
    const answer = await ask(cluster, path);
    if (answer.status !== 200) return { unread: said(answer) };
    return { value: (answer.body.items ?? []).map(facts) };
}

/** Undefined when it is not there. */
async function find<T>(cluster: Cluster, path: string, facts: (object: object) => T): Promise<Known<T | undefined>> {
    const answer = await ask(cluster, path);
    if (answer.status === 404) return { value: undefined };
    return answer.status === 200 ? { value: facts(answer.body) } : { unread: said(answer) };
}

async function may(cluster: Cluster, right: Omit<RightFacts, "allowed">): Promise<Known<RightFacts>> {
    const answer = await ask(cluster, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { group: "", ...right } },
    });
    if (answer.status !== 201) return { unread: said(answer) };
    return { value: { ...right, allowed: answer.body.status?.allowed === true } };
}

const said = ({ status, body }: Answer): string => String(body.message ?? `HTTP status ${status}`);

const BUSY = new Set([429, 500, 502, 503, 504]);

/** @throws Unusable */
async function ask(cluster: Cluster, path: string, body?: object): Promise<Answer> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
        const answer = await once(cluster, path, body).catch((error: NodeJS.ErrnoException) => error);
        const late = performance.now() >= end;
        if (answer instanceof Error) {
            if (late || !mayPass(answer)) throw unreachable(cluster, answer.message || String(answer.code));
        } else if (answer.status === 401) {
            const message = `its API server ${cluster.server} refuses the credentials of the kubeconfig: ${said(answer)}`;
            throw new Unusable(message);
        } else if (late || !BUSY.has(answer.status)) {
            return answer;
        }
        await pause(PAUSE_MS);
    }
}

const mayPass = (error: NodeJS.ErrnoException): boolean =>
    !isCertificateError(error) && ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(error.code ?? "");

const unreachable = (cluster: Cluster, why: string): Unusable =>
    new Unusable(`its API server ${cluster.server} can't be reached: ${why}`);

async function once(cluster: Cluster, path: string, body?: object): Promise<Answer> {
    const method = body === undefined ? "GET" : "POST";
    const answer = await send(cluster, path, { method, body, silenceMs: SILENCE_MS });
    const text = await textOf(answer);
    try {
        return { status: answer.statusCode ?? 0, body: JSON.parse(text) };
    } catch {
        // A proxy, or something else on that port.
        const start = text.trim().split("\n")[0]?.slice(0, 100);
        throw new Error(`HTTP status ${answer.statusCode}, and no JSON but ${JSON.stringify(start)}`);
    }
}
