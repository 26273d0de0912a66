// What the writer and the readers answer over HTTP: the same paths for both,
// so that a probe, a scraper or a person need not know which one is asked.
import { health, json, type Routes } from "../common/http";
import { type Row, statusPage } from "./page";
import type { Verdict } from "./verdict";

export interface Told {
    /** Heading of the page. */
    title: string;
    verdict: () => Verdict;
    status: () => { pod: string; node: string } & object;
    /** Records that the page lists. */
    rows: () => readonly Row[];
    /** Prometheus's text form. */
    metrics: () => string;
}

export function routesOf({ title, verdict, status, rows, metrics }: Told): Routes {
    return {
        "/": () => statusPage(title, verdict(), status(), rows()),
        // The process runs and its settings are in order; what the share does is /ready's matter.
        "/startup": () => health(true, "started"),
        "/ready": () => health(verdict().ready, verdict().reason),
        // Only that this answers: a process that waits for a hard mount is not helped by ending it.
        "/live": () => health(true, "alive"),
        "/clock": (receive) => json({ receive, transmit: Date.now() }),
        "/status.json": () => json(status()),
        "/metrics": () => ({ type: "text/plain; version=0.0.4; charset=utf-8", body: metrics() }),
    };
}
