// What the policy packs share. A pack's own rules are in its folder beside this
// one, and are pure: plain objects in, problems out.
export * from "./objects";
export * from "./plain";
export * from "./policies";
export * from "./problem";
export * from "./workloads";
