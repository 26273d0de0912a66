// The supervisor of one cluster. It runs in network, process and mount
// namespaces of its own (launch.ts makes them), so that when it ends, however it
// ends, everything in them ends with it and nothing of them is left.
// Its only argument is the cluster's name.
import { renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../run";
import { certificatesEnd, readCertificate } from "../certificates";
import { CONTROLLER_MANAGER_PORT, type ControlPlane, controlPlane, ETCD_PORT, SCHEDULER_PORT } from "../commands";
import type { CommandResult } from "../control";
import { type ClusterDefinition, readDefinition } from "../definition";
import { type ClusterFolder, clusterFolder } from "../folder";
import { API_PORT, CONTROL_PLANE, NODES } from "../network";
import { type ClusterStatus, type Step, type StepState, stepsWaiting } from "../status";
import { Api, type KubernetesObject } from "./api";
import { mountMemory } from "./cage";
import { quote } from "./channel";
import { Component } from "./component";
import { ControlServer } from "./control-server";
import { answers, imageOf, push, type Registry } from "./images";
import { buildNetwork } from "./network";
import { ClusterNode } from "./node";
import { relay } from "./relay";
import { API_SOCKET, REGISTRY_SOCKET, RUNTIME_FILE, type Runtime } from "./runtime";
import { Storage } from "./storage";
import { usageOf } from "./usage";
import { accepts, responds, type Server, until } from "./wait";

/** On a machine that is busy with other things; with nothing else to do it is 4 s. */
const READY_PATIENCE_MS = 180_000;
const COMMAND_PATIENCE_MS = 120_000;
const ALIVE_EVERY_MS = 15_000;
/** A component that says nothing for so long hangs, however busy the machine is. */
const ALIVE_PATIENCE_MS = 60_000;
/** The API server takes 15 s for its own way to stop, and has nothing to save. */
const API_SERVER_PATIENCE_MS = 3_000;
const STOP_PATIENCE_MS = 10_000;

class Supervisor {
    private readonly begun = new Map<Step, StepState>();
    private state: ClusterStatus["state"] = "starting";
    private since = new Date().toISOString();
    private reason: string | undefined;
    private readonly components: Record<ControlPlane, Component>;
    private readonly nodes: ClusterNode[];
    private readonly server: ControlServer;
    private readonly ending = new AbortController();
    private storage: Storage | undefined;
    /** What Kubernetes last said of each node. */
    private readonly told = new Map<string, KubernetesObject>();
    private published: string | undefined;
    private stopped: Promise<void> | undefined;

    constructor(
        private readonly definition: ClusterDefinition,
        private readonly runtime: Runtime,
        private readonly folder: ClusterFolder,
        private readonly api: Api,
        private readonly certificatesEnd: string,
    ) {
        const changed = (): void => this.changed();
        const gaveUp = (name: string) => (reason: string) => {
            this.reason = `${name} ended too often and was given up; the last time: ${reason}`;
            this.enter("failed");
        };
        const commands = controlPlane(runtime.programs, folder);
        const component = (
            name: ControlPlane,
            server: Server,
            ready: (signal: AbortSignal) => Promise<void>,
        ): Component =>
            new Component({
                name,
                command: () => commands[name],
                logFile: join(folder.logs, `${name}.log`),
                ready,
                alive: {
                    everyMs: ALIVE_EVERY_MS,
                    ask: (signal) => until("an answer", () => responds(server), ALIVE_PATIENCE_MS, signal),
                },
                changed,
                gaveUp: gaveUp(name),
            });
        const whenReady = (what: string, ask: () => Promise<boolean>) => (signal: AbortSignal) =>
            until(what, ask, READY_PATIENCE_MS, signal);
        const local = (port: number): Server => ({ host: "127.0.0.1", port });
        const { registry: registryPort } = definition.ports;
        this.components = {
            etcd: component(
                "etcd",
                { ...local(ETCD_PORT), plain: true },
                whenReady("etcd's port", () => accepts("127.0.0.1", ETCD_PORT)),
            ),
            "kube-apiserver": component(
                "kube-apiserver",
                { host: CONTROL_PLANE, port: API_PORT },
                whenReady("/readyz", () => api.ready()),
            ),
            "kube-controller-manager": component(
                "kube-controller-manager",
                local(CONTROLLER_MANAGER_PORT),
                whenReady("its port", () => accepts("127.0.0.1", CONTROLLER_MANAGER_PORT)),
            ),
            "kube-scheduler": component(
                "kube-scheduler",
                local(SCHEDULER_PORT),
                whenReady("its port", () => accepts("127.0.0.1", SCHEDULER_PORT)),
            ),
            registry: component(
                "registry",
                { host: CONTROL_PLANE, port: registryPort, plain: true },
                whenReady("the registry", () => answers(this.registry)),
            ),
        };
        this.nodes = NODES.map(
            (plan) => new ClusterNode({ plan, programs: runtime.programs, folder, changed, gaveUp: gaveUp(plan.name) }),
        );
        this.server = new ControlServer({
            status: () => this.status(),
            usage: () => this.usage(),
            check: (node) => this.node(node).check(),
            stop: () => this.stop(),
            command: (node, argv) => this.command(node, argv),
            shell: (node, size, socket) => this.node(node).shell(size, socket),
        });
    }

    async run(): Promise<void> {
        await this.server.listen(this.folder);
        this.changed();
        await this.step("network", async () => {
            await buildNetwork();
            await relay(API_SOCKET, CONTROL_PLANE, API_PORT);
            await relay(REGISTRY_SOCKET, CONTROL_PLANE, this.definition.ports.registry);
        });
        const apiserver = this.step("apiserver", async () => {
            await Promise.all([this.components.etcd.start(), this.components["kube-apiserver"].start()]);
        });
        await Promise.all([
            this.step("registry", async () => {
                await this.components.registry.start();
                await this.pushSandbox();
            }),
            this.step("controllers", async () => {
                // Not before: they end when the roles that they need are not there yet.
                await apiserver;
                await Promise.all([
                    this.components["kube-controller-manager"].start(),
                    this.components["kube-scheduler"].start(),
                    this.startStorage(),
                ]);
                // Without it the API server refuses every pod in this namespace.
                const account = "/api/v1/namespaces/default/serviceaccounts/default";
                await until("the default service account", () => this.api.has(account), READY_PATIENCE_MS);
            }),
            this.step("nodes", async () => {
                // They boot while the API server starts; what runs in them tries again until it answers.
                await Promise.all([...this.nodes.map((node) => node.component.start()), apiserver]);
                void this.api.follow("/api/v1/nodes", this.ending.signal, (object) => {
                    this.told.set(object.metadata.name, object);
                    this.changed();
                });
            }),
        ]);
    }

    /** In the order in which nobody misses what is gone already: of a node, its kubelet ends first. */
    stop(): Promise<void> {
        this.stopped ??= this.stopAll();
        return this.stopped;
    }

    private async stopAll(): Promise<void> {
        this.enter("stopping");
        this.ending.abort();
        this.storage?.end();
        await Promise.all(this.nodes.map((node) => node.flush()));
        await Promise.all([
            ...this.nodes.map((node) => node.stop()),
            this.components["kube-controller-manager"].stop(STOP_PATIENCE_MS),
            this.components["kube-scheduler"].stop(STOP_PATIENCE_MS),
            this.components.registry.stop(STOP_PATIENCE_MS),
            this.components["kube-apiserver"].stop(API_SERVER_PATIENCE_MS),
        ]);
        await this.components.etcd.stop(STOP_PATIENCE_MS);
        this.enter("stopped");
        process.exit(0);
    }

    private async step(step: Step, work: () => Promise<void>): Promise<void> {
        this.begun.set(step, "running");
        this.changed();
        await work();
        this.begun.set(step, "done");
        this.changed();
    }

    /** A step that is done is under way again while something of it is being started again. */
    private steps(): Record<Step, StepState> {
        const { etcd, registry, ...others } = this.components;
        const runs = (...components: Component[]): boolean =>
            components.every(({ status }) => status.state === "running");
        const holds: Record<Step, boolean> = {
            network: true,
            registry: runs(registry),
            apiserver: runs(etcd, others["kube-apiserver"]),
            controllers: runs(others["kube-controller-manager"], others["kube-scheduler"]),
            nodes: this.nodes.every((node) => isReady(this.told.get(node.name), node.bootId)),
        };
        const steps = stepsWaiting();
        for (const [step, state] of this.begun) steps[step] = state === "done" && !holds[step] ? "running" : state;
        return steps;
    }

    private async startStorage(): Promise<void> {
        this.storage = new Storage(this.api, async (name, command) => {
            const { code, stderr } = await this.node(name).run(command, COMMAND_PATIENCE_MS);
            if (code !== 0) throw new Error(`${name}: ${command}: ${stderr.trim() || `exit code ${code}`}`);
        });
        await this.storage.start();
    }

    private get registry(): Registry {
        const { username, password } = this.definition.registry;
        return {
            host: CONTROL_PLANE,
            port: this.definition.ports.registry,
            authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
        };
    }

    private async pushSandbox(): Promise<void> {
        const { repository, tag, entrypoint } = this.runtime.sandbox;
        await push(this.registry, repository, tag, async () => {
            const archive = join(this.folder.run, "sandbox.tar");
            const owned = ["--numeric-owner", "--owner=0", "--group=0", "--sort=name", "--mtime=@0"];
            await run("tar", ["-C", this.runtime.programs.helper, ...owned, "-cf", archive, "."]);
            return imageOf(await readFile(archive), entrypoint);
        });
    }

    private node(name: string): ClusterNode {
        const node = this.nodes.find((candidate) => candidate.name === name);
        if (!node) throw new Error(`no node "${name}"; there are ${NODES.map((plan) => plan.name).join(", ")}`);
        return node;
    }

    private command(node: string, argv: readonly string[]): Promise<CommandResult> {
        return this.node(node).run(argv.map(quote).join(" "), COMMAND_PATIENCE_MS);
    }

    private enter(state: ClusterStatus["state"]): void {
        if (this.state === "stopping" && state !== "stopped") return;
        this.state = state;
        this.since = new Date().toISOString();
        this.changed();
    }

    private status(): ClusterStatus {
        return {
            name: this.definition.name,
            state: this.state,
            since: this.since,
            ...(this.reason ? { reason: this.reason } : {}),
            ports: this.definition.ports,
            steps: this.steps(),
            components: [
                ...Object.values(this.components).map((component) => component.status),
                ...this.nodes.map((node) => node.component.status),
            ],
            nodes: NODES.map(({ name, address }, index) => {
                const node = this.nodes[index];
                return {
                    name,
                    address,
                    ready: isReady(this.told.get(name), node?.bootId),
                    ...(node?.bootId ? { bootId: node.bootId } : {}),
                    services: [],
                    ...node?.status,
                };
            }),
            certificatesEnd: this.certificatesEnd,
        };
    }

    private usage(): Promise<NonNullable<ClusterStatus["usage"]>> {
        const { folder, components, nodes } = this;
        const pid = (component: Component): number | undefined => component.status.pid;
        return usageOf([
            { name: "supervisor", pid: process.pid, folders: [folder.logs, folder.run, folder.certificates] },
            ...Object.entries(components).map(([name, component]) => ({
                name,
                pid: pid(component),
                folders: name === "etcd" ? [folder.etcd] : name === "registry" ? [folder.registry] : [],
            })),
            ...nodes.map((node) => ({
                name: node.name,
                pid: pid(node.component),
                folders: [folder.node(node.name).root],
            })),
        ]);
    }

    private changed(): void {
        const complete = Object.values(this.steps()).every((state) => state === "done");
        if (complete && this.state === "starting") this.enter("ready");
        if (!complete && this.state === "ready") this.enter("starting");
        const text = `${JSON.stringify(this.status(), null, 2)}\n`;
        if (text === this.published) return;
        this.published = text;
        try {
            // Never half written, whenever it is read.
            writeFileSync(`${this.folder.status}.new`, text, { mode: 0o600 });
            renameSync(`${this.folder.status}.new`, this.folder.status);
        } catch (error) {
            process.stderr.write(`status: ${(error as Error).message}\n`); // a full disk must not end the cluster
        }
        this.server.publish();
    }
}

/** After a restart Kubernetes goes on saying Ready of the boot before, until the new kubelet speaks. */
function isReady(object: KubernetesObject | undefined, bootId: string | undefined): boolean {
    const status = object?.status as
        | { nodeInfo?: { bootID?: string }; conditions?: { type: string; status: string }[] }
        | undefined;
    const ready = status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True");
    return ready === true && bootId !== undefined && status?.nodeInfo?.bootID === bootId;
}

async function main(): Promise<void> {
    const name = process.argv[2] ?? "";
    const folder = clusterFolder(name);
    const definition = readDefinition(name);
    if (!definition) throw new Error(`no cluster "${name}"`);
    const runtime = JSON.parse(await readFile(join(folder.run, RUNTIME_FILE), "utf8")) as Runtime;
    await mountMemory();
    const certificate = await readCertificate(folder.certificates, "supervisor");
    const api = new Api(CONTROL_PLANE, API_PORT, certificate);
    const end = await certificatesEnd(folder.certificates);
    const supervisor = new Supervisor(definition, runtime, folder, api, end.toISOString());
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void supervisor.stop());
    await supervisor.run();
}

main().catch((error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
});
