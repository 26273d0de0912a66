// Ctrl-C at moments that nobody chose: whatever `make up` or `make down` is just
// doing, it ends within seconds with nothing lost, and the next goes on.
// INTERRUPTIONS says how often; SEED, which is printed, repeats a run.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { instance, sharedCluster } from "../cluster/instance";
import { wholeness } from "../cluster/whole";

const shared = instance(sharedCluster);
const { makes, startMake } = shared;
const { assertComplete, assertWhole, interrupted } = wholeness(shared);

const TIMES = Number(process.env.INTERRUPTIONS ?? 12);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
/** What one of them takes on an idle machine: later, and it has ended by itself. */
const LONGEST_MS = { up: 45_000, down: 20_000 };

/** mulberry32: the same numbers for the same seed, which Math.random has not. */
function numbers(seed: number): () => number {
    let state = seed;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

describe(`ctrl-C at ${TIMES} moments (SEED=${SEED})`, () => {
    const random = numbers(SEED);
    after(() => makes("down"));

    for (let time = 1; time <= TIMES; time++) {
        // Twice as often on the way up, which is longer.
        const command = random() < 2 / 3 ? "up" : "down";
        const afterMs = Math.round(random() * LONGEST_MS[command]);

        it(`${time}: make ${command}, after ${(afterMs / 1000).toFixed(1)} s`, async () => {
            if (command === "down") await makes("cluster", { ARGS: "up" });
            const running = startMake(command);
            const ended = running.ended.then(() => true);
            const over = await Promise.race([ended, pause(afterMs, false)]);
            if (!over) await interrupted(running);
            await makes("cluster", { ARGS: "up" });
            await assertWhole();
        });
    }

    it("ends up where an undisturbed `make up` does", async () => {
        const { stdout } = await makes("up");
        assert.match(stdout, /verdict +passed/);
        await assertComplete();
        const preview = await makes("preview");
        assert.doesNotMatch(preview.output, /to (create|update|delete|replace)/);
    });
});
