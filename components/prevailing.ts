// Whose an object's fields are. Who changes one by hand owns it from then on, to
// Kubernetes, and Pulumi's next change of it would be refused as a conflict
// (server-side apply): a Deployment that was scaled by kubectl could never be
// scaled by the settings again. With Pulumi's own annotation it takes it back.
import type { ResourceTransformation } from "@pulumi/pulumi";

const FORCE = "pulumi.com/patchForce";

/** For all objects of a stack: what its program says counts, whoever changed it meanwhile. What it only reads stays as it is. */
export const prevailing: ResourceTransformation = ({ type, props, opts }) => {
    const { metadata } = props;
    if (!type.startsWith("kubernetes:") || metadata === undefined || "id" in opts) return undefined;
    const annotations = { ...metadata.annotations, [FORCE]: "true" };
    return { props: { ...props, metadata: { ...metadata, annotations } }, opts };
};
