// What can go wrong between this plugin and a cluster.
import { isObject, type Obj } from "../plugin/values";

export interface Cause {
    reason?: string;
    message?: string;
    field?: string;
}

/** The API server answered, and the answer was no. */
export class ApiError extends Error {
    override name = "ApiError";
    readonly reason: string;
    readonly causes: readonly Cause[];
    constructor(
        readonly status: number,
        readonly body: Obj,
    ) {
        super(explain(status, body));
        this.reason = String(body.reason ?? "");
        this.causes = causesOf(body);
    }
    /** The namespace of the object is not there (yet). */
    get namespaceMissing(): boolean {
        return this.status === 404 && this.body.details?.kind === "namespaces";
    }
    /** Pods cannot be made in the first moments of a namespace: its service account comes a little later. */
    get serviceAccountMissing(): boolean {
        return (
            this.status === 403 &&
            /error looking up service account|serviceaccount "[^"]*" not found/.test(this.message)
        );
    }
    /** A server that has just started has not read yet what it decides by (k8s.io/apiserver, admission plugins). */
    get startingUp(): boolean {
        return this.status === 403 && /not yet ready to handle request/.test(this.message);
    }
}

const causesOf = (body: Obj): Cause[] =>
    Array.isArray(body.details?.causes) ? body.details.causes.filter(isObject) : [];

/** What the server says, and what a person can do about it where that is known. */
function explain(status: number, body: Obj): string {
    const message = String(body.message ?? body.reason ?? `HTTP status ${status}`);
    const causes = causesOf(body);
    const lines = [
        message,
        ...causes
            .filter((cause) => cause.message !== undefined && !message.includes(cause.message))
            .map((cause) => `  - ${cause.field ?? ""}: ${cause.message}`),
    ];
    if (status === 401) lines.push("The API server refuses the credentials of the kubeconfig.");
    if (causes.some((cause) => cause.reason === "NamespaceTerminating")) {
        lines.push("Run the same command again when the namespace is gone: kubectl get namespace says what holds it.");
    }
    if (causes.some((cause) => cause.reason === "FieldManagerConflict")) {
        lines.push(
            "Someone else manages these fields: take their value into the program, leave the fields out of it, " +
                'or set the annotation pulumi.com/patchForce: "true" to take them over.',
        );
    }
    return lines.join("\n");
}

/** The API server did not answer. */
export class Unreachable extends Error {
    override name = "Unreachable";
    constructor(server: string, cause: unknown) {
        const why = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause);
        super(`the Kubernetes cluster cannot be reached: ${server}: ${why}`);
    }
}

/** The object is there, but did not become what was waited for. */
export class NotReady extends Error {
    override name = "NotReady";
    constructor(
        message: string,
        readonly reasons: string[],
        readonly object: Obj,
    ) {
        super(message);
    }
}
