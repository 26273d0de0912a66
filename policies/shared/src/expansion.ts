// How Kubernetes expands `$(NAME)` in what a container is told: variables of the
// container by name, `$$` is `$`, and what is not there stays as it is written
// (third_party/forked/golang/expansion of Kubernetes 1.35).
import { at, listAt, type Maybe, textAt, UNKNOWN } from "./plain";

/** Puts something in the place of each `$(NAME)`; `put` is told what is written there, too. */
export const substituted = (text: string, put: (written: string, name: string) => string): string =>
    text.replace(/\$\$|\$\(([^()]*)\)/g, (written, name: string | undefined) =>
        name === undefined ? "$" : put(written, name),
    );

/** What is not in the stack: a variable that comes from elsewhere. */
export class Elsewhere {
    constructor(readonly name: string) {}
}

/** The variables of a container, each with those before it expanded in it. */
export class Variables {
    private readonly values = new Map<string, Maybe<string> | Elsewhere>();
    private readonly isOpen: boolean;
    private readonly hasMore: boolean;

    constructor(container: unknown) {
        const env = listAt(container, "env");
        const more = listAt(container, "envFrom");
        this.isOpen = env === UNKNOWN;
        this.hasMore = more === UNKNOWN || more.length > 0;
        for (const variable of env === UNKNOWN ? [] : env) {
            const name = textAt(variable, "name");
            if (typeof name !== "string") continue;
            const elsewhere = at(variable, "valueFrom") !== undefined;
            this.values.set(name, elsewhere ? new Elsewhere(name) : this.expand(textAt(variable, "value") ?? ""));
        }
    }

    /** The text as the container gets it; UNKNOWN while a part is; Elsewhere where one is not in the stack. */
    expand(text: Maybe<string>): Maybe<string> | Elsewhere {
        if (text === UNKNOWN) return UNKNOWN;
        let stopped: typeof UNKNOWN | Elsewhere | undefined;
        const expanded = substituted(text, (written, name) => {
            const value = this.values.get(name);
            if (typeof value === "string") return value;
            if (value !== undefined) stopped ??= value;
            else if (this.isOpen) stopped ??= UNKNOWN;
            // Kubernetes gives pods the addresses of their namespace's Services, too.
            else if (this.hasMore || /_(SERVICE_(HOST|PORT)|PORT)/.test(name)) stopped ??= new Elsewhere(name);
            return written;
        });
        return stopped ?? expanded;
    }
}
