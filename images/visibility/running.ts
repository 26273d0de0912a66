// A role that goes on until it is stopped, as the writer and the readers do: a
// thread works on the share, and this one answers over HTTP meanwhile.
import { json, type Routes, serve } from "../common/http";
import type { ProcessUse } from "./metrics";
import type { ShareThread } from "./share-thread";

export interface Running {
    port: number;
    /** Resolves when it has ended. */
    stop(): Promise<void>;
    /** Whether an operation on the share is going on that may never end. */
    stuck(): boolean;
    /** Rejects when the thread that works on the share failed. */
    ended: Promise<void>;
}

export interface GoingOn {
    routes: Routes;
    settings: { httpPort: number; httpHost?: string };
    thread: Pick<ShareThread<unknown>, "ended" | "stop" | "waitingMs">;
    /** Ends what else goes on. */
    end(): void | Promise<void>;
    say: (line: string) => void;
}

export const statusRoute = (status: () => unknown): Routes => ({ "/status.json": () => json(status()) });

export function processUse(): ProcessUse {
    const { user, system } = process.cpuUsage();
    return {
        cpuSeconds: (user + system) / 1e6,
        residentBytes: process.memoryUsage.rss(),
        startedSeconds: performance.timeOrigin / 1000,
        nodeVersion: process.versions.node,
    };
}

export async function goOn({ routes, settings, thread, end, say }: GoingOn): Promise<Running> {
    const server = await serve(routes, { port: settings.httpPort, host: settings.httpHost });
    say(`answering on port ${server.port}`);
    return {
        port: server.port,
        ended: thread.ended,
        stop: async () => {
            await Promise.all([end(), thread.stop()]);
            server.close();
        },
        stuck: () => thread.waitingMs() > 0,
    };
}
