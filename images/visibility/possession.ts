// Whose journal it is. Two writers on one journal, each as if it were alone,
// overwrite each other's records. So a writer first makes the owner's file with
// the next number, which only one can (O_EXCL), and stops as soon as there is a
// higher one. It follows at once on a writer that has ended, and on an earlier
// container of its own pod, which has; any other it watches first, and waits as
// long as something moves. Pure but for the files that it is given.
import { JournalOwner, journal } from "@nfs-storage-stack/contract";
import { MOST_BYTES, type WritableFiles } from "./files";
import { segmentsAmong } from "./journal";

/** Nothing may have moved for so long before a journal is taken over: several beats, and a short stall of the server. */
export const WATCH_MS = 10_000;

/** Another writer has the journal: this one must not write. */
export class Contested extends Error {
    override name = "Contested";
}

type Writer = Pick<JournalOwner, "run" | "pod" | "podUid" | "node">;

function generationsAmong(names: readonly string[]): number[] {
    return names
        .flatMap((name) => {
            const digits = journal.ownerPattern.exec(name)?.[1];
            return digits === undefined ? [] : [Number(digits)];
        })
        .toSorted((a, b) => a - b);
}

export class Possession {
    /** Of our own file; 0 while the journal is not ours. */
    private generation = 0;
    private beats = 0;
    /** What was last seen of another writer, since when it has been so, and whether it was ever seen to move. */
    private watched: { sight: string; since: number; moved: boolean } | undefined;
    /** Somebody wrote who leaves no owner's file: from then on nobody is followed at once. */
    private distrust = false;
    /** Who came before may still have a write under way: its last segment is better left alone. */
    leaveSegment = false;

    constructor(
        private readonly files: WritableFiles,
        private readonly me: Writer,
        /** For messages. */
        private readonly folder: string,
    ) {}

    /** Makes the journal ours, if nobody else has it. @throws Contested, which says who has; to be tried again */
    take(now: number): void {
        if (this.generation > 0) return;
        this.files.prepare();
        const names = this.files.names();
        const highest = generationsAmong(names).at(-1) ?? 0;
        const owner = this.owner(highest);
        const last = segmentsAmong(names).at(-1);
        const free = owner === undefined ? highest === 0 && last === undefined : this.hasEnded(owner);
        if (!free || this.distrust) this.watch(now, highest, owner, last);
        this.claim(highest + 1);
        this.leaveSegment = !free;
        this.distrust = false;
    }

    /** @throws Contested when another writer has taken the journal over; Error when its folder was moved away */
    confirm(): void {
        const highest = generationsAmong(this.files.names()).at(-1) ?? 0;
        if (highest === this.generation) return;
        this.generation = 0;
        if (highest === 0) throw new Error(`the folder ${this.folder} is not there any more`);
        throw new Contested(this.told(this.owner(highest), true));
    }

    /** Shows others that this writer is there, while it writes nothing. */
    beat(): void {
        this.beats++;
        this.files.replace(journal.owner(this.generation), this.spelled(false));
    }

    /** Somebody continued the journal without taking it: whoever that is must be silent before we go on. */
    lose(writer: string): Contested {
        this.generation = 0;
        this.watched = undefined;
        this.distrust = true;
        return new Contested(this.told({ pod: writer, node: "" }, true));
    }

    /** The next writer need not wait. */
    release(): void {
        if (this.generation > 0) this.files.replace(journal.owner(this.generation), this.spelled(true));
    }

    private hasEnded({ ended, podUid, run }: JournalOwner): boolean {
        return ended || run === this.me.run || (podUid !== "" && podUid === this.me.podUid);
    }

    private watch(now: number, highest: number, owner: JournalOwner | undefined, last: number | undefined): void {
        const size = last === undefined ? 0 : this.files.size(journal.segment(last));
        const sight = JSON.stringify([highest, owner, last, size]);
        if (sight !== this.watched?.sight) {
            this.watched = { sight, since: now, moved: this.watched !== undefined };
        }
        const { since, moved } = this.watched;
        if (now - since < WATCH_MS) throw new Contested(this.told(owner, moved));
        this.watched = undefined;
    }

    private claim(generation: number): void {
        const file = this.create(generation);
        try {
            file.write(this.spelled(false), 0);
            file.sync();
        } finally {
            file.close();
        }
        this.files.syncFolder();
        for (const older of generationsAmong(this.files.names())) {
            if (older < generation) this.files.remove(journal.owner(older));
        }
        this.generation = generation;
    }

    private create(generation: number): ReturnType<WritableFiles["open"]> {
        try {
            return this.files.open(journal.owner(generation), "create");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
            throw new Contested(this.told(this.owner(generation), true));
        }
    }

    private owner(generation: number): JournalOwner | undefined {
        const bytes = this.files.readThrough(journal.owner(generation), 0, MOST_BYTES);
        try {
            return JournalOwner.parse(JSON.parse(bytes?.toString() ?? ""));
        } catch {
            // A crash left it empty: then nobody knows who that was.
            return undefined;
        }
    }

    private spelled(ended: boolean): Buffer {
        const { run, pod, podUid, node } = this.me;
        const owner: JournalOwner = { run, pod, podUid, node, beat: this.beats, ended };
        return Buffer.from(`${JSON.stringify(owner)}\n`);
    }

    /** The same sentence as long as nothing changes: each is logged once. */
    private told(other: Pick<JournalOwner, "pod" | "node"> | undefined, moved: boolean): string {
        const who = other
            ? `${other.pod}${other.node === "" ? "" : ` on ${other.node}`}`
            : "a writer that left no name";
        return moved
            ? `two writers: ${who} writes the journal ${this.folder}, so this one has stopped; end one of them, or give each a name of its own`
            : `looking whether ${who} still writes the journal ${this.folder}`;
    }
}
