// What crosses process borders: the program, the pods and the policy packs each
// import these, so that none of them can drift from the others.
export * from "./canonical";
export * from "./defaults";
export * from "./evidence";
export * from "./labels";
export * from "./mount-options";
export * from "./pods";
export * from "./quantity";
export * from "./records";
export * from "./status";
