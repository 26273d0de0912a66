// Entry point of pulumi-resource-docker, the fallback for Pulumi's own plugin
// of that name. provider.ts is what it does, README.md what it serves.
import { main } from "../plugin/serve";
import { dockerProvider } from "./provider";

void main(dockerProvider());
