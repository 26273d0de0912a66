// What launch.ts hands to a supervisor: a file, and two sockets as descriptors.
import type { Programs } from "../commands";

export interface Runtime {
    cluster: string;
    programs: Programs;
    /** Of the image of pods' sandboxes, without the registry. */
    sandbox: { repository: string; tag: string; entrypoint: string[] };
}

export const RUNTIME_FILE = "runtime.json";

/** Descriptors of the sockets that listen on the machine's loopback. */
export const API_SOCKET = 3;
export const REGISTRY_SOCKET = 4;

/** Descriptor of the open file that every process of the cluster has, see `held` in folder.ts. */
export const HELD_FILE = 5;
