// Whatever happens in whatever order: what a reader passes as verified is what
// was written, damage is found, and nothing but damage is called so.
import assert from "node:assert/strict";
import { type JournalRecord, journal } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { Journal } from "../../images/visibility/journal";
import { type Sight, Watch } from "../../images/visibility/watch";
import { Crash, MemoryShare } from "./visibility-memory";

/** A quarter of it is a segment: of records of this size, five. */
const LIMITS = { journalBytes: 12_000, recordBytes: 600 };
const OPTIONS = { auditIntervalMs: 100, patienceMs: 2_000 };
const LOOK_MS = 60;
/** A reader finds damage, and that it is gone, within this time: patience, and each part looked at again. */
const SOON_MS = 10_000;

/** A writer and a reader on one share, and a clock. */
class Scene {
    readonly share = new MemoryShare();
    now = 0;
    readonly written = new Map<number, JournalRecord>();
    private journal: Journal | undefined;
    private watch = new Watch(this.share, OPTIONS);
    private lastSeen: number | undefined;
    private count = 0;

    get used(): number {
        return [...this.share.files].reduce(
            (sum, [name, { length }]) => sum + (name === journal.current ? 0 : length),
            0,
        );
    }

    /** Appends so many records, synced together, as the writer's thread does: after an error it opens anew. */
    write(records: number): void {
        try {
            this.journal ??= this.open();
            for (let i = 0; i < records; i++) {
                const { run, time } = { run: "run", time: new Date(1e12 + this.now).toISOString() };
                const body = {
                    time,
                    run,
                    elapsedMs: this.now,
                    writer: "w",
                    revision: "r",
                    message: `m${this.count++}`,
                };
                const record = this.journal.append(body);
                this.written.set(record.sequence, record);
            }
            this.journal.sync();
            this.journal.publish();
        } catch (error) {
            this.journal = undefined;
            if (error instanceof Crash) return;
            assert.match((error as Error).message, /ENOSPC/);
            // It is mended at once, which needs no room.
            this.journal = this.open();
        }
    }

    private open(): Journal {
        return Journal.open(this.share, LIMITS);
    }

    /** The writer's node goes at the so-manieth operation of writing, and comes back. */
    crash(step: number, reached: number): void {
        let left = step;
        this.share.onStep = () => {
            if (left-- === 0) throw new Crash();
        };
        this.write(2);
        this.share.onStep = undefined;
        if (this.journal === undefined) this.share.crash(reached);
        this.journal = undefined;
        this.write(1);
    }

    /** While the writer writes, the reader looks between any two operations. */
    together(records: number): void {
        this.share.onStep = () => this.look(1);
        this.write(records);
        this.share.onStep = undefined;
    }

    restartReader(): void {
        this.watch = new Watch(this.share, OPTIONS);
        this.lastSeen = undefined;
    }

    look(ms = LOOK_MS): Sight {
        this.now += ms;
        const live = this.caughtUp;
        const sight = this.watch.look(() => this.now);
        for (const record of sight.records) {
            assert.deepEqual(record, this.written.get(record.sequence), "a false pass");
            const expected = (this.lastSeen ?? 0) + 1;
            // Only one that has seen nothing, or was left behind, begins somewhere else.
            assert.ok(record.sequence === expected || !live, `${record.sequence} after ${this.lastSeen}`);
            this.lastSeen = record.sequence;
        }
        return sight;
    }

    /** Looks until it is as wanted; the last sight, if it never is. */
    lookUntil(wanted: (sight: Sight) => boolean, ms = SOON_MS): Sight {
        let sight = this.look();
        for (const end = this.now + ms; this.now < end && !wanted(sight); ) sight = this.look();
        return sight;
    }

    get seen(): number {
        return this.watch.follower.headSequence;
    }
    get caughtUp(): boolean {
        return this.watch.follower.caughtUp;
    }
}

type Step = (scene: Scene) => void;
const harmless: fc.Arbitrary<Step> = fc.oneof(
    fc.integer({ min: 1, max: 7 }).map(
        (n): Step =>
            (s) =>
                s.write(n),
    ),
    fc.integer({ min: 1, max: 4 }).map(
        (n): Step =>
            (s) =>
                s.together(n),
    ),
    fc.integer({ min: 1, max: 20 }).map(
        (n): Step =>
            (s) => {
                for (let i = 0; i < n; i++) s.look();
            },
    ),
    fc.tuple(fc.nat({ max: 14 }), fc.double({ min: 0, max: 1, noNaN: true })).map(
        ([step, reached]): Step =>
            (s) =>
                s.crash(step, reached),
    ),
    fc.nat({ max: 900 }).map(
        (room): Step =>
            (s) => {
                s.share.space = s.share.used() + room;
                s.together(2);
                s.share.space = Number.POSITIVE_INFINITY;
                s.write(1);
            },
    ),
    fc.constant<Step>((s) => s.restartReader()),
);
const history = fc.array(harmless, { minLength: 1, maxLength: 30 });

/** Something wrong; says whether anything was changed. */
type Harm = (scene: Scene) => boolean;
const anySegment = (scene: Scene, which: number): string | undefined => {
    const names = scene.share
        .names()
        .filter((name) => journal.segmentPattern.test(name))
        .toSorted();
    return names[which % Math.max(1, names.length)];
};
const changed = (scene: Scene, name: string | undefined, change: (content: Buffer) => Buffer | undefined): boolean => {
    const content = name === undefined ? undefined : scene.share.files.get(name);
    if (name === undefined || content === undefined || content.length === 0) return false;
    const altered = change(Buffer.from(content));
    if (altered?.equals(content)) return false;
    if (altered) scene.share.files.set(name, altered);
    else scene.share.files.delete(name);
    return true;
};
const harms: Record<string, fc.Arbitrary<Harm>> = {
    "a byte that is flipped": fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })).map(
        ([which, at, flip]): Harm =>
            (s) =>
                changed(s, anySegment(s, which), (content) => {
                    const place = at % content.length;
                    content[place] = (content[place] ?? 0) ^ flip;
                    return content;
                }),
    ),
    "a segment that is cut short": fc.tuple(fc.nat(), fc.nat()).map(
        ([which, at]): Harm =>
            (s) =>
                changed(s, anySegment(s, which), (content) => content.subarray(0, at % content.length)),
    ),
    "a segment that is gone though an older one is there": fc.nat().map(
        (which): Harm =>
            (s) => {
                const name = anySegment(s, which);
                return name !== anySegment(s, 0) && changed(s, name, () => undefined);
            },
    ),
    "records that change places": fc.tuple(fc.nat(), fc.nat()).map(
        ([which, at]): Harm =>
            (s) =>
                changed(s, anySegment(s, which), (content) => {
                    const lines = content.toString().split(/(?<=\n)/);
                    const first = at % Math.max(1, lines.length - 1);
                    [lines[first], lines[first + 1]] = [lines[first + 1] ?? "", lines[first] ?? ""];
                    return Buffer.from(lines.join(""));
                }),
    ),
    "a document that is altered": fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(
        ([at, flip]): Harm =>
            (s) =>
                changed(s, journal.current, (content) => {
                    const place = at % content.length;
                    content[place] = (content[place] ?? 0) ^ flip;
                    return content;
                }),
    ),
};

describe("a reader, whatever happens in whatever order,", () => {
    it("passes all that was written, in order, and raises no false alarm", () => {
        fc.assert(
            fc.property(history, (steps) => {
                const scene = new Scene();
                scene.write(1);
                for (const step of steps) {
                    step(scene);
                    const { lasting } = scene.look();
                    assert.equal(lasting, undefined, lasting?.reason);
                    assert.ok(scene.used <= LIMITS.journalBytes, `${scene.used} bytes of journal`);
                }
                scene.write(1);
                const last = Math.max(...scene.written.keys());
                const { problem } = scene.lookUntil((sight) => scene.seen === last && sight.problem === undefined);
                assert.equal(problem, undefined, problem?.reason);
                assert.equal(scene.seen, last);
            }),
            { numRuns: 300 },
        );
    });

    for (const [what, harm] of Object.entries(harms)) {
        it(`finds ${what}, running or coming anew, and that it is mended`, () => {
            let harmed = 0;
            fc.assert(
                fc.property(history, harm, fc.boolean(), (steps, hurt, anew) => {
                    const scene = new Scene();
                    scene.write(6);
                    for (const step of steps) step(scene);
                    // At rest, and all of it seen.
                    scene.write(1);
                    scene.lookUntil((sight) => scene.caughtUp && sight.problem === undefined);
                    const mend = scene.share.snapshot();
                    if (!hurt(scene)) return;
                    harmed++;
                    if (anew) scene.restartReader();
                    const found = scene.lookUntil(({ lasting }) => lasting !== undefined).lasting;
                    assert.ok(found, "it was not found");
                    assert.notEqual(found.kind, "unreadable");
                    mend();
                    const after = scene.lookUntil(({ lasting }) => lasting === undefined && scene.caughtUp);
                    assert.equal(after.lasting, undefined, after.lasting?.reason);
                }),
                { numRuns: 200 },
            );
            assert.ok(harmed > 50, `it was tried ${harmed} times`);
        });
    }

    it("tells apart what it finds", () => {
        const kinds: [string, (content: string) => string | undefined][] = [
            ["altered", (text) => text.replace('"m2"', '"mX"')],
            ["missing", (text) => text.split("\n").toSpliced(1, 1).join("\n")],
            ["disordered", (text) => `${text.split("\n")[0]}\n${text}`],
            ["torn", (text) => text.slice(0, -20)],
            ["missing", () => undefined],
        ];
        for (const [kind, change] of kinds) {
            const scene = new Scene();
            scene.write(4);
            const name = anySegment(scene, 0);
            scene.lookUntil(() => scene.caughtUp);
            changed(scene, name, (content) => {
                const text = change(content.toString());
                return text === undefined ? undefined : Buffer.from(text);
            });
            // Torn by a crash, nothing that was whole is missing: only one that comes anew sees it so.
            if (kind === "torn") {
                scene.share.files.delete(journal.current);
                scene.restartReader();
            }
            assert.equal(scene.lookUntil(({ lasting }) => lasting !== undefined).lasting?.kind, kind);
        }
    });

    it("begins anew when a new journal is begun", () => {
        const scene = new Scene();
        scene.write(12);
        scene.lookUntil(() => scene.caughtUp);
        const other = new Scene();
        other.write(3);
        scene.share.files.clear();
        for (const [name, content] of other.share.files) scene.share.files.set(name, content);
        for (const [sequence, record] of other.written) scene.written.set(sequence, record);
        assert.equal(scene.lookUntil(({ lasting }) => lasting !== undefined).lasting?.kind, "missing");
        const after = scene.lookUntil(({ lasting }) => lasting === undefined && scene.caughtUp, 60_000);
        assert.equal(after.lasting, undefined, after.lasting?.reason);
        assert.equal(scene.seen, 3);
    });
});
