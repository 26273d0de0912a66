// How Pulumi's own Kubernetes plugin replaces objects: in which order, and with
// pods that really use what is replaced.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import type { Api } from "./api";
import { destroy, good, inOrder, program, resourceOf, type Wanted, workbench } from "./kubernetes-program";
import { shellImage } from "./shell-image";

describe("a program on Pulumi's own Kubernetes plugin, replacing", function () {
    this.timeout(240_000);
    const { project, namespace: made, cluster } = workbench();
    let api: Api;
    let image: string;
    before(async () => {
        api = cluster();
        image = await shellImage();
    });

    const bound = (namespace: string, folder: string): Wanted[] => {
        const name = `${namespace}-volume`;
        const size = { accessModes: ["ReadWriteMany"], storageClassName: "" };
        const mounts = { volumeMounts: [{ name: "share", mountPath: "/share" }] };
        const command = ["/bin/sh", "-c", "echo $HOSTNAME > /share/user; while true; do sleep 1; done"];
        const pod = {
            terminationGracePeriodSeconds: 1,
            containers: [{ name: "main", image, command, ...mounts }],
            volumes: [{ name: "share", persistentVolumeClaim: { claimName: "@claim.metadata.name" } }],
        };
        const labels = { app: "user" };
        return [
            {
                type: "core/v1/PersistentVolume",
                name: "volume",
                args: {
                    metadata: { name },
                    spec: {
                        ...size,
                        capacity: { storage: "1Gi" },
                        claimRef: { namespace, name: "claim" },
                        hostPath: { path: `/tmp/${namespace}/${folder}`, type: "DirectoryOrCreate" },
                    },
                },
                options: { deleteBeforeReplace: true, replaceOnChanges: ["spec"] },
            },
            {
                type: "core/v1/PersistentVolumeClaim",
                name: "claim",
                args: {
                    metadata: { namespace, name: "claim" },
                    spec: { ...size, volumeName: "@volume.metadata.name", resources: { requests: { storage: "1Gi" } } },
                },
                options: { deleteBeforeReplace: true, replaceOnChanges: ["spec"] },
            },
            {
                type: "apps/v1/StatefulSet",
                name: "user",
                args: {
                    metadata: { namespace, name: "user" },
                    spec: {
                        serviceName: "none",
                        selector: { matchLabels: labels },
                        template: { metadata: { labels }, spec: pod },
                    },
                },
                options: { deleteBeforeReplace: true, dependsOn: ["claim"] },
            },
        ];
    };

    it("deletes the Pods and the claim before the volume that they use, and makes all three again", async () => {
        const namespace = await made();
        const objects = async (): Promise<Obj[]> => [
            await api.ask(`/api/v1/persistentvolumes/${namespace}-volume`),
            await api.ask(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/claim`),
            await api.ask(`/api/v1/namespaces/${namespace}/pods/user-0`),
        ];
        const stack = await project(program(bound(namespace, "one")));
        good(await stack.up());
        const before = await objects();

        await stack.write(program(bound(namespace, "two")));
        const text = good(await stack.up());
        inOrder(
            text,
            ...["user", "claim", "volume"].map((name) => `${name} deleted original`),
            ...["volume", "claim", "user"].map((name) => `${name} created replacement`),
        );

        const [volume, claim, pod] = await objects();
        assert.deepEqual([volume?.spec.hostPath.path, claim?.status.phase], [`/tmp/${namespace}/two`, "Bound"]);
        assert.equal(volume?.spec.claimRef.uid, claim?.metadata.uid, "bound to the new claim, not to the one before");
        for (const [index, one] of [volume, claim, pod].entries()) {
            assert.notEqual(one?.metadata.uid, before[index]?.metadata.uid);
        }
        assert.equal(pod?.status.phase, "Running");
        good(await destroy(stack));
    });

    it("deletes first what has a given name, and last what has a name that was made up or is elsewhere now", async () => {
        const [namespace, other] = [await made(), await made()];
        const resources = (data: string, elsewhere: string): Wanted[] => [
            {
                type: "core/v1/ConfigMap",
                name: "given",
                args: { metadata: { namespace, name: "given" }, data: { data } },
            },
            {
                type: "core/v1/ConfigMap",
                name: "derived",
                args: { metadata: { namespace }, data: { data } },
            },
            {
                type: "core/v1/ConfigMap",
                name: "moved",
                args: { metadata: { namespace: elsewhere, name: "moved" } },
            },
        ];
        const stack = await project(program(resources("one", namespace)));
        good(await stack.up());
        const { id } = await resourceOf(stack, "derived");
        assert.match(id, /\/derived-[0-9a-f]{8}$/);

        await stack.write(program(resources("two", other)));
        const text = good(await stack.up());
        inOrder(text, "given deleted original", "given created replacement");
        inOrder(text, "derived created replacement", "derived deleted original");
        inOrder(text, "moved created replacement", "moved deleted original");
        const now = await resourceOf(stack, "derived");
        assert.notEqual(now.id, id);
        assert.match(now.id, /\/derived-[0-9a-f]{8}$/);
        assert.equal((await resourceOf(stack, "moved")).id, `${other}/moved`);
        good(await destroy(stack));
    });
});
