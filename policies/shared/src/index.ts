// What the policy packs share. A pack's own rules are in its folder beside this
// one, and are pure: plain objects in, findings out.
export * from "./binding";
export * from "./claims";
export * from "./clusters";
export * from "./configuration";
export * from "./expansion";
export * from "./exports-file";
export * from "./findings";
export * from "./ganesha";
export { lastOf, MOUNT_OPTIONS_ANNOTATION, type MountOptions, ofAttributes, ofClass, ofVolume } from "./mount-options";
export * from "./nfs-driver";
export * from "./objects";
export * from "./places";
export * from "./plain";
export * from "./policies";
export * from "./quantity";
export * from "./selector";
export * from "./shares";
export * from "./storage-class";
export * from "./workloads";
