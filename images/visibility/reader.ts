// A reader: its thread looks at the share (watch-thread.ts), and this one makes
// something of what it sees (reader-facts.ts) and tells it: to the kubelet, to
// Prometheus, to the pages that people have open.
import { readFileSync } from "node:fs";
import { json } from "../common/http";
import { metricsRoute } from "../common/metrics";
import { ClockFollower } from "./clock-follower";
import { EventStream } from "./events";
import { Probes } from "./kubelet";
import type { SightMessage, WatchSettings } from "./messages";
import { commonMetrics } from "./metrics";
import { mountedAt, parseMounts } from "./mounts";
import { pageRoutes } from "./page-files";
import type { PageState } from "./page-state";
import { HISTORY_SECONDS, ReaderFacts } from "./reader-facts";
import { readerMetrics } from "./reader-metrics";
import { goOn, processUse, type Running, statusRoute } from "./running";
import type { ReaderSettings } from "./settings";
import { ShareThread } from "./share-thread";
import { monotonicMs } from "./time";
import { SILENCE_MS } from "./verdict";
import { VerdictLog } from "./verdict-log";

/** A writer that restarts is asked for its clock once a second until it answers, not with each record. */
const ASK_AGAIN_MS = 1_000;

export async function startReader(settings: ReaderSettings, say: (line: string) => void): Promise<Running> {
    const facts = new ReaderFacts(settings);
    const storage = storageOf(settings);
    let askedAt = Number.NEGATIVE_INFINITY;
    let wrong: string | undefined;

    const clock = new ClockFollower(settings.writerUrl, {
        clock: (read) => {
            facts.clock = read;
        },
        writer: (place) => {
            facts.writer = place;
        },
        say,
    });
    const thread = new ShareThread<SightMessage>("watch", settings satisfies WatchSettings, (sight) => {
        const unknownRun = facts.take(sight);
        if (unknownRun && sight.seenAt - askedAt >= ASK_AGAIN_MS) {
            askedAt = sight.seenAt;
            clock.askNow();
        }
        // At once, not only when the kubelet asks next: it may be over by then.
        if (sight.lasting?.reason !== wrong) log.tell(verdict());
        wrong = sight.lasting?.reason;
    });

    const silence = (): string | undefined => thread.silence(SILENCE_MS);
    const verdict = () => facts.verdict(monotonicMs(), silence());
    const log = new VerdictLog(say);
    const probes = new Probes(verdict, log);
    let version = 0;
    function state(after: number): { state: PageState; mark: number } {
        const now = monotonicMs();
        const page = facts.page(now, silence(), after);
        return {
            state: { version: ++version, storage, probes: probes.shown(), ...page },
            mark: page.history.at(-1)?.at ?? after,
        };
    }
    const events = new EventStream(state);
    const following = clock.follow();
    return goOn({
        routes: {
            ...pageRoutes(),
            "/events": () => events.answer(),
            "/state.json": () => json(state(monotonicMs() / 1000 - HISTORY_SECONDS).state),
            ...probes.routes(),
            ...statusRoute(() => facts.status(monotonicMs(), thread.waitingMs(), silence())),
            ...metricsRoute(() => [
                ...commonMetrics("reader", verdict().ready, thread.waitingMs(), facts, processUse()),
                ...readerMetrics(facts, monotonicMs()),
            ]),
        },
        settings,
        thread,
        end: async () => {
            events.close();
            clock.stop();
            await following;
        },
        say,
    });
}

/** Of the kernel, not of the share: it answers also when the share does not. */
function storageOf({ sharePath, claim, volume, mountsFile }: ReaderSettings): PageState["storage"] {
    const mount = mountedAt(sharePath, parseMounts(readFileSync(mountsFile, "utf8")));
    return {
        claim,
        volume,
        source: mount?.source ?? null,
        type: mount?.type ?? null,
        options: mount?.options ?? [],
        path: sharePath,
    };
}
