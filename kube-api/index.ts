// What the program's preflight knows of an API server; README.md says why it is
// not the official client.
export { type Cluster, type ClusterChoice, connect, KubeconfigError, NotSupported } from "./cluster";
export { isCertificateError, type Question, send, textOf } from "./request";
