// The policies of `visibility` about evidence: see index.ts beside this file.
import { clientPod, type Evidence, encodeEvidence, labels, roles } from "@nfs-storage-stack/contract";
import * as kubernetes from "@pulumi/kubernetes";
import { ended, evidence as example } from "../../components/cluster";
import type { Outputs } from "../../harness/engine";
import {
    deployment,
    good,
    type Inline,
    late,
    mounting,
    type PodSpec,
    pair,
    plain,
    sources,
    withShare,
} from "../stacks";
import type { PolicyCases } from "./types";

const { revision, allowSameNode } = clientPod.env;

/** A check's pod, with what it is told. */
function check(told: Record<string, unknown> = { [revision]: "r1" }, role: string = roles.check): void {
    const env = Object.entries(told).map(([name, value]) => ({ name, value: value as string }));
    new kubernetes.core.v1.Pod("check", {
        metadata: { namespace: "web", name: "check", labels: { [labels.component]: role } },
        spec: { restartPolicy: "OnFailure", containers: [{ ...plain, env }] },
    });
}
const writerOf = (value: unknown, role: string = roles.writer): void =>
    void new kubernetes.apps.v1.StatefulSet("writer", {
        metadata: { namespace: "web", name: "writer", labels: { [labels.component]: role } },
        spec: {
            serviceName: "writer",
            selector: { matchLabels: {} },
            template: { spec: { containers: [{ ...good, env: [{ name: revision, value: value as string }] }] } },
        },
    });

const now = (): string => new Date().toISOString();
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
/** After the deployment: the check has left this. */
const left =
    (changes: Partial<Evidence> = {}): Outputs =>
    ({ name }) =>
        name === "check"
            ? { status: ended(encodeEvidence({ ...example, revision: "r1", checkedAt: now(), ...changes })) }
            : undefined;
const leftText =
    (text: string | undefined): Outputs =>
    ({ name }) =>
        name === "check" ? { status: ended(text) } : undefined;
const oneNode = { writer: { pod: "w", node: "n" }, checker: { pod: "c", node: "n" } };

const writes = (source: Inline): PodSpec => withShare(source, mounting(good));
const reads = (source: Inline): PodSpec => withShare(source, mounting(good, true));
const noCheck = { what: "has no check", program: () => void deployment("app", { containers: [good] }) };
const notYet = [
    {
        what: "has a check that has not run yet",
        program: () => check(),
        says: /Pod web\/check: the evidence in its termination message is known only/,
    },
    {
        what: "has a check whose message is not known yet",
        program: () => check(),
        outputs: leftText("(unknown)"),
        says: /the evidence in its termination message is known only/,
    },
];
const passed = { what: "has a check that has passed", program: () => check(), outputs: left() };

export const evidenceCases: Record<string, PolicyCases> = {
    "share-has-evidence": {
        violates: [
            {
                what: "has a check that left nothing",
                program: () => check(),
                outputs: leftText(undefined),
                blames: ["check"],
                says: [/Pod web\/check: found no termination message\./],
            },
            {
                what: "has a check that left an empty text",
                program: () => check(),
                outputs: leftText(""),
                blames: ["check"],
                says: [/found no termination message/],
            },
            {
                what: "has a check that left something else",
                program: () => check(),
                outputs: leftText("killed"),
                blames: ["check"],
                says: [/found evidence is not JSON: "killed"/],
            },
            {
                what: "has a writer and no check where evidence is required",
                program: () => {
                    pair();
                    deployment("writer", writes(sources.claim()));
                    deployment("reader", reads(sources.claim()));
                },
                config: { requireEvidence: true },
                blames: ["writer"],
                says: [
                    /found that it writes to the NFS export 10\.96\.0\.20:\/share, and no visibility check in the stack/,
                ],
            },
        ],
        complies: [passed],
        unknown: [
            ...notYet,
            {
                what: "may write where evidence is required",
                program: () => void deployment("app", { containers: [good], volumes: late([]) }),
                config: { requireEvidence: true },
                says: /volumes is known only/,
            },
        ],
        notApplicable: [
            { what: "has no check, and need not", program: () => void deployment("writer", writes(sources.inline())) },
            {
                what: "has a claim for each pod where evidence is required",
                program: () =>
                    void new kubernetes.apps.v1.StatefulSet("set", {
                        metadata: { namespace: "web", name: "set" },
                        spec: {
                            serviceName: "set",
                            selector: { matchLabels: {} },
                            template: { spec: { containers: [mounting(good)] } },
                            volumeClaimTemplates: [
                                { metadata: { name: "share" }, spec: { accessModes: ["ReadWriteMany"] } },
                            ],
                        },
                    }),
                config: { requireEvidence: true },
            },
            {
                what: "only reads where evidence is required",
                program: () => void deployment("reader", reads(sources.inline())),
                config: { requireEvidence: true },
            },
            { what: "has a pod of another role", program: () => check({}, roles.reader), outputs: leftText(undefined) },
        ],
        misconfigured: [
            {
                config: { requireEvidence: "yes" },
                says: /key requireEvidence: found "yes", wanted a value of type boolean/,
            },
        ],
    },
    "evidence-has-passed": {
        violates: [
            {
                what: "has a check that failed",
                program: () => check(),
                outputs: left({ verdict: "failed", reason: "a gap" }),
                blames: ["check"],
                says: [/found the verdict failed: a gap\./],
            },
            {
                what: "saw no changed data",
                program: () => check(),
                outputs: left({ changedDataSeen: false }),
                blames: ["check"],
                says: [/found 20 records verified, and changed data not seen\./],
            },
            {
                what: "verified too few records",
                program: () => check(),
                outputs: left(),
                config: { records: 21 },
                blames: ["check"],
                says: [/at least 21 records/],
            },
            {
                what: "was on the writer's node",
                program: () => check(),
                outputs: left(oneNode),
                blames: ["check"],
                says: [/found writer and check on one node, n, where they share a cache/],
            },
            {
                what: "was on the writer's node, as it may, where none may",
                program: () => check({ [allowSameNode]: "true" }),
                outputs: left(oneNode),
                config: { otherNode: "always" },
                blames: ["check"],
                says: [/on one node/],
            },
        ],
        complies: [
            passed,
            { what: "has verified just enough", program: () => check(), outputs: left(), config: { records: 20 } },
            {
                what: "was on the writer's node, as it may",
                program: () => check({ [allowSameNode]: "true" }),
                outputs: left(oneNode),
            },
        ],
        unknown: notYet,
        notApplicable: [noCheck],
        misconfigured: [
            {
                config: { otherNode: "never" },
                says: /key otherNode: found "never", wanted one of always, unless the check may share it/,
            },
            { config: { records: 1.5 }, says: /key records: found 1\.5, wanted a value of type integer/ },
        ],
    },
    "evidence-is-of-this-revision": {
        violates: [
            {
                what: "has evidence of what the check is not told",
                program: () => check(),
                outputs: left({ revision: "r0" }),
                blames: ["check"],
                says: [/found evidence of revision r0, while r1 is deployed\./],
            },
            {
                what: "has a writer of another revision",
                program: () => {
                    check();
                    writerOf("r2");
                },
                outputs: left(),
                blames: ["check"],
                says: [/found evidence of revision r1, while r2 is deployed\./],
            },
        ],
        complies: [
            passed,
            {
                what: "has something else that knows another revision",
                program: () => {
                    check();
                    writerOf("r2", roles.reader);
                },
                outputs: left(),
            },
            {
                what: "has a writer of the same revision, and a check that is told none",
                program: () => {
                    check({});
                    writerOf("r1");
                },
                outputs: left(),
            },
        ],
        unknown: [
            ...notYet,
            {
                what: "has a writer whose revision is not known yet",
                program: () => {
                    check();
                    writerOf(late("r2"));
                },
                outputs: left(),
                says: /the variable REVISION is known only/,
            },
        ],
        notApplicable: [noCheck],
    },
    "evidence-is-recent": {
        violates: [
            {
                what: "has evidence of long ago",
                program: () => check(),
                outputs: left({ checkedAt: ago(721) }),
                blames: ["check"],
                says: [/, 721 hours ago\.\nWanted: evidence that is at most 720 hours old\./],
            },
            {
                what: "has evidence that is older than configured",
                program: () => check(),
                outputs: left({ checkedAt: ago(2) }),
                config: { maxAgeHours: 1 },
                blames: ["check"],
                says: [/2 hours ago/],
            },
        ],
        complies: [
            passed,
            { what: "has evidence of a month ago", program: () => check(), outputs: left({ checkedAt: ago(719) }) },
        ],
        unknown: notYet,
        notApplicable: [noCheck],
        misconfigured: [{ config: { maxAgeHours: -1 }, says: /key maxAgeHours: found -1, wanted at least 0/ }],
    },
    "delay-is-within-limits": {
        violates: [
            {
                what: "was slow",
                program: () => check(),
                outputs: left({ delayMs: { p50: 1, p99: 10_001, max: 10_001, clockUncertainty: 1 } }),
                blames: ["check"],
                says: [
                    /found a delay of 10001 ms \(99th percentile\), 10001 ms at most\.\nWanted: a 99th percentile of at most 10000 ms\./,
                ],
            },
            {
                what: "was slower than configured",
                program: () => check(),
                outputs: left(),
                config: { p99Ms: 59 },
                blames: ["check"],
                says: [/a delay of 60 ms/],
            },
            {
                what: "was slow once",
                program: () => check(),
                outputs: left(),
                config: { maxMs: 79 },
                blames: ["check"],
                says: [/at most 10000 ms, and none above 79 ms/],
            },
            {
                what: "could not measure",
                program: () => check(),
                outputs: left({ delayMs: null }),
                blames: ["check"],
                says: [/found no delay, as it could not be measured/],
            },
        ],
        complies: [
            passed,
            {
                what: "is just within the limits",
                program: () => check(),
                outputs: left(),
                config: { p99Ms: 60, maxMs: 80 },
            },
        ],
        unknown: notYet,
        notApplicable: [noCheck],
        misconfigured: [
            { config: { p99Ms: "1s", maxms: 1 }, says: /key maxms: there is no such key.*\n.*key p99Ms: found "1s"/ },
        ],
    },
};
