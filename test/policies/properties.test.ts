// What holds of all policies and any stack: none throws, an unknown value never
// turns right into wrong or wrong into right, and another spelling of the same
// meaning is judged the same. POLICY_RUNS=10000 for the long form.
import assert from "node:assert/strict";
import fc from "fast-check";
import { all } from "../../policies/all/pack";
import { UNKNOWN } from "../../policies/shared/src";

type Plain = Record<string, unknown>;
interface Resource {
    urn: string;
    name: string;
    type: string;
    props: Plain;
}
const RUNS = Number(process.env.POLICY_RUNS ?? 200);

/** What a policy says of a stack: the worst of it. */
type Verdict = "violation" | "not judged" | "nothing";
interface Policy {
    name: string;
    validateResource?: (args: unknown, report: (violation: unknown) => void) => void;
    validateStack?: (args: unknown, report: (violation: unknown) => void) => void;
}
class NotApplicable extends Error {}

function verdict(policy: Policy, resources: readonly Resource[]): Verdict {
    const said: Verdict[] = [];
    const report = (violation: unknown): void =>
        void said.push(typeof violation === "string" ? "violation" : "not judged");
    const common = {
        getConfig: () => ({}),
        notApplicable: () => {
            throw new NotApplicable();
        },
    };
    const judge = (args: object, judgeOne: Policy["validateStack"]): void => {
        try {
            judgeOne?.({ ...common, ...args }, report);
        } catch (error) {
            if (!(error instanceof NotApplicable)) throw error;
        }
    };
    const seen = resources.map((one) => ({ ...one, props: asSdk(one.props) as Plain, opts: { protect: false } }));
    if (policy.validateResource) for (const one of seen) judge(one, policy.validateResource);
    else judge({ resources: seen }, policy.validateStack);
    return said.includes("violation") ? "violation" : said.includes("not judged") ? "not judged" : "nothing";
}

/** The SDK throws where an unknown value is read. */
function asSdk(value: unknown): unknown {
    if (value === null || typeof value !== "object") return value;
    const copy: Plain | unknown[] = Array.isArray(value) ? [] : {};
    for (const [key, inner] of Object.entries(value)) {
        const isOpen = inner === UNKNOWN;
        Object.defineProperty(copy, key, {
            enumerable: true,
            get: () => {
                if (isOpen) throw new Error("unknown");
                return asSdk(inner);
            },
        });
    }
    return copy;
}

const policies = all.policies as unknown as Policy[];
const resource = (type: string, name: string, props: Plain): Resource => ({
    urn: `urn:pulumi:prod::p::kubernetes:${type}::${name}`,
    name,
    type: `kubernetes:${type}`,
    props,
});
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const name = fc.constantFrom("a", "b", "share-a-0");
const server = fc.constantFrom("10.0.0.1", "nfs.web.svc", "fd00::7", "nas.example.org");
const path = fc.constantFrom("/share", "/share/a", "/");
const mode = fc.subarray(["ReadWriteMany", "ReadWriteOnce", "ReadOnlyMany"], { minLength: 1 });
const size = fc.constantFrom<string | number>("1Gi", "5Gi", "1000M", 1_000_000);
const className = optional(fc.constantFrom("", "gold"));
const metadata = (one: string) => ({ name: one, namespace: "web" });

const volume = fc
    .record({
        name,
        server,
        path,
        mode,
        size,
        className,
        claim: optional(name),
        options: fc.subarray(["hard", "soft", "ro", "rw", "nfsvers=4.1", "nfsvers=4.0"]),
    })
    .map(({ name, server, path, mode, size, className, claim, options }) =>
        resource("core/v1:PersistentVolume", `volume-${name}`, {
            metadata: { name },
            spec: {
                nfs: { server, path },
                accessModes: mode,
                capacity: { storage: size },
                mountOptions: options,
                ...(className !== undefined && { storageClassName: className }),
                ...(claim !== undefined && { claimRef: metadata(claim) }),
            },
        }),
    );
const claim = fc
    .record({ name, mode, size, className, volume: optional(name) })
    .map(({ name, mode, size, className, volume }) =>
        resource("core/v1:PersistentVolumeClaim", `claim-${name}`, {
            metadata: metadata(name),
            spec: {
                accessModes: mode,
                resources: { requests: { storage: size } },
                ...(className !== undefined && { storageClassName: className }),
                ...(volume !== undefined && { volumeName: volume }),
            },
        }),
    );
const probe = fc.constantFrom(
    { tcpSocket: { port: 1 } },
    { exec: { command: ["sh", "-c", "ls /data || true"] } },
    { httpGet: { port: 1 }, failureThreshold: 7 },
);
const workload = fc
    .record({
        name,
        claim: name,
        readOnly: fc.boolean(),
        subPath: optional(fc.constantFrom("a", "b")),
        probe: optional(probe),
        replicas: optional(fc.nat(2)),
    })
    .map(({ name, claim, readOnly, subPath, probe, replicas }) =>
        resource("apps/v1:Deployment", `app-${name}`, {
            metadata: metadata(`app-${name}`),
            spec: {
                ...(replicas !== undefined && { replicas }),
                template: {
                    metadata: { labels: { app: name } },
                    spec: {
                        containers: [
                            {
                                name: "app",
                                image: "nginx",
                                ports: [{ containerPort: 2049 }],
                                ...(probe && { livenessProbe: probe, readinessProbe: probe }),
                                volumeMounts: [
                                    { name: "share", mountPath: "/data", readOnly, ...(subPath && { subPath }) },
                                ],
                            },
                        ],
                        volumes: [{ name: "share", persistentVolumeClaim: { claimName: claim } }],
                    },
                },
            },
        }),
    );
const set = fc.tuple(workload, claim, fc.constantFrom("share", "data")).map(([app, template, of]) => {
    const pods = (app.props.spec as Plain).template as { metadata: object; spec: Plain };
    return resource("apps/v1:StatefulSet", "a", {
        metadata: metadata("a"),
        spec: {
            ...(app.props.spec as Plain),
            template: { ...pods, spec: { containers: pods.spec.containers } },
            volumeClaimTemplates: [{ metadata: { name: of }, spec: template.props.spec }],
        },
    });
});
const configMap = fc
    .constantFrom(
        { exports: "/share *(rw)\n" },
        { "ganesha.conf": "EXPORT { Access_Type = RW; }" },
        { "ganesha.conf": "%include b", b: "NFSv4 { Server_Owner = a; Server_Scope = a; Blocking_Locks = no; }" },
    )
    .map((data) => resource("core/v1:ConfigMap", "config", { metadata: metadata("config"), data }));
const stack = fc.uniqueArray(fc.oneof(volume, claim, workload, set, configMap), {
    selector: ({ urn }) => urn,
    maxLength: 6,
});

/** UNKNOWN somewhere below: each step of the way chooses one of the keys. */
function withUnknown(value: unknown, way: readonly number[]): unknown {
    const [step, ...rest] = way;
    if (step === undefined || value === null || typeof value !== "object") return UNKNOWN;
    const keys = Object.keys(value);
    const key = keys[step % Math.max(keys.length, 1)];
    if (key === undefined) return UNKNOWN;
    const inner = withUnknown((value as Plain)[key], rest);
    return Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner };
}

type Rewrite = (one: Resource) => Resource;
const inSpec =
    (change: (spec: Plain) => Plain): Rewrite =>
    (one) => ({ ...one, props: { ...one.props, spec: change((one.props.spec ?? {}) as Plain) } });
const CLASS = "volume.beta.kubernetes.io/storage-class";
const OPTIONS = "volume.beta.kubernetes.io/mount-options";
const annotated = (one: Resource, field: string, annotation: string, text: (value: unknown) => string): Resource => {
    const { [field]: value, ...spec } = (one.props.spec ?? {}) as Plain;
    if (value === undefined || !/:PersistentVolume/.test(one.type)) return one;
    const before = one.props.metadata as Plain;
    return { ...one, props: { metadata: { ...before, annotations: { [annotation]: text(value) } }, spec } };
};
/** The same, said otherwise. */
const rewrites: Record<string, Rewrite> = {
    "a class in its annotation": (one) => annotated(one, "storageClassName", CLASS, String),
    "mount options in their annotation": (one) => annotated(one, "mountOptions", OPTIONS, (all) => String(all)),
    "mount options in one item": inSpec((spec) =>
        // Kubernetes sorts the items, not what is in them.
        spec.mountOptions === undefined
            ? spec
            : { ...spec, mountOptions: [(spec.mountOptions as string[]).toSorted().join(",")] },
    ),
    "a version of NFS in two options, or by its other name": inSpec((spec) =>
        spec.mountOptions === undefined
            ? spec
            : {
                  ...spec,
                  mountOptions: (spec.mountOptions as string[]).flatMap((option) => {
                      if (option === "nfsvers=4.1") return ["nfsvers=4", "minorversion=1"];
                      return option === "nfsvers=4.0" ? ["vers=4.0"] : [option];
                  }),
              },
    ),
    "a path with a slash at its end, IPv6 in full": inSpec((spec) => {
        const { server, path } = (spec.nfs ?? {}) as Plain;
        if (server === undefined) return spec;
        return { ...spec, nfs: { server: server === "fd00::7" ? "fd00:0:0::7" : server, path: `${String(path)}/` } };
    }),
    "a List": (one) => {
        const [, group = "", version = "", kind = ""] = /^kubernetes:(\w+)\/(\w+):(\w+)$/.exec(one.type) ?? [];
        const apiVersion = group === "core" ? version : `${group}/${version}`;
        return { ...one, type: "kubernetes:core/v1:List", props: { items: [{ apiVersion, kind, ...one.props }] } };
    },
};

/**
 * Where it matters whose a claim is: what a template makes is not in Pulumi's state, stays when the stack is destroyed,
 * and can't name a volume of its own.
 */
const OF_CLAIMS_BY_THEMSELVES = new Set([
    "data-is-retained-in-production",
    "claim-is-bound",
    "volume-and-claim-name-each-other",
]);

describe("all policies, of any stack", function () {
    this.timeout(RUNS * 300 + 30_000);

    it("say something, and never throw", () => {
        fc.assert(
            fc.property(stack, (resources) => {
                for (const policy of policies) verdict(policy, resources);
            }),
            { numRuns: RUNS },
        );
    });

    it("take an unknown value for neither right nor wrong", () => {
        const way = fc.array(fc.nat(7), { minLength: 2, maxLength: 8 });
        fc.assert(
            fc.property(stack, fc.nat(5), way, (resources, which, steps) => {
                const target = resources[which % Math.max(resources.length, 1)];
                if (target === undefined) return;
                const props = withUnknown(target.props, steps) as Plain;
                const less = resources.map((one) => (one === target ? { ...one, props } : one));
                for (const policy of policies) {
                    const [before, after] = [verdict(policy, resources), verdict(policy, less)];
                    if (after === "not judged" || before === after) continue;
                    assert.fail(
                        `${policy.name}: ${before} became ${after} by ${JSON.stringify(steps)} in ${target.name}`,
                    );
                }
            }),
            { numRuns: RUNS },
        );
    });

    it("say the same of a claim that is there beforehand and of one that the StatefulSet's template makes", () => {
        fc.assert(
            fc.property(stack, set, (others, one) => {
                const { volumeClaimTemplates, ...its } = one.props.spec as Plain;
                const [template] = volumeClaimTemplates as [{ metadata: { name: string }; spec: Plain }];
                const name = `${template.metadata.name}-a-0`;
                const set = { ...one, props: { ...one.props, spec: { ...its, replicas: 1, volumeClaimTemplates } } };
                const made = resource("core/v1:PersistentVolumeClaim", name, {
                    metadata: metadata(name),
                    spec: template.spec,
                });
                const without = others.filter(
                    ({ props }) => !["a", name].includes(String((props.metadata as Plain).name)),
                );
                for (const policy of policies.filter((one) => !OF_CLAIMS_BY_THEMSELVES.has(one.name)))
                    assert.equal(
                        verdict(policy, [...without, set]),
                        verdict(policy, [...without, set, made]),
                        policy.name,
                    );
            }),
            { numRuns: RUNS },
        );
    });

    for (const [what, rewrite] of Object.entries(rewrites)) {
        it(`say the same of ${what}`, () => {
            fc.assert(
                fc.property(stack, (resources) => {
                    const other = resources.map(rewrite);
                    for (const policy of policies)
                        assert.equal(verdict(policy, other), verdict(policy, resources), policy.name);
                }),
                { numRuns: RUNS },
            );
        });
    }
});
