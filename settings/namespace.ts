// The namespace of the settings, in a file of its own: those that ask for no
// more than the name do not load Pulumi with it.

/** The project's own namespace: what Pulumi.yaml calls it, also when the components run under another project. */
export const NAMESPACE = "nfs-storage-stack";
