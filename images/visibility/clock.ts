// How far the writer's clock is from ours, estimated from exchanges of messages
// as NTP does it (RFC 5905, section 8). The estimate is pure; readWriterClock()
// makes the exchanges.
import { Agent, get } from "node:http";
import { ClockReading } from "@nfs-storage-stack/contract";

/** Milliseconds since 1970: sent and returned by our clock, receive and transmit by the other. */
export interface Exchange extends ClockReading {
    sent: number;
    returned: number;
}
export interface Offset {
    /** What to add to our clock to have the other's. */
    offsetMs: number;
    /** The true offset is at most this far away, as long as no clock was set in between. */
    uncertaintyMs: number;
}

/** Both clocks are read to the millisecond: each of the four readings is at most that much too small. */
const RESOLUTION_MS = 1;

export function offsetOf({ sent, receive, transmit, returned }: Exchange): Offset {
    const roundTrip = Math.max(0, returned - sent - (transmit - receive));
    return {
        offsetMs: (receive - sent + (transmit - returned)) / 2,
        uncertaintyMs: roundTrip / 2 + RESOLUTION_MS,
    };
}

/** The estimate of the quickest exchange; undefined when there was none. */
export function bestOffset(exchanges: readonly Exchange[]): Offset | undefined {
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
export async function readWriterClock(writerUrl: string, times: number, timeoutMs: number): Promise<Offset> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
        const exchanges: Exchange[] = [];
        for (let time = 0; time < times; time++) {
            const sent = Date.now();
            const reading = ClockReading.parse(await getJson(`${writerUrl}/clock`, timeoutMs, agent));
            exchanges.push({ ...reading, sent, returned: Date.now() });
        }
        const best = bestOffset(exchanges);
        if (best === undefined) throw new Error("the writer's clock was not asked");
        return best;
    } finally {
        agent.destroy();
    }
}
