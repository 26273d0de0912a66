// A connection to the cluster that a kubeconfig names: its address, its
// certificate authority, and the user's credentials in each of the forms that
// kubeconfig files have today (certificate, token, program, password). README.md
// says why it is not the official client.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { Agent, type RequestOptions } from "node:https";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Chosen, choose, KubeconfigError, type KubeconfigFile, type Obj } from "./kubeconfig";

export { KubeconfigError } from "./kubeconfig";

const run = promisify(execFile);

/** The kubeconfig may be right, but has something that only other clients know. */
export class NotSupported extends Error {
    override name = "NotSupported";
}

export interface ClusterChoice {
    /** Contents of a kubeconfig, or the path of one. @default KUBECONFIG, or ~/.kube/config */
    kubeconfig?: string;
    context?: string;
    cluster?: string;
    /** Of objects that name none. */
    namespace?: string;
}

export interface Cluster {
    server: string;
    namespace: string;
    /** Fills in credentials; tokens may be new each time. */
    authorize(options: RequestOptions): Promise<void>;
}

/** @throws KubeconfigError saying what is wrong with the kubeconfig, and what it has, or NotSupported. */
export async function connect(choice: ClusterChoice): Promise<Cluster> {
    const files = await kubeconfigFiles(choice.kubeconfig);
    const chosen = choose(files, choice);
    if (chosen.cluster["proxy-url"]) {
        throw new NotSupported("a proxy-url in the kubeconfig is not supported");
    }
    const credentials = new Credentials(chosen, files[0]?.path);
    await credentials.check();
    return {
        server: chosen.server,
        namespace: choice.namespace || chosen.namespace || "default",
        authorize: (options) => credentials.add(options),
    };
}

async function kubeconfigFiles(given: string | undefined): Promise<KubeconfigFile[]> {
    if (given && /[\n{]/.test(given)) return [{ text: given }];
    const paths = given ? [given] : (process.env.KUBECONFIG || join(homedir(), ".kube", "config")).split(delimiter);
    const found: KubeconfigFile[] = [];
    for (const path of paths.filter((name) => name !== "").map(withHome)) {
        try {
            found.push({ path, text: await readFile(path, "utf8") });
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
            throw new KubeconfigError(`the kubeconfig can't be read: ${(error as Error).message}`);
        }
    }
    if (found.length > 0) return found;
    const by = given ? "" : process.env.KUBECONFIG ? ", which KUBECONFIG names," : ", the default,";
    throw new KubeconfigError(`the kubeconfig ${paths.join(delimiter)}${by} does not exist`);
}

const withHome = (path: string): string => resolve(path.replace(/^~(?=\/)/, homedir()));

/** Credentials of a program are asked for anew this long before they end. */
const EARLY_MS = 60_000;

interface Issued {
    token?: string;
    cert?: string;
    key?: string;
    expires: number;
}

class Credentials {
    private agent: Agent | undefined;
    private issued: Promise<Issued> | undefined;

    constructor(
        private readonly chosen: Chosen,
        private readonly kubeconfig: string | undefined,
    ) {}

    /** What cannot work is said before anything is asked of the cluster. */
    async check(): Promise<void> {
        if (this.chosen.user["auth-provider"]) {
            const { name } = this.chosen.user["auth-provider"];
            throw new NotSupported(
                `the auth-provider "${name}" in the kubeconfig, a kind that exec plugins have replaced, is not supported`,
            );
        }
        this.agent = await this.newAgent();
    }

    async add(options: RequestOptions): Promise<void> {
        const { user } = this.chosen;
        const issued = user.exec ? await this.fromProgram(user.exec) : undefined;
        const token =
            issued?.token ?? user.token ?? (user.tokenFile && (await readFile(user.tokenFile, "utf8")).trim());
        if (token) options.headers = { ...options.headers, authorization: `Bearer ${token}` };
        else if (user.username) options.auth = `${user.username}:${user.password ?? ""}`;
        // A server without TLS, such as kubectl proxy, takes Node's own agent.
        if (this.agent && this.chosen.server.startsWith("https:")) options.agent = this.agent;
    }

    private async newAgent(issued?: Issued): Promise<Agent> {
        const { cluster, user } = this.chosen;
        const insecure = cluster["insecure-skip-tls-verify"] === true;
        return new Agent({
            keepAlive: true,
            ca: await contents(cluster, "certificate-authority"),
            cert: issued?.cert ?? (await contents(user, "client-certificate")),
            key: issued?.key ?? (await contents(user, "client-key")),
            ...(insecure ? { rejectUnauthorized: false } : {}),
            ...(cluster["tls-server-name"] ? { servername: cluster["tls-server-name"] } : {}),
        });
    }

    private async fromProgram(exec: Obj): Promise<Issued> {
        const known = await this.issued?.catch(() => undefined);
        if (known && Date.now() < known.expires - EARLY_MS) return known;
        this.issued = this.ask(exec);
        return this.issued;
    }

    /** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
    private async ask(exec: Obj): Promise<Issued> {
        const request = { apiVersion: exec.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
        const env = Object.fromEntries((exec.env ?? []).map((variable: Obj) => [variable.name, variable.value]));
        const isRelative = exec.command.includes("/") && !isAbsolute(exec.command);
        const command = isRelative && this.kubeconfig ? join(dirname(this.kubeconfig), exec.command) : exec.command;
        const running = run(command, exec.args ?? [], {
            env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(request) },
        });
        running.child.stdin?.end();
        const { status } = await running
            .then(({ stdout }) => JSON.parse(stdout))
            .catch((error: Error & { stderr?: string }) => {
                const why = error.stderr?.trim() || error.message;
                throw new KubeconfigError(
                    `the program "${exec.command}" of the kubeconfig gave no credentials: ${why}`,
                );
            });
        const expires = Date.parse(status?.expirationTimestamp ?? "");
        const issued: Issued = {
            token: status?.token,
            cert: status?.clientCertificateData,
            key: status?.clientKeyData,
            expires: Number.isFinite(expires) ? expires : Number.POSITIVE_INFINITY,
        };
        if (issued.cert) this.agent = await this.newAgent(issued);
        return issued;
    }
}

/** A certificate or key, that is in the kubeconfig or in a file that it names. */
async function contents(entry: Obj, property: string): Promise<Buffer | undefined> {
    const data = entry[`${property}-data`];
    if (data) return Buffer.from(data, "base64");
    return entry[property] ? readFile(entry[property]) : undefined;
}
