// The components, for programs that use them one by one.
export * from "./export";
export * from "./external-nfs";
export * from "./nfs-server";
export * from "./nfs-storage-stack";
export * from "./nfs-volume";
export type { ComponentOptions } from "./options";
export * from "./pod-image";
export * from "./prevailing";
export * from "./transform";
export * from "./visibility-check";
export * from "./volume-readers";
export * from "./volume-writer";
