// The stream of states that open pages get (server-sent events): one at once,
// then one as often as something can have changed. Nobody looks, nothing runs.
import type { ServerResponse } from "node:http";
import type { Answer } from "../common/http";

const EVERY_MS = 500;
/** Each costs a little all the time; the page says so when it is refused. */
const MOST_PAGES = 32;
/** A page that does not take what it is sent, on a phone that sleeps, would be kept in memory without end. */
const MOST_BEHIND_BYTES = 262_144;

export class EventStream<State> {
    private readonly pages = new Map<ServerResponse, number>();
    private timer: NodeJS.Timeout | undefined;

    /** @param read the state, with what is new since the mark of the last one; and the new mark */
    constructor(private readonly read: (after: number) => { state: State; mark: number }) {}

    /** The answer to one page that begins to listen. */
    answer(): Answer {
        if (this.pages.size >= MOST_PAGES) {
            return { status: 503, body: `${MOST_PAGES} pages are open already\n` };
        }
        return {
            type: "text/event-stream; charset=utf-8",
            // It comes back soon, when the connection is lost.
            body: "retry: 1000\n\n",
            stream: (response) => {
                this.pages.set(response, Number.NEGATIVE_INFINITY);
                response.on("close", () => this.leave(response));
                this.send(response);
                this.timer ??= setInterval(() => this.tick(), EVERY_MS);
            },
        };
    }

    close(): void {
        for (const response of this.pages.keys()) response.destroy();
        clearInterval(this.timer);
    }

    private leave(response: ServerResponse): void {
        this.pages.delete(response);
        if (this.pages.size > 0) return;
        clearInterval(this.timer);
        this.timer = undefined;
    }

    private tick(): void {
        for (const response of this.pages.keys()) this.send(response);
    }

    private send(response: ServerResponse): void {
        if (response.writableLength > MOST_BEHIND_BYTES) return void response.destroy();
        const { state, mark } = this.read(this.pages.get(response) ?? Number.NEGATIVE_INFINITY);
        this.pages.set(response, mark);
        response.write(`data: ${JSON.stringify(state)}\n\n`);
    }
}
