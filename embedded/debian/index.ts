// Debian pieces that do not depend on the host's release: see README.md.
export { buildTree } from "./build-tree";
export { helperRootfs } from "./helper";
export { type Bind, type Command, inTree, TREE_PATH, type TreeOptions, treeCommand } from "./in-tree";
export { servicesTree } from "./services";
export { debianTree, RELEASE } from "./tree";
