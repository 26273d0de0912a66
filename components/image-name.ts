// Names of the images that the stack pushes. Pure.
import { kubernetesName } from "./names";

/** Where one logs in, without the path that images are kept under. */
export function registryHost(server: string): string {
    return server.split("/")[0] ?? server;
}

/** One repository for all stacks of a project, as most of the layers are the same; a tag each, as their contents may differ. */
export function imageName(server: string, project: string, stack: string, image: string): string {
    return `${server}/${kubernetesName(project)}/${image}:${kubernetesName(stack)}`;
}
