// How far the writer's clock is from ours, estimated from exchanges of messages
// as NTP does it (RFC 5905, section 8). The estimate is pure; readWriterClock()
// makes the exchanges.
import { Agent, get } from "node:http";
import { ClockReading } from "@nfs-storage-stack/contract";
import { monotonicMs } from "./time";

/** Milliseconds: sent and returned by our clock that only goes forward, receive and transmit by the writer's. */
export interface Exchange extends ClockReading {
    sent: number;
    returned: number;
}
export interface Offset {
    /** What to add to our clock to have the other's. */
    offsetMs: number;
    /** The true offset is at most this far away. */
    uncertaintyMs: number;
}
/** Of one run of the writer's process. */
export interface WriterClock extends Offset {
    run: string;
}

/** Clocks are read to the tenth of a millisecond. */
const RESOLUTION_MS = 0.1;

export function offsetOf({ sent, receive, transmit, returned }: Omit<Exchange, "run">): Offset {
    const roundTrip = Math.max(0, returned - sent - (transmit - receive));
    return {
        offsetMs: (receive - sent + (transmit - returned)) / 2,
        uncertaintyMs: roundTrip / 2 + RESOLUTION_MS,
    };
}

/** The estimate of the quickest exchange; undefined when there was none. */
export function bestOffset(exchanges: readonly Omit<Exchange, "run">[]): Offset | undefined {
    return exchanges
        .map(offsetOf)
        .reduce<Offset | undefined>((best, o) => (best && best.uncertaintyMs <= o.uncertaintyMs ? best : o), undefined);
}

const LARGEST_ANSWER = 65_536;

/** The JSON that a URL of the writer answers with. @throws Error with the URL in it */
export function getJson(url: string, timeoutMs: number, agent?: Agent): Promise<unknown> {
    return new Promise((resolve, reject) => {
        const fail = (error: Error): void => reject(new Error(`GET ${url}: ${error.message}`));
        const signal = AbortSignal.timeout(timeoutMs);
        const request = get(url, { agent, signal }, (response) => {
            const parts: Buffer[] = [];
            let size = 0;
            response.on("data", (part: Buffer) => {
                size += part.length;
                if (size > LARGEST_ANSWER) request.destroy(new Error(`more than ${LARGEST_ANSWER} bytes`));
                else parts.push(part);
            });
            response.on("error", fail);
            response.on("end", () => {
                if (response.statusCode !== 200) return fail(new Error(`status ${response.statusCode}`));
                try {
                    resolve(JSON.parse(Buffer.concat(parts).toString("utf8")));
                } catch {
                    fail(new Error("the answer is not JSON"));
                }
            });
        });
        request.on("error", (error) => fail(signal.aborted ? new Error(`no answer within ${timeoutMs} ms`) : error));
    });
}

/** Asks the writer's /clock so many times on one connection. @throws Error when it does not answer */
export async function readWriterClock(writerUrl: string, times: number, timeoutMs: number): Promise<WriterClock> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
        const exchanges: Exchange[] = [];
        for (let time = 0; time < times; time++) {
            const sent = monotonicMs();
            const reading = ClockReading.parse(await getJson(`${writerUrl}/clock`, timeoutMs, agent));
            exchanges.push({ ...reading, sent, returned: monotonicMs() });
        }
        const run = exchanges.at(-1)?.run;
        const best = bestOffset(exchanges.filter((exchange) => exchange.run === run));
        if (run === undefined || best === undefined) throw new Error("the writer's clock was not asked");
        return { ...best, run };
    } finally {
        agent.destroy();
    }
}
