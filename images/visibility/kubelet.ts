// The three probes: what each is answered, and when the kubelet asked last, so
// that the page can show both.
import type { IncomingMessage } from "node:http";
import { health, type Routes } from "../common/http";
import type { ShownProbe } from "./page-state";
import { monotonicMs } from "./time";
import type { Verdict } from "./verdict";
import type { VerdictLog } from "./verdict-log";

interface Probe {
    name: ShownProbe["name"];
    path: string;
    judge: () => { ok: boolean; reason: string };
    asked?: { at: number; status: number };
}

/** As the kubelet names itself. */
const byKubelet = ({ headers }: IncomingMessage): boolean => headers["user-agent"]?.startsWith("kube-probe/") === true;

export class Probes {
    private readonly probes: Probe[];

    /** @param log what the kubelet is told of readiness goes there, too */
    constructor(
        verdict: () => Verdict,
        private readonly log: VerdictLog,
    ) {
        this.probes = [
            // The process runs and its settings are in order; what the share does is /ready's matter.
            { name: "startup", path: "/startup", judge: () => ({ ok: true, reason: "started" }) },
            {
                name: "readiness",
                path: "/ready",
                judge: () => {
                    const { ready, reason } = verdict();
                    return { ok: ready, reason };
                },
            },
            // Only that this answers: a process that waits for a hard mount is not helped by ending it.
            { name: "liveness", path: "/live", judge: () => ({ ok: true, reason: "alive" }) },
        ];
    }

    routes(): Routes {
        return Object.fromEntries(
            this.probes.map((probe) => [
                probe.path,
                (request: IncomingMessage) => {
                    const { ok, reason } = probe.judge();
                    const answer = health(ok, reason);
                    if (byKubelet(request)) {
                        probe.asked = { at: monotonicMs(), status: answer.status ?? 200 };
                        if (probe.name === "readiness") this.log.tell({ ready: ok, reason });
                    }
                    return answer;
                },
            ]),
        );
    }

    shown(): ShownProbe[] {
        const now = monotonicMs();
        return this.probes.map(({ name, path, judge, asked }) => {
            const { ok, reason: answer } = judge();
            return {
                name,
                path,
                ok,
                answer,
                askedAgoMs: asked ? Math.round(now - asked.at) : null,
                answeredStatus: asked?.status ?? null,
            };
        });
    }
}
