// What the share costs an application: operations there against the same on the
// volume behind the server, and with more connections to it (nconnect). One
// client, one after the other, in one run: share-operations.pl.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openStack } from "../commands/stack";
import { stackOutputs } from "../commands/state";
import { step } from "../embedded/steps";
import type { StackOutputs } from "../outputs";
import { sharePod } from "../test/cluster/share-pod";
import { median, row } from "./figures";
import { kubectlOn } from "./kubectl";

const OPERATIONS = readFileSync(join(__dirname, "share-operations.pl"), "utf8");
const ROUNDS = Number(process.env.BENCH_ROUNDS || 3);
const TIMES = 500;
const CONNECTIONS = [1, 2, 4];

type Costs = Map<string, number>;

export async function share(_cluster: string): Promise<void> {
    const stack = await openStack("cluster");
    await step("up", () => stack.read(["up", "--yes", "--skip-preview", "--suppress-outputs"]));
    const { server, volume, writer } = (await stackOutputs(stack)) as unknown as StackOutputs;
    const kubectl = await kubectlOn(stack);
    const serverNode = await kubectl([
        "get",
        "pod",
        "-n",
        server.namespace ?? "",
        "nfs-server-0",
        "-o",
        "jsonpath={.spec.nodeName}",
    ]);
    const node = serverNode === "node-1" ? "node-2" : "node-1";
    const volumes = CONNECTIONS.map((connections) => connected(connections, volume, server));
    await kubectl(["create", "-f", "-"], volumes.flat());
    await kubectl(
        ["create", "-f", "-"],
        CONNECTIONS.map((connections) =>
            sharePod({
                name: name(connections),
                node,
                namespace: volume.namespace,
                claim: name(connections),
                image: writer.image,
                command: ["sleep", "infinity"],
            }),
        ),
    );
    await kubectl([
        "wait",
        "-n",
        volume.namespace,
        "--for=condition=Ready",
        "--timeout=120s",
        ...CONNECTIONS.map((one) => `pod/${name(one)}`),
    ]);

    const measured = async (namespace: string, pod: string, folder: string): Promise<Costs> => {
        const said = await kubectl([
            "exec",
            "-n",
            namespace,
            pod,
            "--",
            "perl",
            "-e",
            OPERATIONS,
            folder,
            String(TIMES),
        ]);
        return new Map(
            said
                .trim()
                .split("\n")
                .map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])]),
        );
    };
    const local: Costs[] = [];
    const shared: Costs[][] = CONNECTIONS.map(() => []);
    for (let round = 1; round <= ROUNDS; round++) {
        await step(`Measure operations, round ${round} of ${ROUNDS}`, async () => {
            local.push(await measured(server.namespace ?? "", "nfs-server-0", "/data/bench"));
            for (const [index, connections] of CONNECTIONS.entries()) {
                shared[index]?.push(await measured(volume.namespace, name(connections), `/share/bench-${connections}`));
            }
        });
    }
    for (const what of local[0]?.keys() ?? []) {
        const of = (costs: readonly Costs[] | undefined): number =>
            median((costs ?? []).map((one) => one.get(what) ?? Number.NaN));
        const here = of(local);
        row(`${what.replaceAll("-", " ")}, on the volume behind the server`, milliseconds(here));
        for (const [index, connections] of CONNECTIONS.entries()) {
            const there = of(shared[index]);
            row(
                `  on the share, nconnect ${connections}`,
                `${milliseconds(there)}, ratio ${(there / here).toFixed(1)}`,
            );
        }
    }
}

const milliseconds = (value: number): string => `${value.toFixed(2)} ms`;
const name = (connections: number): string => `connections-${connections}`;

/** A volume and a claim for the share, with so many connections from a node. */
function connected(
    connections: number,
    { namespace, mountOptions }: StackOutputs["volume"],
    { address, path }: StackOutputs["server"],
): object[] {
    const of = { name: name(connections) };
    const spec = { accessModes: ["ReadWriteMany"], storageClassName: "", volumeMode: "Filesystem" };
    return [
        {
            apiVersion: "v1",
            kind: "PersistentVolume",
            metadata: of,
            spec: {
                ...spec,
                capacity: { storage: "1Gi" },
                mountOptions: [...mountOptions, `nconnect=${connections}`],
                claimRef: { namespace, ...of },
                nfs: { server: address, path },
            },
        },
        {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { namespace, ...of },
            spec: { ...spec, volumeName: of.name, resources: { requests: { storage: "1Gi" } } },
        },
    ];
}
