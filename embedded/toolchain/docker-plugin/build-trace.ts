// BuildKit tells of a build in protobuf messages
// (moby.buildkit.v1.StatusResponse, api/services/control/control.proto): this
// reads what each step says, and which one failed. Pure.
import { BinaryReader } from "google-protobuf";

/** The field numbers of what is read. */
const RESPONSE = { vertexes: 1, logs: 3 };
const VERTEX = { digest: 1, name: 3, started: 5, error: 7 };
const LOG = { vertex: 1, message: 4 };

export interface Told {
    /** Such as "step 2/3: RUN make", or what BuildKit does by itself: "[internal] load metadata for …". */
    step: string;
    /** What it said; empty when it begins, and when it failed. */
    text: string;
}

interface Vertex {
    digest: string;
    name: string;
    begun: boolean;
    failed: boolean;
}

export class BuildTrace {
    private readonly steps = new Map<string, string>();
    private readonly begun = new Set<string>();

    /** @param message in base64, as the engine passes it on */
    read(message: string): Told[] {
        const vertexes: Vertex[] = [];
        const logs: { vertex: string; text: string }[] = [];
        const reader = new BinaryReader(message);
        fields(reader, {
            [RESPONSE.vertexes]: () => vertexes.push(vertexOf(reader)),
            [RESPONSE.logs]: () => logs.push(logOf(reader)),
        });
        for (const { digest, name } of vertexes) this.steps.set(digest, stepOf(name));
        return [
            ...vertexes.filter(({ digest, begun }) => begun && this.isFirst(digest)).map(this.told),
            ...logs.map(({ vertex, text }) => ({ step: this.steps.get(vertex) ?? "", text })),
            ...vertexes.filter(({ failed }) => failed).map(this.told),
        ];
    }

    private isFirst(digest: string): boolean {
        return !this.begun.has(digest) && this.begun.add(digest) !== undefined;
    }

    private readonly told = ({ digest }: Vertex): Told => ({ step: this.steps.get(digest) ?? "", text: "" });
}

/** "[2/3] RUN make", with the stage's name before the number where there are several. */
const stepOf = (name: string): string => name.replace(/^\[((?:\S+ )?\d+\/\d+)\] /, "step $1: ");

/** Calls what is there for each field, which it has to read; other fields are skipped. */
function fields(reader: BinaryReader, read: Readonly<Record<number, () => void>>): void {
    while (reader.nextField()) {
        const take = read[reader.getFieldNumber()];
        if (take) take();
        else reader.skipField();
    }
}

function vertexOf(outer: BinaryReader): Vertex {
    const vertex = { digest: "", name: "", begun: false, failed: false };
    outer.readMessage(vertex, (_, reader) =>
        fields(reader, {
            [VERTEX.digest]: () => {
                vertex.digest = reader.readString();
            },
            [VERTEX.name]: () => {
                vertex.name = reader.readString();
            },
            [VERTEX.started]: () => {
                vertex.begun = true;
                reader.skipField();
            },
            [VERTEX.error]: () => {
                vertex.failed = reader.readString() !== "";
            },
        }),
    );
    return vertex;
}

function logOf(outer: BinaryReader): { vertex: string; text: string } {
    const log = { vertex: "", text: "" };
    outer.readMessage(log, (_, reader) =>
        fields(reader, {
            [LOG.vertex]: () => {
                log.vertex = reader.readString();
            },
            [LOG.message]: () => {
                log.text = Buffer.from(reader.readBytes() as Uint8Array).toString("utf8");
            },
        }),
    );
    return log;
}
