// The share as others use it: programs of other people, on two nodes, that lock;
// and nodes that mount from several servers at once.
import assert from "node:assert/strict";
import { forward } from "../../commands/forward";
import { ganeshaNfs4Config } from "../../components/ganesha-config";
import { ReaderStatus, serverPod } from "../../contract/src";
import { kubectlProgram, nodeCommand } from "../../embedded/cluster";
import { clusterFolder } from "../../embedded/cluster/folder";
import type { StackOutputs } from "../../outputs";
import { lockTypes, Nfs41Client } from "../harness/nfs41";
import { ganeshaPod } from "./ganesha-pod";
import { broughtUp, ownInstance } from "./instance";
import { sharePod } from "./share-pod";

const own = ownInstance("share");
const { makes, kubectl } = own;
const NODES = ["node-1", "node-2"];
const TIMES = 100;
/** A container that ended as often would be started after two minutes. */
const KILLS = 6;

const outputs = async (): Promise<StackOutputs> => JSON.parse((await makes("outputs")).stdout);

/** Adds one to a number in a file, so many times, each under a lock; says what failed. Perl is in every Debian. */
const counting = (lock: "flock" | "fcntl", file: string): string => `
use strict; use Fcntl qw(:flock F_SETLKW F_WRLCK F_UNLCK);
my ($failed, $longest) = (0, 0);
open(my $f, "+>>", "/share/${file}.lock") or die "open: $!";
sub take { my $type = shift; return ${
    lock === "flock"
        ? "flock($f, $type == F_WRLCK ? LOCK_EX : LOCK_UN)"
        : 'fcntl($f, F_SETLKW, pack("s s x4 q q l x4", $type, 0, 0, 0, 0))'
}; }
for (1 .. ${TIMES}) {
    my $begun = time;
    unless (take(F_WRLCK)) { $failed++; print "lock: $!\\n"; next; }
    $longest = time - $begun if time - $begun > $longest;
    open(my $in, "<", "/share/${file}") ; my $count = $in ? <$in> : 0; close($in) if $in;
    open(my $out, ">", "/share/${file}") or die "write: $!"; print $out $count + 1; close($out) or die "close: $!";
    take(F_UNLCK) or die "unlock: $!";
}
print "failed $failed, longest wait $longest s\\n";
exit($failed ? 1 : 0);`;

/** A pod of somebody's, in the claim's namespace. */
const pod = (name: string, node: string, { volume, writer }: StackOutputs, command: string[]): object =>
    sharePod({ name, node, namespace: volume.namespace, claim: volume.claim, image: writer.image, command });

const create = (...items: object[]): Promise<string> =>
    kubectl(["create", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));

/** A question to the server of a namespace, through a port of loopback. */
async function asks(namespace: string, question: (port: number) => Promise<void>): Promise<void> {
    const kubeconfig = clusterFolder(own.name).kubeconfig;
    const to = ["port-forward", "--namespace", namespace, "pod/nfs-server-0", `:${serverPod.nfsPort}`];
    const run = [...(await kubectlProgram()), "--kubeconfig", kubeconfig, ...to];
    const forwarded = await forward({ page: run.join(" "), run });
    try {
        await question(Number(new URL(forwarded.url).port));
    } finally {
        forwarded.end();
        await forwarded.ended;
    }
}

describe("the share in the hands of others", () => {
    broughtUp(own);
    let out: StackOutputs;
    before(async () => {
        await makes("up");
        out = await outputs();
    });

    async function killGanesha(): Promise<void> {
        const server = ["-n", out.server.namespace ?? "", "nfs-server-0"];
        await kubectl(["exec", ...server, "--", "sh", "-c", "kill -9 $(pidof ganesha.nfsd)"]);
    }
    const logs = (name: string): Promise<string> => kubectl(["logs", "-n", out.volume.namespace, name]);
    /** Counts on both nodes at once; `meanwhile` begins when both do. */
    async function count(lock: "flock" | "fcntl", meanwhile?: () => Promise<unknown>): Promise<void> {
        const file = `${lock}-${meanwhile ? "killed" : "quiet"}`;
        const names = NODES.map((node) => `${file}-${node}`);
        await create(...NODES.map((node, i) => pod(names[i] ?? "", node, out, ["perl", "-e", counting(lock, file)])));
        const ended = Promise.all(
            names.map((name) =>
                kubectl([
                    ...["wait", "-n", out.volume.namespace, `pod/${name}`, "--timeout=300s"],
                    "--for=jsonpath={.status.containerStatuses[0].state.terminated}",
                ]),
            ),
        );
        await meanwhile?.();
        await ended;
        const said = await Promise.all(names.map(logs));
        for (const text of said) assert.match(text, /^failed 0, longest wait \d+ s\n$/);
        const reader = pod(`${file}-total`, NODES[0] ?? "", out, ["cat", `/share/${file}`]);
        await create(reader);
        await kubectl([
            ...["wait", "-n", out.volume.namespace, `pod/${file}-total`, "--timeout=60s"],
            "--for=jsonpath={.status.phase}=Succeeded",
        ]);
        assert.equal(await logs(`${file}-total`), String(TIMES * NODES.length), "no increment is lost");
    }

    for (const lock of ["flock", "fcntl"] as const) {
        it(`gives ${lock} locks to two nodes in turn: none fails, and nothing is lost`, () => count(lock));

        it(`gives ${lock} locks to two nodes while Ganesha is killed: none fails, and nothing is lost`, () =>
            count(lock, killGanesha));
    }

    it("goes on after each of many kills of Ganesha, in the same container, and people see what happened", async () => {
        const { namespace } = out.server;
        const { namespace: clients, pods } = out.readers;
        const status = async (): Promise<ReaderStatus> =>
            ReaderStatus.parse(
                JSON.parse(
                    await kubectl([
                        ...["get", "--raw"],
                        `/api/v1/namespaces/${clients}/pods/${pods[0]}:8080/proxy/status.json`,
                    ]),
                ),
            );
        for (let time = 0; time < KILLS; time += 1) {
            await killGanesha();
            const { lastSequence } = await status();
            for (const end = Date.now() + 60_000; (await status()).lastSequence <= lastSequence; ) {
                assert.ok(Date.now() < end, `the readers see nothing new a minute after kill ${time + 1}`);
            }
        }
        const found = await kubectl(["get", "pod", "-n", namespace ?? "", "nfs-server-0", "-o", "json"]);
        const [container] = JSON.parse(found).status.containerStatuses;
        assert.deepEqual([container.restartCount, container.ready], [0, true]);
        const metrics = await kubectl([
            ...["get", "--raw"],
            `/api/v1/namespaces/${namespace}/pods/nfs-server-0:${serverPod.healthPort}/proxy/metrics`,
        ]);
        const times = Number(/^nfs_server_restarts_total (\d+)$/m.exec(metrics)?.[1]);
        assert.ok(times >= KILLS, metrics);
        const events = await kubectl(["get", "events", "-n", namespace ?? "", "--field-selector=reason=ProbeWarning"]);
        assert.match(events, /Ganesha ended by SIGKILL after \d+ s, and was started again \(\d+ times/);
    });

    it("has a server that is its claim's to a client on the wire, with client ids of this start only", async () => {
        const namespace = out.server.namespace ?? "";
        const claim = await kubectl([
            "get",
            "pvc",
            "-n",
            namespace,
            "nfs-server-data",
            "-o",
            "jsonpath={.metadata.uid}",
        ]);
        await asks(namespace, async (port) => {
            const client = await Nfs41Client.connect(port, "somebody");
            const { owner, scope, clientId } = await client.identity();
            client.close();
            assert.deepEqual([owner, scope], [claim, claim]);
            const log = await kubectl(["logs", "-n", namespace, "nfs-server-0"]);
            const [, epoch = ""] = [...log.matchAll(/epoch ([0-9a-f]{8}) /g)].at(-1) ?? [];
            assert.equal((clientId >> 32n).toString(16).padStart(8, "0"), epoch);
            // Ganesha's own choice, which two servers can share, is the second of its start.
            assert.ok(Math.abs(Number(clientId >> 32n) - Date.now() / 1000) > 3_600, epoch);
        });
    });

    it("does not start a server on a configuration that it does not know in part", async () => {
        const name = "nfs-server-wrong";
        const nfs4 = ganeshaNfs4Config({}, "a-server-that-is-wrong").replace("Blocking_Locks", "Blocking_Lock");
        await create(...ganeshaPod(name, out.server.image ?? "", nfs4));
        await kubectl([
            ...["wait", "-n", name, "pod/nfs-server-0", "--timeout=120s"],
            "--for=jsonpath={.status.containerStatuses[0].state.terminated.exitCode}=1",
        ]);
        const log = await kubectl(["logs", "-n", name, "nfs-server-0"]);
        assert.match(log, /entry: Ganesha does not take its configuration as it is written: .*\(Blocking_Lock\)/);
    });

    describe("beside servers of the same name that have started in the same second", () => {
        const twins = ["twin-a", "twin-b"];
        const identities = ["1f0c9a52-0000-4000-8000-00000000000a", "1f0c9a52-0000-4000-8000-00000000000b"];
        const EPOCH = 0x6920_0000;

        /** Starts both, each with a file that has its name; gives their addresses. */
        async function started(prefix: string, configuration: (identity: string) => string): Promise<string[]> {
            const names = twins.map((twin) => `${prefix}-${twin}`);
            const image = out.server.image ?? "";
            await create(
                ...names.flatMap((name, i) => ganeshaPod(name, image, configuration(identities[i] ?? ""), EPOCH)),
            );
            return Promise.all(
                names.map(async (name) => {
                    const where = ["-n", name, "nfs-server-0"];
                    await kubectl(["wait", "-n", name, "pod/nfs-server-0", "--for=condition=Ready", "--timeout=120s"]);
                    await kubectl(["exec", ...where, "--", "sh", "-c", `echo ${name} > /data/share/name`]);
                    return kubectl(["get", "pod", ...where, "-o", "jsonpath={.status.podIP}"]);
                }),
            );
        }

        /** What the file of the second holds in mounts of the second, while the first is mounted on the same node. */
        async function seen(prefix: string, [first = "", second = ""]: readonly string[]): Promise<Set<string>> {
            const node = (script: string): Promise<string> => nodeCommand(own.name, "node-1", ["sh", "-ec", script]);
            const mount = (address: string, at: string): string =>
                `mkdir -p ${at}; mount -t nfs4 -o vers=4.2,nosharecache ${address}:/share ${at}`;
            await node(`${mount(first, "/run/first")}; cat /run/first/name`);
            const names = new Set<string>();
            try {
                // A mount takes two numbers of its server's, and is compared with others by the first of them: where somebody
                // else has taken one before, it is that of the first server's client.
                for (let i = 0; i < 3; i++) {
                    await asks(`${prefix}-twin-b`, async (port) => {
                        const somebody = await Nfs41Client.connect(port, `somebody-${i}`);
                        await somebody.identity();
                        somebody.close();
                    });
                    const name = await node(
                        `${mount(second, "/run/second")}; cat /run/second/name; umount /run/second`,
                    );
                    names.add(name.trim());
                }
            } finally {
                await node("umount /run/first");
            }
            return names;
        }

        it("shows each node the files of the server that it has mounted", async () => {
            const addresses = await started("own", (identity) => ganeshaNfs4Config({}, identity));
            assert.deepEqual(await seen("own", addresses), new Set(["own-twin-b"]));
        });

        it("would show it those of another, if they were called by their hosts' names as Ganesha does by itself", async () => {
            const addresses = await started("host", (identity) =>
                ganeshaNfs4Config({}, identity).replace(/^ *Server_(Owner|Scope) = .*$/gm, ""),
            );
            assert.ok((await seen("host", addresses)).has("host-twin-a"));
        });
    });

    it("answers a lock that has to wait with the one that is in its way", async () => {
        const name = "locks-on-the-wire";
        await create(...ganeshaPod(name, out.server.image ?? "", ganeshaNfs4Config({}, "a-server-for-locks"), 7));
        await kubectl(["wait", "-n", name, "pod/nfs-server-0", "--for=condition=Ready", "--timeout=120s"]);
        await asks(name, async (port) => {
            for (const minorVersion of [1, 2] as const) {
                const [holder, other] = await Promise.all(
                    ["holder", "other"].map((who) => Nfs41Client.connect(port, `${who}-${minorVersion}`, minorVersion)),
                );
                assert.ok(holder && other);
                await holder.begin();
                await other.begin();
                const file = `file-${minorVersion}`;
                const range = { offset: 10n, length: 20n };
                // As long as Linux's own, which is as long as it has room for.
                const owner = "lock id:12 bytes of.";
                const held = { ...range, type: lockTypes.write, owner };
                const whole = { offset: 0n, length: 100n, type: lockTypes.writeThatWaits, owner: "another" };
                assert.equal(await holder.lock(await holder.open("/share", file), held), undefined);
                const inTheWay = await other.lock(await other.open("/share", file), whole);
                assert.deepEqual(inTheWay, { ...held, clientId: holder.clientId });
                holder.close();
                other.close();
            }
        });
    });
});
