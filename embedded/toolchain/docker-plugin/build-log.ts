// The engine's answers to a build and a push are streams of JSON messages, one
// a line: this reads them into lines for people, the result, and, when it
// failed, which step and what that step said. The classic builder talks in text,
// BuildKit in messages of its own (build-trace.ts). Pure.
import { stripVTControlCharacters } from "node:util";
import { BuildTrace, type Told } from "./build-trace";

interface Message {
    stream?: string;
    status?: string;
    id?: string;
    progress?: string;
    error?: string;
    errorDetail?: { code?: number; message?: string };
    aux?: { ID?: string; Tag?: string; Digest?: string } | string;
}

/** The id of messages whose `aux` is one of BuildKit's. */
const TRACE = "moby.buildkit.trace";

/** Of a failed step; enough for a compiler's or a package manager's message. */
const KEPT_LINES = 30;
/** Where nothing can be overwritten each line that is shown stays: package managers say hundreds in a second. */
const SHOW_EVERY_MS = 250;
/** The builder's own lines, which are not what the step said. */
const BUILDER_LINE = /^(?: ---> |Removing intermediate container |Successfully (?:built|tagged) )/;

export class BuildLog {
    private step = "";
    /** Of each step; BuildKit's take turns. */
    private readonly said = new Map<string, string[]>();
    private readonly trace = new BuildTrace();
    private rest = "";
    private shownAt = Number.NEGATIVE_INFINITY;
    private failure: string | undefined;
    /** Of the image, when it was built. */
    imageId: string | undefined;
    /** Of the manifest, when it was pushed. */
    digest: string | undefined;

    constructor(
        /** Such as "building 127.0.0.1:5000/app:v1". */
        private readonly what: string,
        private readonly say: (line: string) => void,
        private readonly now: () => number = () => performance.now(),
    ) {}

    /** Takes in a piece of the answer, which need not end at the end of a line. */
    take(piece: string): void {
        const lines = (this.rest + piece).split("\n");
        this.rest = lines.pop() ?? "";
        for (const line of lines) this.takeLine(line);
    }

    /** @throws Error when the engine said that it failed. */
    end(): void {
        if (this.rest.trim() !== "") this.takeLine(this.rest);
        this.rest = "";
        if (this.failure !== undefined) throw new Error(this.failure);
    }

    private takeLine(line: string): void {
        if (line.trim() === "") return;
        let message: Message;
        try {
            message = JSON.parse(line) as Message;
        } catch {
            throw new Error(`${this.what}: the engine said something that is not JSON: ${line.slice(0, 200)}`);
        }
        const { aux } = message;
        if (typeof aux === "string") {
            if (message.id === TRACE) for (const told of this.trace.read(aux)) this.takeTold(told);
            return;
        }
        this.imageId = aux?.ID ?? this.imageId;
        this.digest = aux?.Digest ?? this.digest;
        if (message.stream !== undefined) this.takeText(message.stream);
        if (message.status !== undefined) this.show(statusLine(message), false);
        const error = message.errorDetail?.message ?? message.error;
        if (error !== undefined) this.failure = this.explain(error);
    }

    private takeText(text: string): void {
        for (const line of linesOf(text)) {
            this.show(line, line.startsWith("Step "));
            if (/^Step \d+\/\d+ : /.test(line)) this.step = line.replace(/^Step (\d+\/\d+) : /, "step $1: ");
            else if (!BUILDER_LINE.test(line)) this.keep(line);
        }
    }

    private takeTold({ step, text }: Told): void {
        this.step = step;
        if (text === "") this.show(step, true);
        for (const line of linesOf(text)) {
            this.show(line, false);
            this.keep(line);
        }
    }

    private keep(line: string): void {
        this.said.set(this.step, [...(this.said.get(this.step) ?? []), line].slice(-KEPT_LINES));
    }

    private show(line: string, always: boolean): void {
        const now = this.now();
        if (!always && now - this.shownAt < SHOW_EVERY_MS) return;
        this.shownAt = now;
        this.say(line);
    }

    private explain(error: string): string {
        const where = this.step === "" ? "" : `, in ${this.step}`;
        const said = this.said.get(this.step) ?? [];
        const output = said.length === 0 ? [] : ["  it last said:", ...said.map((line) => `    ${line}`)];
        return [`${this.what} failed${where}`, `  ${error.trim()}`, ...output].join("\n");
    }
}

const linesOf = (text: string): string[] =>
    stripVTControlCharacters(text)
        .split(/[\r\n]+/)
        .map((line) => line.trimEnd())
        .filter((line) => line !== "");

function statusLine({ id, status, progress }: Message): string {
    return [id === undefined ? "" : `${id}: `, status ?? "", progress ? ` ${progress}` : ""].join("").trim();
}
