// What the policy packs share. A pack's own rules are in its folder beside this
// one, and are pure: plain objects in, findings out.
export * from "./claims";
export * from "./configuration";
export * from "./findings";
export * from "./ganesha";
export * from "./objects";
export * from "./plain";
export * from "./policies";
export * from "./quantity";
export * from "./shares";
export * from "./storage-class";
export * from "./workloads";
