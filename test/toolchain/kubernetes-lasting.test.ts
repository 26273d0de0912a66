// The fallback plugin "kubernetes" and refusals that stand: it gives up on them
// in seconds, with the cluster's own words. The refusals are real: the nodes'
// kernel, admission and the volume controller say them. All are waited for at
// the same time, because each takes as long as it takes to be sure.
import assert from "node:assert/strict";
import type { Obj } from "../../embedded/toolchain/plugin/values";
import {
    create,
    driven,
    inFreshNamespace,
    initFailed,
    makeNamespace,
    mergePatch,
    NFS,
    object,
    remove,
} from "./kubernetes-fixture";
import { shellImage } from "./shell-image";

/** Far more than is needed, and less than what it is waited for otherwise. */
const SECONDS = 150;
const WITHIN_MS = 60_000;

interface Refused {
    text: string;
    /** The first line, which is what a person reads first. */
    first: string;
    ms: number;
}

describe("fallback plugin kubernetes, refused for good", function () {
    this.timeout(180_000);
    const here = inFreshNamespace();
    const { namespace } = here;
    const refused = new Map<string, Refused>();
    const leftovers: (() => Promise<unknown>)[] = [];

    const classless = { storageClassName: "", accessModes: ["ReadWriteMany"] };
    const claim = (name: string, volumeName: string): Obj =>
        object(
            "v1",
            "PersistentVolumeClaim",
            { namespace, name },
            { spec: { ...classless, volumeName, resources: { requests: { storage: "1Gi" } } } },
        );
    /** A volume is the whole cluster's: its name has the namespace's in it. */
    const nameOf = (name: string): string => `${namespace}-${name}`;
    async function volume(name: string, spec: Obj = {}): Promise<void> {
        const plugin = driven();
        const whole = { ...NFS, ...classless, persistentVolumeReclaimPolicy: "Retain", ...spec };
        const made = await create(
            plugin,
            "core/v1:PersistentVolume",
            object("v1", "PersistentVolume", { name: nameOf(name) }, { spec: whole }),
        );
        leftovers.push(() => remove(plugin, "core/v1:PersistentVolume", made));
    }
    async function refusal(name: string, type: string, wanted: Obj): Promise<void> {
        const start = performance.now();
        const { message, reasons } = await initFailed(create(driven(), type, wanted, SECONDS));
        const ms = performance.now() - start;
        refused.set(name, { text: [message, ...reasons].join("\n"), first: message.split("\n")[0] ?? "", ms });
    }
    /** Of pods that would run. */
    function workload(kind: "StatefulSet" | "Deployment", name: string, spec: Obj): Obj {
        const labels = { app: name };
        const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, ...spec } };
        const more = kind === "StatefulSet" ? { serviceName: "none", podManagementPolicy: "Parallel" } : {};
        return object(
            "apps/v1",
            kind,
            { namespace, name },
            { spec: { replicas: 1, selector: { matchLabels: labels }, template, ...more } },
        );
    }

    before(async () => {
        const image = await shellImage();
        const main = { name: "main", image, command: ["/bin/sh", "-c", "sleep 3600"] };
        await mergePatch(here.api, `/api/v1/namespaces/${namespace}`, {
            metadata: { labels: { "pod-security.kubernetes.io/enforce": "baseline" } },
        });
        const hard = { "requests.memory": "32Mi" };
        const quota = object("v1", "ResourceQuota", { name: "small", namespace }, { spec: { hard } });
        await here.api.ask(`/api/v1/namespaces/${namespace}/resourcequotas`, { method: "POST", body: quota });

        await volume("options", { mountOptions: ["nfsvers=4.2", "nosuchoption"] });
        await volume("theirs", { claimRef: { namespace: "default", name: "theirs" } });
        await volume("released", { claimRef: { namespace, name: "released" } });
        const uid = "00000000-0000-0000-0000-000000000001";
        await mergePatch(here.api, `/api/v1/persistentvolumes/${nameOf("released")}`, { spec: { claimRef: { uid } } });
        const small = { requests: { memory: "1Mi" } };
        const plugin = driven();
        await create(plugin, "core/v1:PersistentVolumeClaim", claim("options", nameOf("options")));
        const mounting = {
            containers: [{ ...main, resources: small, volumeMounts: [{ name: "share", mountPath: "/share" }] }],
            volumes: [{ name: "share", persistentVolumeClaim: { claimName: "options" } }],
        };
        await Promise.all([
            refusal("mount", "apps/v1:StatefulSet", workload("StatefulSet", "mount", mounting)),
            refusal(
                "security",
                "apps/v1:StatefulSet",
                workload("StatefulSet", "security", {
                    containers: [{ ...main, resources: small, securityContext: { privileged: true } }],
                }),
            ),
            refusal("quota", "apps/v1:Deployment", workload("Deployment", "quota", { containers: [main] })),
            refusal("theirs", "core/v1:PersistentVolumeClaim", claim("theirs", nameOf("theirs"))),
            refusal("released", "core/v1:PersistentVolumeClaim", claim("released", nameOf("released"))),
        ]);
    });
    after(async () => {
        for (const kind of ["statefulsets", "deployments"]) {
            await here.api.ask(`/apis/apps/v1/namespaces/${namespace}/${kind}`, { method: "DELETE" });
        }
        for (const name of ["options", "theirs", "released"]) {
            const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
            await here.api.ask(path, { method: "DELETE" }).catch(() => {});
        }
        for (const tidy of leftovers) await tidy();
    });

    function says(name: string, ...facts: RegExp[]): void {
        const { text, first, ms } = refused.get(name) ?? assert.fail(`${name} was not refused`);
        assert.ok(ms < WITHIN_MS, `${name} took ${Math.round(ms / 1000)} s`);
        assert.match(first, /is not ready: gave up, because this does not mend itself: /);
        for (const fact of facts) assert.match(first, fact, text);
    }

    it("gives up on a mount that the node refuses, and says what mount was asked and what it said", () => {
        says(
            "mount",
            /StatefulSet \S+\/mount .*Pod mount-0: MountVolume\.SetUp failed for volume "\S+-options"/,
            /mount\.nfs: .*incorrect mount option.* \(mount -t nfs -o \S*nosuchoption\S* 192\.0\.2\.1:\/x\)/,
        );
    });
    it("gives up on a pod that pod security refuses, and says by which rule", () => {
        says("security", /pods "security-0" is forbidden: violates PodSecurity "baseline:latest": privileged/);
    });
    it("gives up on a pod without what a quota demands of it, and says which", () => {
        says("quota", /Deployment \S+\/quota .*failed quota: small: must specify requests\.memory for: main/);
    });
    it("gives up on a claim whose volume is another's, and says whose", () => {
        says("theirs", /to be bound to PersistentVolume \S+-theirs.* is for PersistentVolumeClaim default\/theirs/);
    });
    it("gives up on a claim whose volume was another's before, and says how to take it back", () => {
        says("released", /\S+-released was bound to a claim of this name that is gone.*kubectl patch pv \S+-released /);
    });

    it("makes nothing in a namespace that is being deleted, nor one of its name, and says what holds it", async () => {
        const name = `${namespace}-ending`;
        await makeNamespace(here.api, name);
        const hold = { namespace: name, name: "hold", finalizers: ["example.com/hold"] };
        await create(driven(), "core/v1:ConfigMap", object("v1", "ConfigMap", hold));
        const path = `/api/v1/namespaces/${name}`;
        await here.api.ask(path, { method: "DELETE" });
        try {
            const late = create(
                driven(),
                "core/v1:ConfigMap",
                object("v1", "ConfigMap", { namespace: name, name: "late" }),
            );
            await assert.rejects(late, /because it is being terminated\n?.*Run the same command again when/s);
            const again = create(driven(), "core/v1:Namespace", object("v1", "Namespace", { name }));
            await assert.rejects(
                again,
                /Namespace \S+-ending cannot be made: one of that name is being deleted.*not gone/,
            );
        } finally {
            await mergePatch(here.api, `${path}/configmaps/hold`, { metadata: { finalizers: null } });
        }
    });
});
