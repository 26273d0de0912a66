// What the components that use the share have in common: VolumeWriter,
// VolumeReaders and VisibilityCheck.
import type { Input } from "@pulumi/pulumi";
import type { Identity } from "./identity";
import type { PodGroup } from "./placement";

export interface ClientArgs {
    /** Where the claim is. */
    readonly namespace: Input<string>;
    /** Name of the claim. */
    readonly claim: Input<string>;
    /** `dataId` of the export behind the claim: the pods are made anew when it is another. @default not known */
    readonly dataId?: Input<string>;
    /** The image of images/visibility, by digest. */
    readonly image: Input<string>;
    /** Whom the pods run as: whom the server takes every client for. @default 10001:10001 */
    readonly identity?: Identity;
    /** Seconds after which a pod leaves a node that is unreachable; the check's ends before. @default 30 */
    readonly tolerationSeconds?: number;
    /** The server's pods, to keep away from where there is a choice. @default anywhere */
    readonly server?: PodGroup;
}

/** What readers and the check must know of the writer. */
export interface WriterContact {
    /** Its pods, to keep away from. */
    readonly pods: PodGroup;
    /** Base URL of its clock. */
    readonly url: Input<string>;
    /** Of its journal: others have theirs on the same share. */
    readonly journalName: Input<string>;
}
