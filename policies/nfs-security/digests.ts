// Policy: images are named by digest. A tag is what somebody calls today what
// may be something else tomorrow.
import {
    type Judgement,
    type KubernetesObject,
    objectPolicy,
    textAt,
    UNKNOWN,
} from "@nfs-storage-stack/policies-shared";
import { judgeContainers } from "./containers";

export function judge(object: KubernetesObject): Judgement {
    return judgeContainers(object, ({ value }) => {
        const image = textAt(value, "image");
        if (image === UNKNOWN) return { unknown: ["image"] };
        if (/@sha256:[0-9a-f]{64}$/.test(image ?? "")) return undefined;
        return {
            found: image === undefined ? "no image" : `the image ${image}`,
            wanted: "an image by digest, such as registry.example/app@sha256:...",
            mend: "use the digest that the registry gives for the tag (`docker buildx imagetools inspect`), or repoDigest of a docker.Image",
        };
    });
}

export const imagesByDigest = objectPolicy(
    {
        name: "images-are-by-digest",
        displayName: "Images are by digest",
        description: "Every image is named by its sha256 digest.",
        severity: "medium",
        tags: ["kubernetes", "security", "supply-chain"],
        remediationSteps: "Name the image by digest.",
        details: [
            "What ran when the visibility of written data was proven must be what runs now: two nodes that pull one tag at different times may run different things. A digest also is what a review has seen.",
            "Judged are all containers, init containers and sidecars of whatever makes pods. In the preview of a stack that builds its images they are not known yet.",
        ],
    },
    judge,
);
