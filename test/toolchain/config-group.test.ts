// Policies see what a chart makes: objects of its text, as `helm template` prints
// it, through Pulumi's own ConfigGroup, which Pulumi's plugin turns into
// resources.
import assert from "node:assert/strict";
import { join } from "node:path";
import { policyConfiguration } from "../../commands/policy-profile";
import { testKubeconfig } from "./kubernetes-fixture";
import { Project, type Result } from "./project";

const PROGRAM = `
import * as fs from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const provider = new k8s.Provider("cluster", { kubeconfig: new pulumi.Config().require("kubeconfig") });
new k8s.yaml.v2.ConfigGroup("chart", { yaml: fs.readFileSync("rendered.yaml", "utf8") }, { providers: [provider] });
`;

/** A notebook server with homes on a filer, with the comments and labels that Helm leaves. */
const rendered = (mountOptions: string): string => `---
# Source: notebooks/templates/volume.yaml
apiVersion: v1
kind: PersistentVolume
metadata:
  name: notebooks-homes
  labels:
    helm.sh/chart: notebooks-1.4.2
    app.kubernetes.io/managed-by: Helm
spec:
  capacity: { storage: 10Gi }
  accessModes: [ReadWriteMany]
  storageClassName: ""
  persistentVolumeReclaimPolicy: Retain
  claimRef: { namespace: default, name: notebooks-homes }
  mountOptions: ${mountOptions}
  nfs:
    server: "192.0.2.20"
    path: /srv/homes
---
# Source: notebooks/templates/claim.yaml
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: notebooks-homes
  namespace: default
  labels:
    helm.sh/chart: notebooks-1.4.2
    app.kubernetes.io/managed-by: Helm
spec:
  accessModes: [ReadWriteMany]
  storageClassName: ""
  volumeName: notebooks-homes
  resources:
    requests:
      storage: 10Gi
`;

describe("policies, of what a ConfigGroup makes", function () {
    this.timeout(300_000);
    let project: Project;
    before(async () => {
        project = await Project.make({ "index.ts": PROGRAM });
        await project.configure({ kubeconfig: testKubeconfig() });
    });
    after(() => project?.remove());

    async function judged(mountOptions: string): Promise<Result> {
        await project.write({ "rendered.yaml": rendered(mountOptions) });
        const pack = join(__dirname, "../../policies/all");
        return project.preview("--policy-pack", pack, "--policy-pack-config", policyConfiguration("storage-only"));
    }

    it("have nothing against a chart that is right", async () => {
        const { code, text } = await judged("[hard, nfsvers=4.1]");
        assert.equal(code, 0, text);
        assert.match(text, /kubernetes:core\/v1:PersistentVolumeClaim/);
        assert.doesNotMatch(text, /\[mandatory\]/);
        for (const said of text.split("\n").filter((line) => line.includes("[advisory]"))) {
            assert.match(said, /Not judged yet: /);
        }
    });

    it("name the object of a chart that is wrong", async () => {
        const { code, text } = await judged("[soft, nfsvers=4.1]");
        assert.notEqual(code, 0);
        assert.match(text, /\[mandatory\].* nfs-mounts-are-hard .*chart:notebooks-homes/);
    });
});
