// The cluster's own certificate authority and what it signs. openssl makes
// them; all are made together, in a folder that exists only when it is complete.
// A start finds them near their end and makes them anew: whatever holds one
// reads it at each start (prepare.ts).
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../run";
import { API_SERVICE, CONTROL_PLANE, NODES } from "./network";

const DAYS = 365;
const DAY_MS = 24 * 60 * 60_000;
/** So a cluster that is started now runs for half a year at least without being started again. */
const RENEWED_BEFORE_MS = (DAYS / 2) * DAY_MS;
/** Tokens of service accounts are signed with this pair. It does not end, and what it signed holds on. */
const SERVICE_ACCOUNTS = ["service-accounts.key", "service-accounts.pub"] as const;
const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];

export interface Leaf {
    /** Of the files: NAME.crt and NAME.key. */
    name: string;
    subject: string;
    /** Who a server is; a leaf without is a client. */
    serves?: string[];
}

/** Everything that the authority signs. The subjects are what Kubernetes's own roles are bound to. */
export const LEAVES: readonly Leaf[] = [
    {
        name: "apiserver",
        subject: "/CN=kube-apiserver",
        serves: [
            ...["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"].map((name) => `DNS:${name}`),
            "DNS:kubernetes.default.svc.cluster.local",
            ...["127.0.0.1", CONTROL_PLANE, API_SERVICE].map((address) => `IP:${address}`),
        ],
    },
    { name: "apiserver-to-kubelet", subject: "/O=system:masters/CN=kube-apiserver-kubelet-client" },
    { name: "controller-manager", subject: "/CN=system:kube-controller-manager" },
    { name: "scheduler", subject: "/CN=system:kube-scheduler" },
    { name: "admin", subject: "/O=system:masters/CN=admin" },
    { name: "supervisor", subject: "/O=system:masters/CN=embedded-supervisor" },
    ...NODES.flatMap((node): Leaf[] => [
        { name: `${node.name}-kubelet`, subject: `/O=system:nodes/CN=system:node:${node.name}` },
        {
            name: `${node.name}-kubelet-server`,
            subject: `/O=system:nodes/CN=system:node:${node.name}`,
            serves: [`DNS:${node.name}`, `IP:${node.address}`],
        },
        { name: `${node.name}-kube-proxy`, subject: "/CN=system:kube-proxy" },
    ]),
];

/** Makes them unless they are there and far from their end. @param now milliseconds since 1970 */
export async function makeCertificates(folder: string, now = Date.now()): Promise<void> {
    const before = `${folder}.before`;
    // A start that was killed between the two renames below.
    if (!existsSync(folder) && existsSync(before)) await rename(before, folder);
    if (existsSync(folder) && (await certificatesEnd(folder)).getTime() - now > RENEWED_BEFORE_MS) return;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await sign(partial);
    if (existsSync(folder)) {
        for (const file of SERVICE_ACCOUNTS) await copyFile(join(folder, file), join(partial, file));
        await rm(before, { recursive: true, force: true });
        await rename(folder, before);
    } else {
        await writeServiceAccountKeys(partial);
    }
    await Promise.all((await readdir(partial)).map((file) => chmod(join(partial, file), 0o600)));
    await rename(partial, folder);
    await rm(before, { recursive: true, force: true });
}

/** When the first of them ends. */
export async function certificatesEnd(folder: string): Promise<Date> {
    const files = (await readdir(folder)).filter((file) => file.endsWith(".crt"));
    const ends = files.map(async (file) => Date.parse(new X509Certificate(await readFile(join(folder, file))).validTo));
    return new Date(Math.min(...(await Promise.all(ends))));
}

async function sign(folder: string): Promise<void> {
    // The machine's own configuration would mark every certificate as an authority.
    const config = join(folder, "openssl.cnf");
    await writeFile(config, "[req]\ndistinguished_name = subject\n[subject]\n");
    const base = ["req", "-x509", "-config", config, "-days", String(DAYS), ...EC];
    const files = (name: string): string[] => [
        "-keyout",
        join(folder, `${name}.key`),
        "-out",
        join(folder, `${name}.crt`),
    ];
    const extensions = (...values: string[]): string[] => values.flatMap((value) => ["-addext", value]);

    await run("openssl", [
        ...base,
        ...files("ca"),
        "-subj",
        "/CN=embedded-cluster-authority",
        ...extensions(
            "basicConstraints=critical,CA:TRUE",
            "keyUsage=critical,keyCertSign,cRLSign",
            "subjectKeyIdentifier=hash",
        ),
    ]);
    const authority = ["-CA", join(folder, "ca.crt"), "-CAkey", join(folder, "ca.key")];
    await Promise.all(
        LEAVES.map(({ name, subject, serves }) =>
            run("openssl", [
                ...base,
                ...authority,
                ...files(name),
                "-subj",
                subject,
                ...extensions(
                    "basicConstraints=critical,CA:FALSE",
                    "keyUsage=critical,digitalSignature,keyEncipherment",
                    `extendedKeyUsage=${serves ? "serverAuth" : "clientAuth"}`,
                    ...(serves ? [`subjectAltName=${serves.join(",")}`] : []),
                ),
            ]),
        ),
    );
    await rm(config);
}

async function writeServiceAccountKeys(folder: string): Promise<void> {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const [key, pub] = SERVICE_ACCOUNTS.map((file) => join(folder, file)) as [string, string];
    await writeFile(key, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
    await writeFile(pub, publicKey.export({ type: "spki", format: "pem" }));
}

export interface Certificate {
    authority: string;
    certificate: string;
    key: string;
}

/** The PEM texts of one of LEAVES. */
export async function readCertificate(folder: string, name: string): Promise<Certificate> {
    const read = (file: string): Promise<string> => readFile(join(folder, file), "utf8");
    const [authority, certificate, key] = await Promise.all([read("ca.crt"), read(`${name}.crt`), read(`${name}.key`)]);
    return { authority, certificate, key };
}
