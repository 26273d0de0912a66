// The server's entry point, without Ganesha: its questions to a server that
// misbehaves, what it thinks of a volume, its settings.
import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { type AddressInfo, createServer, type Server, Socket } from "node:net";
import fc from "fast-check";
import { complaintIn, type End, type Ganesha, misreadIn, startGanesha } from "../../images/nfs-server/ganesha";
import { healthRoutes } from "../../images/nfs-server/health";
import { canaryReads, exportAnswers, serverAnswers, type Target } from "../../images/nfs-server/probe";
import { keepRunning, Patience, type Restarts } from "../../images/nfs-server/restarts";
import { settingsFrom } from "../../images/nfs-server/settings";
import { mountOf, parseMountinfo, unfitVolume } from "../../images/nfs-server/volume";
import { markRecord, XdrWriter } from "../../images/nfs-server/xdr";

/** These probes are the same whoever asks. */
const request = new IncomingMessage(new Socket());
const canary = Buffer.from("canary 1\n");
const accepted = (xid: number): XdrWriter =>
    new XdrWriter().uint32(xid).uint32(1).uint32(0).uint32(0).opaque("").uint32(0);

/** A server that answers each connection as told, on a free port of the loopback address. */
async function withServer(
    answer: (socket: Socket, call: Buffer) => void,
    use: (target: Target) => Promise<void>,
): Promise<void> {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => {});
        socket.once("data", (data) => answer(socket, data.subarray(4)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        await use({ host: "127.0.0.1", port: (server.address() as AddressInfo).port, timeoutMs: 200 });
    } finally {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
    }
}

/** Answers READ of the canary, after PUTROOTFH and a LOOKUP. */
const readAnswer = (xid: number, status: number, data: Buffer): Buffer => {
    const out = accepted(xid).uint32(status).opaque("probe").uint32(3).uint32(24).uint32(0).uint32(15).uint32(0);
    out.uint32(25).uint32(status);
    return (status === 0 ? out.uint32(1).opaque(data) : out).bytes();
};

describe("a question to the NFS server", () => {
    it("is answered well when the canary holds what was written", async () => {
        await withServer(
            (socket, call) => socket.write(markRecord(readAnswer(call.readUInt32BE(), 0, canary))),
            async (target) => assert.equal((await canaryReads("/canary", canary, target)).ok, true),
        );
    });

    it("finds out when the canary holds something else", async () => {
        await withServer(
            (socket, call) => socket.write(markRecord(readAnswer(call.readUInt32BE(), 0, Buffer.from("canary 2\n")))),
            async (target) =>
                assert.deepEqual(await canaryReads("/canary", canary, target), {
                    ok: false,
                    reason: "/canary does not hold what was written to it at the start",
                }),
        );
    });

    it("takes a server in grace for ready: its clients must reach it to reclaim", async () => {
        await withServer(
            (socket, call) => socket.write(markRecord(readAnswer(call.readUInt32BE(), 10013, canary))),
            async (target) => {
                const { ok, reason } = await canaryReads("/canary", canary, target);
                assert.equal(ok, true);
                assert.match(reason, /grace/);
            },
        );
    });

    it("says which operation the server refuses, and how", async () => {
        await withServer(
            (socket, call) => socket.write(markRecord(readAnswer(call.readUInt32BE(), 5, canary))),
            async (target) =>
                assert.equal(
                    (await canaryReads("/canary", canary, target)).reason,
                    "/canary: READ was answered with NFS4ERR_IO",
                ),
        );
    });

    it("ends in time when the server never answers, or only begins to", async () => {
        for (const answer of [() => {}, (socket: Socket) => socket.write(Buffer.from([0x80, 0, 0, 40, 1]))]) {
            await withServer(answer, async (target) => {
                const findings = await Promise.all([
                    exportAnswers("/share", target),
                    canaryReads("/canary", canary, target),
                    serverAnswers(target),
                ]);
                for (const finding of findings) {
                    assert.deepEqual(finding, { ok: false, reason: "no answer within 200 ms" });
                }
            });
        }
    });

    it("survives a server that hangs up, talks nonsense or is not there", async () => {
        let target: Target | undefined;
        await withServer(
            (socket) => socket.end(),
            async (t) => {
                target = t;
                assert.match((await serverAnswers(t)).reason, /closed the connection/);
            },
        );
        assert.match((await serverAnswers(target as Target)).reason, /ECONNREFUSED/);
        await withServer(
            (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
            async (t) => assert.match((await serverAnswers(t)).reason, /at most 65536 are expected/),
        );
    });
});

describe("the answer to a kubelet's probe", () => {
    it("quotes what Ganesha complained about when something is wrong, and is one line", async () => {
        await withServer(
            (socket) => socket.end(),
            async (target) => {
                const routes = healthRoutes({
                    exportPath: "/share",
                    canaryPath: "/canary/canary",
                    canary,
                    target,
                    complaint: () => "Could not create export for (/share)",
                    restarts: () => ({ times: 0, last: undefined }),
                });
                for (const path of ["/startup", "/ready", "/live"]) {
                    const answer = await routes[path]?.(request);
                    assert.equal(answer?.status, 503);
                    assert.match(String(answer?.body), /^[^\n]*Could not create export for \(\/share\)[^\n]*\n$/);
                }
            },
        );
    });

    it("tells the kubelet once of each restart, as a success that it makes an event of, and others as a metric", async () => {
        const kubelet = new IncomingMessage(new Socket());
        kubelet.headers["user-agent"] = "kube-probe/1.35";
        let restarts: Restarts = { times: 0, last: undefined };
        await withServer(
            (socket, call) => socket.write(markRecord(readAnswer(call.readUInt32BE(), 0, canary))),
            async (target) => {
                const routes = healthRoutes({
                    exportPath: "/s",
                    canaryPath: "/canary",
                    canary,
                    target,
                    complaint: () => undefined,
                    restarts: () => restarts,
                });
                const ready = async (by: IncomingMessage) => {
                    const answer = await routes["/ready"]?.(by);
                    return [answer?.status, String(answer?.body)] as const;
                };
                assert.equal((await ready(kubelet))[0], 200);
                for (const times of [1, 2]) {
                    restarts = { times, last: "Ganesha ended by SIGKILL" };
                    assert.equal((await ready(request))[0], 200);
                    const text = `Ganesha ended by SIGKILL (${times} times since the container started)\n`;
                    assert.deepEqual(await ready(kubelet), [300, text]);
                    assert.equal((await ready(kubelet))[0], 200);
                }
                const metrics = await routes["/metrics"]?.(request);
                assert.match(String(metrics?.body), /^nfs_server_restarts_total 2$/m);
            },
        );
    });

    it("asks once for all who ask at the same time", async () => {
        let calls = 0;
        await withServer(
            (socket, call) => {
                calls++;
                socket.write(markRecord(accepted(call.readUInt32BE()).bytes()));
            },
            async (target) => {
                const routes = healthRoutes({
                    exportPath: "/s",
                    canaryPath: "/c",
                    canary,
                    target,
                    complaint: () => undefined,
                    restarts: () => ({ times: 0, last: undefined }),
                });
                const answers = await Promise.all(Array.from({ length: 5 }, () => routes["/live"]?.(request)));
                assert.deepEqual([...new Set(answers.map((a) => a?.status))], [200]);
                assert.equal(calls, 1);
            },
        );
    });
});

describe("Ganesha's log", () => {
    const line = (rest: string): string => `22/11/2026 20:32:59 : epoch 6b03517c : vm : nfs-ganesha-29[main] ${rest}`;

    it("gives its complaints, without those it always has in a pod", () => {
        const export_ = "fsal_cfg_commit :CONFIG :CRIT :Could not create export for (/share) to (/data/share)";
        assert.equal(complaintIn(line(export_)), "Could not create export for (/share) to (/data/share)");
        assert.equal(complaintIn(line("gsh_dbus_pkginit :DBUS :CRIT :dbus_bus_get failed")), undefined);
        assert.equal(complaintIn(line("__Register_program :DISP :MAJ :Cannot register NFS V4 on TCP")), undefined);
        assert.equal(complaintIn(line("nfs_start :NFS STARTUP :EVENT :NFS SERVER INITIALIZED")), undefined);
    });

    it("is passed on, and the first complaint remembered", async () => {
        const printed: string[] = [];
        const text = [line("a :FSAL :CRIT :first"), line("b :FSAL :CRIT :second")].join("\n");
        const ganesha = startGanesha(
            process.execPath,
            ["-e", `console.log(${JSON.stringify(text)}); process.exitCode = 3`],
            (l) => printed.push(l),
        );
        assert.deepEqual(await ganesha.ended, { code: 3, signal: null, misread: [], unstartable: false });
        assert.equal(printed.length, 2);
        assert.equal(ganesha.complaint(), "first");
    });

    it("ends it when it does not take its configuration as it is written, at whatever level it says so", async () => {
        const unknown = "(/etc/nfs-server/ganesha.conf:16): Unknown parameter (Blocking_Lock)";
        const lines = [
            "config_errs_to_log :CONFIG :WARN :Config File (/etc/nfs-server/ganesha.conf:3): Unknown block (NFSV5)",
            `config_errs_to_log :CONFIG :WARN :Config File ${unknown}`,
        ];
        for (const said of lines) assert.notEqual(misreadIn(line(said)), undefined);
        for (const said of [
            "load_rados_config :CONFIG :WARN :Missing RADOS URLs backend library",
            "nfs_set_param_from_conf :NFS STARTUP :EVENT :Configuration file successfully parsed",
            "client_commit :CONFIG :WARN :A protocol is specified for a CLIENT block that is not enabled, fixing up",
        ]) {
            assert.equal(misreadIn(line(said)), undefined);
        }
        const program = `console.log(${JSON.stringify(lines.map(line).join("\n"))}); setInterval(() => {}, 1000)`;
        const ganesha = startGanesha(process.execPath, ["-e", program], () => {});
        const { misread } = await ganesha.ended;
        assert.deepEqual(misread, ["(/etc/nfs-server/ganesha.conf:3): Unknown block (NFSV5)", unknown]);
        assert.equal(ganesha.complaint(), misread[0]);
    });

    it("ends with a word when there is no such program", async () => {
        const printed: string[] = [];
        const ganesha = startGanesha("/no/such/program", [], (l) => printed.push(l));
        assert.equal((await ganesha.ended).code, 127);
        assert.match(printed.join(), /cannot start .*ENOENT/);
    });

    it("does not keep it from being killed when it does not end", async () => {
        const printed: string[] = [];
        const deaf = "process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up')";
        const ganesha = startGanesha(process.execPath, ["-e", deaf], (l) => {
            printed.push(l);
            if (l === "up") ganesha.stop("SIGTERM", 100);
        });
        assert.deepEqual(await ganesha.ended, { code: null, signal: "SIGKILL", misread: [], unstartable: false });
        assert.match(printed.join(), /is killed/);
    });
});

describe("Ganesha, kept running", () => {
    const KILLED: End = { code: null, signal: "SIGKILL", misread: [], unstartable: false };

    it("is started again at once after it stayed up, later and later when it did not, and then no more", () => {
        const patience = new Patience();
        const pause = (ms: number, outOfMemory = false) => patience.after({ ms, outOfMemory });
        assert.deepEqual(
            [1, 2, 3, 4, 5, 6].map(() => pause(100)),
            [500, 1000, 2000, 4000, 8000, undefined],
        );
        for (let time = 0; time < 100; time += 1) assert.equal(pause(60_000), 0);
        assert.deepEqual([pause(60_000, true), pause(60_000, true), pause(60_000), pause(100)], [500, 1000, 0, 500]);
    });

    /** Runs one Ganesha for each of these ends, in order; the last of them for all that come after. */
    function lives(ends: readonly (End | "runs")[], kills: readonly number[] = [0]) {
        const said: string[] = [];
        let [started, asked] = [0, 0];
        const start = (): Ganesha => {
            const end = ends[Math.min(started, ends.length - 1)];
            started += 1;
            let stop = (_: NodeJS.Signals): void => {};
            const ended = new Promise<End>((resolve) => {
                if (end !== "runs" && end !== undefined) return resolve(end);
                stop = (signal) => resolve({ ...KILLED, signal });
            });
            return { pid: undefined, complaint: () => undefined, stop: (signal) => stop(signal), ended };
        };
        const kept = keepRunning({
            start,
            say: (line) => said.push(line),
            outOfMemoryKills: async () => kills[Math.min(asked++, kills.length - 1)] ?? 0,
            patience: new Patience(1),
        });
        return { kept, said, started: () => started };
    }

    it("says what ended it, in its log, as a count and as the reason why it is not ready", async () => {
        const { kept, said, started } = lives([KILLED, { ...KILLED, code: 0, signal: null }, "runs"]);
        while (started() < 3) await new Promise(setImmediate);
        assert.equal(kept.restarts().times, 2);
        assert.match(said.join("\n"), /^Ganesha ended by SIGKILL after 0 s; it is started again in [\d.]+ s$/m);
        assert.match(kept.complaint() ?? "", /^Ganesha ended by exit code 0 after 0 s, and was started again$/);
        kept.stop("SIGTERM");
        assert.equal(await kept.ended, 128 + 15);
    });

    it("says that memory was used up when that is why it was killed", async () => {
        const { kept, started } = lives([KILLED, "runs"], [2, 3]);
        while (started() < 2) await new Promise(setImmediate);
        assert.equal(kept.restarts().times, 1);
        assert.match(kept.complaint() ?? "", /killed because the container's memory was used up/);
        kept.stop("SIGTERM");
        await kept.ended;
    });

    it("ends the container, as a failure that says so, when it does not stay up", async () => {
        const { kept, said, started } = lives([{ ...KILLED, code: 0, signal: null }]);
        assert.deepEqual([await kept.ended, started()], [1, 6]);
        assert.match(said.at(-1) ?? "", /for the 6th time soon after its start: it does not stay up$/);
    });

    it("is not started again when it can't be, or does not take its configuration", async () => {
        const misread = lives([{ ...KILLED, misread: ["(a:1): Unknown block (B)"] }]);
        assert.deepEqual([await misread.kept.ended, misread.started()], [1, 1]);
        assert.match(misread.said.join(), /does not take its configuration as it is written: \(a:1\)/);
        const unstartable = lives([{ ...KILLED, code: 127, signal: null, unstartable: true }]);
        assert.deepEqual([await unstartable.kept.ended, unstartable.started()], [127, 1]);
    });

    it("is not started again when it was told to end, also between two lives", async () => {
        const patient = lives([KILLED]);
        patient.kept.stop("SIGTERM");
        await patient.kept.ended;
        assert.ok(patient.started() <= 1);
    });
});

describe("the server's volume", () => {
    const mountinfo = [
        "100 99 0:50 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/a - b",
        "101 100 0:51 / /proc rw - proc proc rw",
        "102 100 98:0 /var/lib/local-path/pvc-1 /data rw,relatime - ext4 /dev/root rw",
        "103 100 0:60 / /data\\040two rw - tmpfs tmpfs rw",
    ].join("\n");

    it("is found in the table of mounts", () => {
        const mounts = parseMountinfo(mountinfo);
        assert.deepEqual(mountOf("/data", mounts), { point: "/data", type: "ext4" });
        assert.deepEqual(mountOf("/data/share", mounts), { point: "/data", type: "ext4" });
        assert.deepEqual(mountOf("/data two", mounts), { point: "/data two", type: "tmpfs" });
        assert.deepEqual(mountOf("/database", mounts), { point: "/", type: "overlay" });
    });

    it("is the last of several that are mounted on one place", () => {
        const twice = parseMountinfo(`${mountinfo}\n104 102 0:70 / /data rw - xfs /dev/sdb rw`);
        assert.equal(mountOf("/data", twice)?.type, "xfs");
    });

    it("is refused when it is the container's own file system or memory, with the reason and what to do", () => {
        const mounts = parseMountinfo(mountinfo);
        assert.equal(unfitVolume("/data", mountOf("/data", mounts)), undefined);
        assert.match(unfitVolume("/srv", mountOf("/srv", mounts)) ?? "", /overlay.*cannot export.*mount a volume/);
        assert.match(unfitVolume("/data two", mountOf("/data two", mounts)) ?? "", /in memory/);
        assert.match(unfitVolume("/data", undefined) ?? "", /no mount/);
    });
});

describe("the server's settings", () => {
    it("are read from the environment", () => {
        assert.deepEqual(settingsFrom({ EXPORT_PATH: "/a/b", SQUASH_UID: "10001", SQUASH_GID: "0" }), {
            exportPath: "/a/b",
            squashUid: 10001,
            squashGid: 0,
        });
    });

    it("are reported all together when they are wrong", () => {
        fc.assert(
            fc.property(
                fc.constantFrom(undefined, "", "share", "/"),
                fc.constantFrom("", "-1", "x", "1e3"),
                (path, id) => {
                    assert.throws(
                        () => settingsFrom({ EXPORT_PATH: path, SQUASH_UID: id, SQUASH_GID: id }),
                        /EXPORT_PATH is .*\n.*SQUASH_UID is .*\n.*SQUASH_GID is /,
                    );
                },
            ),
        );
    });
});
