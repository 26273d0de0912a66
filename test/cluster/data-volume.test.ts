// The volume behind the share over the years: it grows in use, with pods of
// other people on the share; what can't be is refused; and it can be lost.
import assert from "node:assert/strict";
import { ReaderStatus } from "../../contract/src";
import type { StackOutputs } from "../../outputs";
import { broughtUp, ownInstance } from "./instance";

const own = ownInstance("data-volume");
const { make, makes, kubectl } = own;

/** Of an object, by a path such as .status.capacity.storage. */
const field = (path: string, ...object: string[]): Promise<string> =>
    kubectl(["get", ...object, "-o", `jsonpath={${path}}`]);

describe("the volume behind the share", () => {
    broughtUp(own);
    let out: StackOutputs;
    let server: string[];
    let claim: string[];
    before(async () => {
        await makes("up");
        out = JSON.parse((await makes("outputs")).stdout) as StackOutputs;
        server = ["-n", out.server.namespace ?? "", "pod", "nfs-server-0"];
        claim = ["-n", out.server.namespace ?? "", "pvc", "nfs-server-data"];
    });

    const shareSizes = (): Promise<string[]> =>
        Promise.all([
            field(".spec.capacity.storage", "pv", out.volume.persistentVolume),
            field(".status.capacity.storage", "pvc", "-n", out.volume.namespace, out.volume.claim),
        ]);
    const hasSize = (size: string): Promise<string> =>
        kubectl([
            "wait",
            ...claim.slice(0, 2),
            "pvc/nfs-server-data",
            `--for=jsonpath={.status.capacity.storage}=${size}`,
        ]);
    /** MiB that somebody sees who has the share mounted. */
    const roomSeen = async (): Promise<number> => {
        const said = await kubectl(["exec", "-n", out.volume.namespace, "somebody", "--", "df", "-m", "/share"]);
        return Number(said.trim().split("\n").at(-1)?.split(/\s+/)[1]);
    };

    it("grows in place, with the server running and pods of others on the share", async () => {
        const { volume, writer } = out;
        await kubectl(
            ["create", "-f", "-"],
            JSON.stringify({
                apiVersion: "v1",
                kind: "Pod",
                metadata: { name: "somebody", namespace: volume.namespace },
                spec: {
                    automountServiceAccountToken: false,
                    terminationGracePeriodSeconds: 1,
                    securityContext: {
                        runAsNonRoot: true,
                        runAsUser: 10001,
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    containers: [
                        {
                            name: "main",
                            image: writer.image,
                            command: ["sh", "-c", "while echo line >> /share/somebody; do sleep 0.05; done"],
                            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                            volumeMounts: [{ name: "share", mountPath: "/share" }],
                        },
                    ],
                    volumes: [{ name: "share", persistentVolumeClaim: { claimName: volume.claim } }],
                },
            }),
        );
        await kubectl(["wait", "-n", volume.namespace, "pod/somebody", "--for=condition=Ready", "--timeout=120s"]);
        const identity = (): Promise<string[]> =>
            Promise.all([
                field(".metadata.uid", ...server),
                field(".metadata.uid", ...claim),
                field(".metadata.uid", "-n", volume.namespace, "pod", "nfs-writer-0"),
                field(".status.containerStatuses[0].restartCount", ...server),
                field(".status.containerStatuses[0].restartCount", "-n", volume.namespace, "pod", "somebody"),
            ]);
        const [before, room] = [await identity(), await roomSeen()];
        const { output } = await makes("up", { SETTINGS: "{capacity: 2Gi}" });
        assert.match(output, /goes on saying 1Gi, while its volume says 2Gi: pods use it: somebody\./);
        await hasSize("2Gi");
        assert.deepEqual(await identity(), before, "nothing was made anew, or ended");
        assert.ok((await roomSeen()) > room + 1000, `${await roomSeen()} MiB after ${room}`);
        assert.deepEqual(await shareSizes(), ["2Gi", "1Gi"]);
        assert.equal(await field(".status.phase", "-n", volume.namespace, "pod", "somebody"), "Running");
    });

    it("is not made smaller: that is said before anything is done", async () => {
        const { code, output } = await make("up", { SETTINGS: "{capacity: 1Gi}" });
        assert.notEqual(code, 0);
        assert.match(output, /capacity is "1Gi": .* has 2Gi, and Kubernetes makes no volume smaller/);
        assert.match(output, /pulumi config set nfs-storage-stack:capacity 2Gi --stack dev/);
        assert.deepEqual(await shareSizes(), ["2Gi", "1Gi"]);
    });

    it("says so when there is not that much, and takes a smaller wish afterwards", async () => {
        // Nobody else uses the claim any more, so that it says what its volume says.
        await kubectl(["delete", "pod", "-n", out.volume.namespace, "somebody"]);
        const { output } = await makes("up", { SETTINGS: "{capacity: 900Gi}" });
        assert.match(
            output,
            /the volume behind the share has 2Gi, and is to have 900Gi: .* can't\. kubectl describe pvc/,
        );
        const events = await kubectl([
            "get",
            "events",
            ...claim.slice(0, 2),
            "--field-selector=reason=VolumeResizeFailed",
        ]);
        assert.match(events, /bytes left, and the volume needs \d+ more/);
        assert.deepEqual(await shareSizes(), ["900Gi", "900Gi"]);
        await makes("up", { SETTINGS: "{capacity: 2050Mi}" });
        await hasSize("2050Mi");
        assert.deepEqual(await shareSizes(), ["2050Mi", "2050Mi"]);
    });

    it("can be lost: the next up makes a new one, and everybody who had the old one mounted is made anew", async () => {
        await kubectl(["delete", ...claim, "--wait=false"]);
        const refused = await make("up", { SETTINGS: "{capacity: 2050Mi}" });
        assert.notEqual(refused.code, 0);
        assert.match(refused.output, /holds the data of the share, is being deleted: its data goes with it/);
        await kubectl(["delete", ...server]);
        await kubectl(["wait", ...claim.slice(0, 2), "pvc/nfs-server-data", "--for=delete", "--timeout=60s"]);
        const { output } = await makes("up");
        assert.match(output, /passed: \d+ records of this revision/);
        const status = ReaderStatus.parse(
            JSON.parse(
                await kubectl([
                    ...["get", "--raw"],
                    `/api/v1/namespaces/${out.readers.namespace}/services/${out.readers.service}:8080/proxy/status.json`,
                ]),
            ),
        );
        assert.equal(status.verdict, "fresh");
        assert.deepEqual(await shareSizes(), ["1Gi", "1Gi"]);
    });
});
