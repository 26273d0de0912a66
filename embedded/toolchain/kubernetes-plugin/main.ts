// Entry of the program pulumi-resource-kubernetes.
import { version } from "@pulumi/kubernetes/package.json";
import { main } from "../plugin/serve";
import { KubernetesProvider } from "./provider";

// The engine takes a plugin only if its version is the one of the program's SDK.
void main(new KubernetesProvider(version));
