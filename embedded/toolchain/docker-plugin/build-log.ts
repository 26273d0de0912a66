// The engine's answers to a build and a push are streams of JSON messages, one
// a line: this reads them into lines for people, the result, and, when it
// failed, which step and what that step said. Pure.
import { stripVTControlCharacters } from "node:util";

interface Message {
    stream?: string;
    status?: string;
    id?: string;
    progress?: string;
    error?: string;
    errorDetail?: { code?: number; message?: string };
    aux?: { ID?: string; Tag?: string; Digest?: string };
}

/** Of a failed step; enough for a compiler's or a package manager's message. */
const KEPT_LINES = 30;
/** Where nothing can be overwritten each line that is shown stays: package managers say hundreds in a second. */
const SHOW_EVERY_MS = 250;
/** The builder's own lines, which are not what the step said. */
const BUILDER_LINE = /^(?: ---> |Removing intermediate container |Successfully (?:built|tagged) )/;

export class BuildLog {
    private step = "";
    private said: string[] = [];
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
        this.imageId = message.aux?.ID ?? this.imageId;
        this.digest = message.aux?.Digest ?? this.digest;
        if (message.stream !== undefined) this.takeText(message.stream);
        if (message.status !== undefined) this.show(statusLine(message), false);
        const error = message.errorDetail?.message ?? message.error;
        if (error !== undefined) this.failure = this.explain(error);
    }

    private takeText(text: string): void {
        for (const raw of stripVTControlCharacters(text).split(/[\r\n]+/)) {
            const line = raw.trimEnd();
            if (line === "") continue;
            this.show(line, line.startsWith("Step "));
            if (/^Step \d+\/\d+ : /.test(line)) {
                this.step = line.replace(/^Step (\d+\/\d+) : /, "step $1: ");
                this.said = [];
            } else if (!BUILDER_LINE.test(line)) {
                this.said.push(line);
                if (this.said.length > KEPT_LINES) this.said.shift();
            }
        }
    }

    private show(line: string, always: boolean): void {
        const now = this.now();
        if (!always && now - this.shownAt < SHOW_EVERY_MS) return;
        this.shownAt = now;
        this.say(line);
    }

    private explain(error: string): string {
        const where = this.step === "" ? "" : `, in ${this.step}`;
        const output = this.said.length === 0 ? [] : ["  it last said:", ...this.said.map((line) => `    ${line}`)];
        return [`${this.what} failed${where}`, `  ${error.trim()}`, ...output].join("\n");
    }
}

function statusLine({ id, status, progress }: Message): string {
    return [id === undefined ? "" : `${id}: `, status ?? "", progress ? ` ${progress}` : ""].join("").trim();
}
