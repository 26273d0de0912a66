// The one uid and gid that everything on the share belongs to: the server
// squashes every client to it, and the clients run as it, so that neither
// chown nor fsGroup is ever needed on the share. Pure.

export interface Identity {
    /** Never 0: clients must not run as root. */
    readonly uid: number;
    readonly gid: number;
}

/** Above the ids that distributions give to people and services, below Kubernetes's user namespaces (65536). */
export const defaultIdentity: Identity = { uid: 10001, gid: 10001 };
