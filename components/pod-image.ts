// An image that pods run: built from a folder of images/ and pushed to the
// stack's registry, or one that exists already. Pods get it by digest.
import { relative } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { bundleImage } from "../images/bundle";
import { imageName, registryHost } from "./image-name";
import { type ComponentOptions, childOptions, ownOptions } from "./options";
import { type Transform, transformed } from "./transform";

/** Where built images are pushed to, and the cluster's nodes pull them from. */
export interface ImageRegistry {
    /** Host and, where needed, port and path, such as registry.example.org/team. */
    readonly server: string;
    readonly username?: string;
    readonly password?: pulumi.Input<string>;
}

export interface BuiltImage {
    readonly registry: ImageRegistry;
    /** What the image is based on: Debian trixie, under any name. @default the Dockerfile's own */
    readonly baseImage?: string;
    /** Such as linux/amd64. @default the engine's */
    readonly platform?: string;
}

/** An image to build, or the digest reference of one that exists. */
export type ImageSource = BuiltImage | { readonly reference: string };

export interface PodImageArgs {
    /** Which folder of images/ it is built from. */
    readonly image: "nfs-server" | "visibility";
    readonly source: ImageSource;
    readonly transforms?: { readonly image?: Transform<docker.ImageArgs> };
}

export class PodImage extends pulumi.ComponentResource {
    /** For a pod's `image`: repository@sha256:digest. */
    readonly reference: pulumi.Output<string>;

    constructor(name: string, args: PodImageArgs, opts?: ComponentOptions) {
        super("nfs-storage-stack:index:PodImage", name, {}, ownOptions(opts));
        if ("reference" in args.source) {
            this.reference = pulumi.output(args.source.reference);
        } else {
            this.reference = this.build(name, args.image, args.source, args.transforms?.image, opts);
        }
        this.registerOutputs({ reference: this.reference });
    }

    private build(
        name: string,
        image: PodImageArgs["image"],
        { registry, baseImage, platform }: BuiltImage,
        transform: Transform<docker.ImageArgs> | undefined,
        opts: ComponentOptions | undefined,
    ): pulumi.Output<string> {
        // Relative to the program, which is where plugins are started: the same on every machine.
        const context = pulumi.output(bundleImage(image)).apply((folder) => relative(process.cwd(), folder));
        const built = new docker.Image(
            name,
            ...transformed<docker.ImageArgs>(
                transform,
                {
                    imageName: imageName(registry.server, pulumi.getProject(), pulumi.getStack(), image),
                    build: {
                        context,
                        dockerfile: pulumi.interpolate`${context}/Dockerfile`,
                        ...(baseImage !== undefined && { args: { BASE_IMAGE: baseImage } }),
                        ...(platform !== undefined && { platform }),
                    },
                    registry: {
                        server: registryHost(registry.server),
                        ...(registry.username !== undefined && { username: registry.username }),
                        ...(registry.password !== undefined && { password: pulumi.secret(registry.password) }),
                    },
                },
                childOptions(this, opts),
            ),
        );
        return built.repoDigest;
    }
}
