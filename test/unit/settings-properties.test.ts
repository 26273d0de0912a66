// Whatever the configuration says: either a stack whose every text is what was
// meant, or one error that says all that is wrong and where it is changed.
import assert from "node:assert/strict";
import { serverPod } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import type { NfsStorageStackArgs } from "../../components";
import { NfsStorageStack } from "../../components";
import { type GaneshaOptions, ganeshaConfig, ganeshaNfs4Config } from "../../components/ganesha-config";
import { ConfigurationError, parseSettings, type Settings } from "../../settings";
import { isKey } from "../../settings/keys";
import { NAMESPACE } from "../../settings/namespace";
import { changeCommand } from "../../settings/problem";
import { managed, ready } from "../components/cluster";
import { environment, named } from "../components/named";
import { provision } from "../harness/engine";
import { clients, exportsOf, only, parse, setting, shape } from "../harness/ganesha-language";
import { anySettings, rightSettings, trickySettings } from "../harness/raw-settings";

const STACK = "dev";

/** The configuration that the stack's own server gets; undefined where somebody else runs it. */
function serverOptions({ server, identity }: NfsStorageStackArgs): GaneshaOptions | undefined {
    if (!("clientNetworks" in server)) return undefined;
    assert.ok(identity && server.exportPath !== undefined);
    const { exportPath, clientNetworks, graceSeconds, leaseSeconds } = server;
    return { exportPath, clientNetworks, squashUid: identity.uid, squashGid: identity.gid, graceSeconds, leaseSeconds };
}

/** Every block, with its directives: what all servers have, however they are configured. */
const access = ["Access_Type", "Protocols", "Transports", "SecType", "Squash", "Anonymous_Uid", "Anonymous_Gid"];
const vfs = ["FSAL", ["Name"], []];
const expected = [
    "",
    [],
    [
        [
            "NFS_CORE_PARAM",
            [
                "NFS_Port",
                "Protocols",
                "Enable_NLM",
                "Enable_RQUOTA",
                "Enable_UDP",
                "fsid_device",
                "allow_set_io_flusher_fail",
            ],
            [],
        ],
        [
            "NFSv4",
            [
                "Minor_Versions",
                "Server_Owner",
                "Server_Scope",
                "Grace_Period",
                "Lease_Lifetime",
                "RecoveryBackend",
                "RecoveryRoot",
                "Only_Numeric_Owners",
                "Delegations",
                "Blocking_Locks",
            ],
            [],
        ],
        ["EXPORT_DEFAULTS", access, []],
        ["EXPORT", ["Export_Id", "Path", "Pseudo", "Filesystem_Id", ...access], [vfs]],
        ["EXPORT", ["Export_Id", "Path", "Pseudo", "Filesystem_Id", "Access_Type"], [vfs]],
        ["NFS_KRB5", ["Active_krb5"], []],
        ["LOG", ["Default_Log_Level"], [["Components", ["DBUS"], []]]],
    ],
];

/** Every block and every directive as always, every value where it belongs. */
function judgeServer(options: GaneshaOptions): void {
    const nfs4 = ganeshaNfs4Config(options, "1f0c9a52-7d1e-4c1b-9f53-2a6a0f5e8c11");
    const config = parse(ganeshaConfig(options), { [serverPod.nfs4ConfigPath]: nfs4 });
    assert.deepEqual(shape(config), expected);
    const [share, canary] = exportsOf(config);
    assert.ok(share && canary);
    assert.equal(setting(share, "Pseudo"), options.exportPath);
    assert.equal(setting(share, "Anonymous_Uid"), String(options.squashUid));
    assert.equal(setting(share, "Anonymous_Gid"), String(options.squashGid));
    const networks = [...new Set(options.clientNetworks)].map((network) => `${network} RW`);
    assert.deepEqual(clients(share), ["127.0.0.1 RO", ...networks]);
    assert.deepEqual(clients(canary), ["127.0.0.1 RO"]);
    const times = only(config, "NFSv4");
    assert.equal(setting(times, "Grace_Period"), String(options.graceSeconds));
    assert.equal(setting(times, "Lease_Lifetime"), String(options.leaseSeconds));
}

/** A visible character, or a line's end where the message itself puts one. */
const plainText = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;

function judgeError(error: ConfigurationError, raw: Readonly<Record<string, string>>): void {
    const { problems, message } = error;
    assert.ok(problems.length > 0);
    for (const problem of problems) {
        assert.ok(problem.allowed.length > 10, JSON.stringify(problem));
        // What is in quotes was given.
        const own = problem.allowed.replace(/"(?:\\.|[^"\\])*"/g, "");
        assert.doesNotMatch(own, /\[object|native code|undefined|NaN/, "words of a program");
        assert.ok(Object.hasOwn(raw, problem.key) || isKey(problem.key), `${problem.key} is neither given nor a key`);
        assert.ok(message.includes(changeCommand({ namespace: NAMESPACE, stack: STACK }, problem)), problem.key);
    }
    assert.equal(new Set(problems.map(({ key }) => key)).size, problems.length, "a key is reported twice");
    assert.ok(message.includes(`Pulumi.${STACK}.yaml`));
    // Two lines for each problem, one before and one after: no value or key adds one.
    const lines = message.split("\n");
    assert.equal(lines.length, 2 * problems.length + 2);
    for (const line of lines) assert.match(line, plainText);
    const password = problems.find(({ key }) => key === "registryPassword")?.given;
    assert.ok(password === undefined || password === "…", "the password is shown");
}

function judge(raw: Readonly<Record<string, string>>): Settings | undefined {
    try {
        const settings = parseSettings(raw, STACK);
        const options = serverOptions(settings.stack);
        if (options) judgeServer(options);
        assert.ok(Object.keys(raw).every(isKey), "an unknown key was taken");
        return settings;
    } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        judgeError(error, raw);
        return undefined;
    }
}

describe("settings, whatever they are,", function () {
    this.timeout(60_000);

    it("make a server that is configured as meant, or an error that says all: 10,000 of them", () => {
        const seen = { taken: 0, servers: 0, refused: 0 };
        fc.assert(
            fc.property(anySettings, (raw) => {
                const settings = judge(raw);
                if (!settings) seen.refused++;
                else if (serverOptions(settings.stack)) seen.servers++;
                else seen.taken++;
            }),
            { numRuns: 10_000 },
        );
        // Else the test would be about nothing.
        assert.ok(seen.servers > 1_000 && seen.taken > 100 && seen.refused > 2_000, JSON.stringify(seen));
    });

    it("make the same of what is known to be tricky", () => {
        for (const raw of trickySettings) judge(raw);
    });

    it("make a whole stack when they are right, in which every text that people wrote is only a text", async () => {
        let made = 0;
        await fc.assert(
            fc.asyncProperty(rightSettings, async (raw) => {
                const settings = judge(raw);
                if (!settings) return;
                // Building images is another matter, and takes its time.
                const { clientImage } = managed;
                const server = {
                    ...settings.stack.server,
                    ...("image" in settings.stack.server && { image: clientImage }),
                };
                const got = await provision(
                    () => void new NfsStorageStack("nfs", { ...settings.stack, clientImage, server }),
                    { project: NAMESPACE, outputs: ready },
                );
                made++;
                const writer = named(got, "kubernetes:apps/v1:StatefulSet", "nfs-writer");
                // As Kubernetes reads it.
                const message = String(environment(writer, "spec.template.spec").MESSAGE).replaceAll("$$", "$");
                assert.equal(message, settings.stack.writer?.message);
            }),
            { numRuns: 40 },
        );
        assert.ok(made > 5, `${made} stacks`);
    });
});
