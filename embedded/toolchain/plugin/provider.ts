// What a plugin is to the code that serves it: one object with plain methods.
// serve.ts does everything that has to do with gRPC.
import type { Obj, Path } from "./values";

export interface ResourceName {
    urn: string;
    /** Such as docker:index/image:Image. */
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
}

export interface DiffAnswer {
    /** No change: nothing to do. Others are made in place. */
    changes: PropertyChange[];
}

export interface CreateRequest extends ResourceName {
    inputs: Obj;
    preview: boolean;
}

export interface UpdateRequest extends CreateRequest {
    id: string;
    olds: Obj;
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
    configure(inputs: Obj): void | Promise<void>;
    check(request: CheckRequest, context: Context): Promise<{ inputs: Obj; failures: Failure[] }>;
    diff(request: DiffRequest, context: Context): Promise<DiffAnswer>;
    /** `id` counts for nothing in a preview. */
    create(request: CreateRequest, context: Context): Promise<{ id: string; properties: Obj }>;
    update(request: UpdateRequest, context: Context): Promise<Obj>;
    /** undefined when it is gone. */
    read(request: ReadRequest, context: Context): Promise<{ id: string; properties: Obj; inputs: Obj } | undefined>;
    delete(request: DeleteRequest, context: Context): Promise<void>;
}
