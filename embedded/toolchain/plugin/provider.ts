// What a plugin is to the code that serves it: one object with plain methods.
// serve.ts does everything that has to do with gRPC.
import type { Obj, Path } from "./values";

export interface ResourceName {
    urn: string;
    /** Such as kubernetes:core/v1:Pod. */
    type: string;
    /** The name given in the program. */
    name: string;
}

export interface Say {
    /** Shown beside the resource until the next one. An empty text takes it away. */
    status(text: string): void;
    /** Kept below the resource, and in the log. */
    info(text: string): void;
    warn(text: string): void;
}

export interface Context {
    say: Say;
    /** Aborted when the user cancels. */
    signal: AbortSignal;
}

export interface Failure {
    property: string;
    reason: string;
}

export interface CheckRequest extends ResourceName {
    olds: Obj;
    news: Obj;
    /** For names that are made up: the same in a preview and its update. May be empty. */
    seed: Uint8Array;
    autonaming?: { proposed: string; mode: "propose" | "enforce" | "disable" };
}

export interface DiffRequest extends ResourceName {
    id: string;
    /** The state, as create, update or read answered it. */
    olds: Obj;
    oldInputs: Obj;
    news: Obj;
}

export interface PropertyChange {
    path: Path;
    kind: "add" | "delete" | "update";
    /** Whether this change needs a new resource. */
    replace: boolean;
}

export interface DiffAnswer {
    /** No change: nothing to do. */
    changes: PropertyChange[];
    deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends ResourceName {
    inputs: Obj;
    /** Seconds; 0 when the program does not say. */
    timeout: number;
    preview: boolean;
}

export interface UpdateRequest extends CreateRequest {
    id: string;
    olds: Obj;
    /** Paths of properties whose changes the program wants to be left alone; the inputs have their old values. */
    ignoreChanges: readonly string[];
}

export interface ReadRequest extends ResourceName {
    id: string;
    /** Both empty when it is an import. */
    properties: Obj;
    inputs: Obj;
}

export interface DeleteRequest extends ResourceName {
    id: string;
    properties: Obj;
    timeout: number;
}

export interface Provider {
    /** As in pulumi-resource-NAME. */
    name: string;
    /** Must be the SDK's, or the engine refuses the plugin. */
    version: string;
    /** Said once per run of the CLI. */
    notice?: string;
    /** For messages that refuse something else: "the fallback ..., which serves ...". */
    serves: string;
    /** Problems of the provider's own inputs. */
    checkConfig?(inputs: Obj): Failure[];
    /** Which changes of the provider's own inputs mean that its resources are other ones. @default none */
    diffConfig?(olds: Obj, news: Obj): Promise<{ replaces: string[] }>;
    configure(inputs: Obj): void | Promise<void>;
    check(request: CheckRequest, context: Context): Promise<{ inputs: Obj; failures: Failure[] }>;
    diff(request: DiffRequest, context: Context): Promise<DiffAnswer>;
    /** `id` counts for nothing in a preview. @throws InitFailed when it exists but is not as it should be. */
    create(request: CreateRequest, context: Context): Promise<{ id: string; properties: Obj }>;
    update(request: UpdateRequest, context: Context): Promise<Obj>;
    /** undefined when it is gone. */
    read(request: ReadRequest, context: Context): Promise<{ id: string; properties: Obj; inputs: Obj } | undefined>;
    delete(request: DeleteRequest, context: Context): Promise<void>;
}

/** The resource exists, and stays in the state, but is not as it should be: the next `up` goes on from there. */
export class InitFailed extends Error {
    override name = "InitFailed";
    constructor(
        readonly made: { id: string; properties: Obj; inputs?: Obj },
        message: string,
        /** What a person needs in order to mend it, one line or block each. */
        readonly reasons: string[] = [],
    ) {
        super(message);
    }
}
