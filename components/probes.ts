// The three probes that every long-running container has, over HTTP to a
// process that tells them apart. Pure.
import type * as k8s from "@pulumi/kubernetes";

type Probe = k8s.types.input.core.v1.Probe;

export interface Probes {
    readonly startupProbe: Probe;
    readonly readinessProbe: Probe;
    readonly livenessProbe: Probe;
}

export function probes(port: number): Probes {
    const ask = (path: string): Probe => ({ httpGet: { path, port, scheme: "HTTP" } });
    return {
        // Asked every second, so that a start is noticed at once; 3 minutes in all, as a slow node may pull
        // its memory from disk first and a server waits out its grace.
        startupProbe: { ...ask("/startup"), periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 180 },
        readinessProbe: { ...ask("/ready"), periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 3 },
        // A restart heals only a process that is stuck itself: patient enough (a minute and a half) for a busy
        // node and for the whole grace of a restarted server.
        livenessProbe: { ...ask("/live"), periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 6 },
    };
}
