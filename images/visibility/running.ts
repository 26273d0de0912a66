// A role that goes on until it is stopped, as the writer and the readers do: it
// works on the share, and answers over HTTP (routes.ts) meanwhile.
import { serve } from "../common/http";
import { routesOf, type Told } from "./routes";
import type { ShareOperations } from "./share-operations";

export interface Running {
    port: number;
    /** Resolves when it has ended. */
    stop(): Promise<void>;
    /** Whether an operation on the share is going on that may never end. */
    stuck(): boolean;
}

export interface GoingOn {
    told: Told;
    settings: { httpPort: number; httpHost?: string };
    operations: ShareOperations;
    /** Begun once it answers; ends after `stopping`. */
    work: () => Promise<unknown>;
    stopping: AbortController;
    say: (line: string) => void;
}

export async function goOn({ told, settings, operations, work, stopping, say }: GoingOn): Promise<Running> {
    const server = await serve(routesOf(told), { port: settings.httpPort, host: settings.httpHost });
    say(`answering on port ${server.port}`);
    const ended = work();
    return {
        port: server.port,
        stop: async () => {
            stopping.abort();
            await ended;
            server.close();
        },
        stuck: () => operations.waitingMs() > 0,
    };
}
