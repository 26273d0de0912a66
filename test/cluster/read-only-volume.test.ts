// What makes a mount of NFS read-only: not `nfs.readOnly` of a PersistentVolume,
// which the policy written-share-is-read-elsewhere rests on. Shown with a volume
// beside the stack's own, of the same export.
import assert from "node:assert/strict";
import type { StackOutputs } from "../../outputs";
import { broughtUp, ownInstance } from "./instance";

const own = ownInstance("read-only");
const NAME = "said-to-be-read-only";

describe("a PersistentVolume with nfs.readOnly", () => {
    broughtUp(own);
    let outputs: StackOutputs;
    before(async () => {
        await own.makes("up");
        outputs = JSON.parse((await own.makes("outputs")).stdout) as StackOutputs;
        const { server, volume } = outputs;
        const common = { accessModes: ["ReadWriteMany"], storageClassName: "" };
        await create(
            {
                apiVersion: "v1",
                kind: "PersistentVolume",
                metadata: { name: NAME },
                spec: {
                    ...common,
                    capacity: { storage: "1Mi" },
                    claimRef: { namespace: volume.namespace, name: NAME },
                    nfs: { server: server.address, path: server.path, readOnly: true },
                    mountOptions: volume.mountOptions,
                },
            },
            {
                apiVersion: "v1",
                kind: "PersistentVolumeClaim",
                metadata: { name: NAME, namespace: volume.namespace },
                spec: { ...common, volumeName: NAME, resources: { requests: { storage: "1Mi" } } },
            },
        );
    });

    const create = (...items: object[]): Promise<string> =>
        own.kubectl(["create", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));

    /** What a pod says that tries to write through the claim. */
    async function written(name: string, readOnly: boolean): Promise<string> {
        const { volume, writer } = outputs;
        await create({
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name, namespace: volume.namespace },
            spec: {
                restartPolicy: "Never",
                automountServiceAccountToken: false,
                securityContext: {
                    runAsNonRoot: true,
                    runAsUser: 4242,
                    runAsGroup: 4242,
                    seccompProfile: { type: "RuntimeDefault" },
                },
                containers: [
                    {
                        name: "try",
                        image: writer.image,
                        command: [
                            "node",
                            "-e",
                            `try { require("fs").writeFileSync("/data/${name}", "x"); console.log("written"); } catch (e) { console.log(e.code); }`,
                        ],
                        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                        volumeMounts: [{ name: "data", mountPath: "/data" }],
                    },
                ],
                volumes: [{ name: "data", persistentVolumeClaim: { claimName: NAME, readOnly } }],
            },
        });
        await own.kubectl([
            "wait",
            "-n",
            volume.namespace,
            `pod/${name}`,
            "--for=jsonpath={.status.phase}=Succeeded",
            "--timeout=120s",
        ]);
        return (await own.kubectl(["logs", "-n", volume.namespace, name])).trim();
    }

    it("can be written to by a pod that does not say readOnly itself", async () => {
        assert.equal(await written("writes", false), "written");
    });

    it("can't by one whose own volume says it", async () => {
        assert.equal(await written("reads", true), "EROFS");
    });
});
