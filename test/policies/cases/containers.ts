// The policies of `nfs-security` about pods and their containers: see index.ts
// beside this file.
import { type Container, carrierNames, lasting, late, pair, plain, workloads } from "../stacks";
import type { PolicyCases } from "./types";

/** In every role of everything that makes pods. */
const inRoles = (container: Container): (() => void) => {
    return () => {
        workloads({
            containers: [plain, { ...container, name: "main" }],
            initContainers: [
                { ...container, name: "init" },
                { ...container, name: "beside", restartPolicy: "Always" },
            ],
        });
    };
};
const threeEach = carrierNames.flatMap((name) => [name, name, name]);
const roles = [
    /container "main" \(spec\.containers\[1\]\)/,
    /container "init" \(spec\.template\.spec\.initContainers\[0\]\)/,
    /container "beside" \(spec\.jobTemplate/,
];
const secured = (securityContext: object): Container => ({ ...plain, securityContext });
const noPods = { what: "has no pods", program: () => pair() };
const unknownContainer = {
    what: "has containers that are not known yet",
    program: () => workloads({ containers: late([plain]), initContainers: [late(plain)] }),
    says: /spec\.template\.spec\.initContainers\[0\] and spec\.template\.spec\.containers are known only/,
};
const hex = "0123456789abcdef".repeat(4);

export const containersCases: Record<string, PolicyCases> = {
    "containers-are-not-privileged": {
        violates: [
            {
                what: "has privileged containers",
                program: inRoles(secured({ privileged: true })),
                blames: threeEach,
                says: [/found securityContext\.privileged true: its root is the node's\./, ...roles],
            },
        ],
        complies: [
            { what: "says nothing of privilege", program: inRoles(plain) },
            { what: "says that they are not", program: inRoles(secured({ privileged: false })) },
        ],
        unknown: [
            unknownContainer,
            {
                what: "may be privileged",
                program: () => inRoles(secured({ privileged: late(true) }))(),
                says: /spec\.containers\[1\]\.securityContext\.privileged/,
            },
        ],
        notApplicable: [noPods],
    },
    "capabilities-are-from-the-list": {
        violates: [
            {
                what: "adds one that is not on the list",
                program: inRoles(secured({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN", "CHOWN"] } })),
                blames: threeEach,
                says: [/found the added capability SYS_ADMIN\.\nWanted: none but CHOWN, DAC_OVERRIDE/, ...roles],
            },
            {
                what: "adds everything, under the name of the kernel",
                program: () =>
                    workloads({
                        containers: [secured({ capabilities: { drop: ["ALL"], add: ["CAP_ALL", "NET_ADMIN"] } })],
                    }),
                blames: carrierNames,
                says: [/found the added capabilities ALL and NET_ADMIN/],
            },
            {
                what: "drops nothing",
                program: inRoles({ name: "bare", image: plain.image as string }),
                blames: threeEach,
                says: [/found capabilities that the container runtime gives by default/],
            },
            {
                what: "drops only some",
                program: () => workloads({ containers: [secured({ capabilities: { drop: ["NET_RAW"] } })] }),
                blames: carrierNames,
                says: [/To mend: set securityContext\.capabilities\.drop to \["ALL"\]/],
            },
            {
                what: "adds what is usually allowed, and here is not",
                program: () =>
                    workloads({ containers: [secured({ capabilities: { drop: ["ALL"], add: ["CHOWN"] } })] }),
                config: { allowed: [] },
                blames: carrierNames,
                says: [/Wanted: none but none\./],
            },
        ],
        complies: [
            {
                what: "drops all and adds what is allowed",
                program: inRoles(secured({ capabilities: { drop: ["all"], add: ["CAP_DAC_READ_SEARCH", "CHOWN"] } })),
            },
            {
                what: "adds what is configured",
                program: () =>
                    workloads({ containers: [secured({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } })] }),
                config: { allowed: ["SYS_ADMIN"] },
            },
        ],
        unknown: [
            unknownContainer,
            {
                what: "adds what is not known yet",
                program: () => inRoles(secured({ capabilities: { drop: ["ALL"], add: late([]) } }))(),
                says: /capabilities\.add/,
            },
            {
                what: "adds one that is not known yet",
                program: () => inRoles(secured({ capabilities: { drop: ["ALL"], add: [late("CHOWN")] } }))(),
                says: /capabilities\.add/,
            },
            {
                what: "drops what is not known yet",
                program: () => inRoles(secured({ capabilities: { drop: late([]) } }))(),
                says: /capabilities\.drop/,
            },
        ],
        notApplicable: [noPods],
        misconfigured: [
            {
                config: { allowed: ["CHOWN", "cap_chown"] },
                says: /key allowed\[1\]: found "cap_chown", wanted text that matches/,
            },
        ],
    },
    "pods-stay-out-of-the-host": {
        violates: [
            {
                what: "is on the node's network",
                program: () => workloads({ containers: [plain], hostNetwork: true }),
                blames: carrierNames,
                says: [
                    /found spec\.hostNetwork true\./,
                    /found spec\.jobTemplate\.spec\.template\.spec\.hostNetwork true/,
                ],
            },
            {
                what: "sees the node's processes and IPC",
                program: () => workloads({ containers: [plain], hostPID: true, hostIPC: true }),
                blames: carrierNames,
                says: [/found spec\.template\.spec\.hostPID and spec\.template\.spec\.hostIPC true/],
            },
        ],
        complies: [
            { what: "says nothing", program: () => workloads({ containers: [plain] }) },
            { what: "says that it is not", program: () => workloads({ containers: [plain], hostNetwork: false }) },
        ],
        unknown: [
            {
                what: "may be on it",
                program: () => workloads({ containers: [plain], hostNetwork: late(true) }),
                says: /spec\.hostNetwork is known only/,
            },
        ],
        notApplicable: [noPods],
    },
    "images-are-by-digest": {
        violates: [
            ...["nginx", "nginx:1.29", `nginx@sha256:${hex.slice(1)}`, `nginx@sha256:${hex}0`, `nginx@md5:${hex}`].map(
                (image) => ({
                    what: `has the image ${image}`,
                    program: inRoles({ ...plain, image }),
                    blames: threeEach,
                    says: [new RegExp(`found the image ${image}`), ...roles],
                }),
            ),
            {
                what: "has no image",
                program: () => void lasting.pod?.("pod", { containers: [{ name: "a" }] }),
                blames: ["pod"],
                says: [/found no image\./],
            },
        ],
        complies: [
            {
                what: "has a digest, with a tag or without",
                program: () =>
                    workloads({ containers: [plain, { ...plain, image: `r.test:5000/a/b:1@sha256:${hex}` }] }),
            },
        ],
        unknown: [
            unknownContainer,
            {
                what: "has an image that is being built",
                program: () => inRoles({ ...plain, image: late("x") })(),
                says: /spec\.containers\[1\]\.image/,
            },
        ],
        notApplicable: [noPods],
    },
};
