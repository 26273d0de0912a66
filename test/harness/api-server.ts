// The little of an API server that the program asks before it makes anything:
// nodes, StorageClasses, claims and rights, on a loopback port, with a
// kubeconfig that names it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface NodeOptions {
    address?: string;
    taints?: { key: string; effect: string }[];
    unschedulable?: boolean;
    ready?: boolean;
    podCIDR?: string;
    providerID?: string;
    nodeInfo?: Record<string, string>;
}

/** A node as the API server gives it. */
export function node(name: string, options: NodeOptions = {}): object {
    const { address, taints, unschedulable, ready = true, podCIDR, providerID, nodeInfo } = options;
    return {
        metadata: { name },
        spec: { taints, unschedulable, podCIDR, providerID },
        status: {
            addresses: [
                { type: "Hostname", address: name },
                ...(address === undefined ? [] : [{ type: "InternalIP", address }]),
            ],
            conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
            nodeInfo: { operatingSystem: "linux", architecture: "amd64", osImage: "Debian GNU/Linux 13", ...nodeInfo },
        },
    };
}

export const storageClass = (name: string, isDefault = false): object => ({
    metadata: {
        name,
        ...(isDefault && { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }),
    },
});

/** An object, or a status that is a refusal. */
type Reply = object | number;
/** Answers for paths without their query; one that changes is a function. */
export type Routes = Record<string, Reply | (() => Reply)>;

const NODES = "/api/v1/nodes";
const CLASSES = "/apis/storage.k8s.io/v1/storageclasses";
const REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/** A cluster that fits the stack: two nodes, a default class, all rights. */
const fitting: Routes = {
    [NODES]: { items: [node("node-1", { address: "10.0.0.1" }), node("node-2", { address: "10.0.0.2" })] },
    [CLASSES]: { items: [storageClass("standard", true)] },
    [REVIEWS]: { status: { allowed: true } },
};

export class ApiServer {
    /** What was asked, such as "GET /api/v1/nodes?limit=1", with its token. */
    readonly asked: { question: string; token: string | undefined }[] = [];
    readonly context = "lab";
    private routes: Routes = fitting;

    private constructor(
        private readonly server: ReturnType<typeof createServer>,
        private readonly folder: string,
    ) {}

    static async start(): Promise<ApiServer> {
        const server = createServer();
        const folder = await mkdtemp(join(tmpdir(), "api-server-"));
        const started = new ApiServer(server, folder);
        server.on("request", (request, response) => started.answer(request, response));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        await started.describe();
        return started;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }
    get kubeconfig(): string {
        return join(this.folder, "kubeconfig");
    }

    /** From now on, besides what fits; and nothing was asked yet. */
    serve(routes: Routes = {}): void {
        this.routes = { ...fitting, ...routes };
        this.asked.length = 0;
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
        await rm(this.folder, { recursive: true, force: true });
    }

    private describe(): Promise<void> {
        const { context: name, url } = this;
        const config = {
            clusters: [{ name, cluster: { server: url } }],
            contexts: [{ name, context: { cluster: name, user: name } }],
            users: [{ name, user: { token: "word" } }],
        };
        return writeFile(this.kubeconfig, JSON.stringify(config));
    }

    private answer(request: IncomingMessage, response: ServerResponse): void {
        const { method, url = "", headers } = request;
        this.asked.push({ question: `${method} ${url}`, token: headers.authorization });
        const route = this.routes[url.split("?")[0] ?? ""] ?? 404;
        const found: Reply = typeof route === "function" ? route() : route;
        const refused = typeof found === "number";
        response.statusCode = refused ? found : method === "POST" ? 201 : 200;
        response.setHeader("content-type", "application/json");
        request.resume();
        response.end(JSON.stringify(refused ? { message: `refused with ${found}` } : found));
    }
}

export const paths = { nodes: NODES, storageClasses: CLASSES, reviews: REVIEWS };
