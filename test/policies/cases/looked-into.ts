// The pack `visibility`: what the policies say that they do not look into. See
// index.ts beside this file.
import * as kubernetes from "@pulumi/kubernetes";
import { deployment, good, pair } from "../stacks";
import type { PolicyCases } from "./types";

const custom = (apiVersion: string, kind: string, spec: object, name = "custom") =>
    new kubernetes.apiextensions.CustomResource(name, { apiVersion, kind, metadata: { namespace: "web" }, spec });
const says = (kind: string): RegExp =>
    new RegExp(`^Not judged: what .* make: kinds .*${kind}.* can't be looked into`, "m");
const advised = (what: string, program: () => void, kind: string) => ({
    what,
    program,
    preview: false,
    says: says(kind),
});

export const lookedIntoCases: Record<string, PolicyCases> = {
    "everything-is-looked-into": {
        violates: [],
        complies: [],
        unknown: [
            advised(
                "has a release of a chart",
                () => void new kubernetes.helm.v3.Release("web", { chart: "wordpress" }),
                "Release \\(helm\\.sh\\)",
            ),
            advised(
                "has a Rollout",
                () => void custom("argoproj.io/v1alpha1", "Rollout", { template: { spec: { containers: [] } } }),
                "Rollout \\(argoproj\\.io\\)",
            ),
            advised(
                "has a database of an operator, and another one",
                () => {
                    custom("postgresql.cnpg.io/v1", "Cluster", { instances: 3, storage: { size: "1Gi" } });
                    custom("kubeflow.org/v1", "Notebook", { team: "a", server: { replicas: 1 } }, "other");
                },
                "Cluster \\(postgresql\\.cnpg\\.io\\) and Notebook",
            ),
            advised(
                "has a patch of a workload",
                () =>
                    void new kubernetes.apps.v1.DeploymentPatch("patch", {
                        metadata: { name: "app" },
                        spec: { template: { spec: { containers: [] } } },
                    } as never),
                "DeploymentPatch \\(apps\\)",
            ),
            advised(
                "has a patch of a volume",
                () => void new kubernetes.core.v1.PersistentVolumePatch("patch", { metadata: { name: "data" } }),
                "PersistentVolumePatch",
            ),
        ],
        notApplicable: [
            {
                what: "has nothing but Kubernetes' own kinds, and resources that ask for neither",
                program: () => {
                    pair();
                    deployment("app", { containers: [good] });
                    custom("cert-manager.io/v1", "Certificate", { secretName: "a", dnsNames: ["b"] });
                    new kubernetes.core.v1.ServicePatch("patch", { metadata: { name: "app" } });
                    custom("gateway.networking.k8s.io/v1", "Gateway", { template: {} }, "gateway");
                },
            },
        ],
    },
};
