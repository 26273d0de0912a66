// The page's script: takes the states that the reader sends (events.ts on its
// side) and shows them. What is shown is made in model.ts, in whose words in
// texts.ts.
import type { PageState, ShownDocument } from "../page-state";
import type { Second } from "../statistics";
import { Charts } from "./charts";
import * as model from "./model";
import { reasonText } from "./reasons";
import { type Language, languageOf, signs, type TextKey, textOf } from "./texts";

/** A stream that brings nothing for so long is broken, whatever the browser thinks: a state comes every 500 ms. */
const SILENT_MS = 4_000;
const LANGUAGE = "language";

const place = (id: string): HTMLElement => {
    const found = document.getElementById(id);
    if (!found) throw new Error(`the page has no ${id}`);
    return found;
};

let language: Language = languageOf([remembered() ?? "", ...navigator.languages]);
let state: PageState | undefined;
let seconds: Second[] = [];
let connection: model.Connection = { state: "connecting" };
let lastAt: Date | undefined;
const t = (key: TextKey, values?: Record<string, string>): string => textOf(language, key, values);
const charts = new Charts(place("delay-chart"), place("rate-chart"), {
    seconds: (count) => t("seconds", { count: String(count) }),
    delay: (ms) => model.msText(language, ms),
    records: (count) => model.countText(language, count),
});

/** A browser may forbid to remember anything. */
function remembered(): string | null {
    try {
        return localStorage.getItem(LANGUAGE);
    } catch {
        return null;
    }
}

/** Only where it differs: what did not change is not read out again, and stays selected. */
function put(element: HTMLElement, text: string): void {
    if (element.textContent !== text) element.textContent = text;
}

function element(tag: string, text: string, lang?: string): HTMLElement {
    const made = document.createElement(tag);
    made.textContent = text;
    if (lang) made.lang = lang;
    return made;
}

/** In the words of the reader where the page's language has none. */
function putReason(at: HTMLElement, reason: string): void {
    const said = reasonText(language, reason);
    if (said.language === language) at.removeAttribute("lang");
    else at.lang = said.language;
    put(at, said.text);
}

/** Name and value pairs; nodes are made once, and then only their texts change. */
function list(id: string, facts: readonly (readonly [string, string])[], grouped = false): void {
    const at = place(id);
    if (at.querySelectorAll("dt").length !== facts.length) {
        at.replaceChildren(
            ...facts.flatMap(() => {
                const pair = [document.createElement("dt"), document.createElement("dd")];
                if (!grouped) return pair;
                const group = document.createElement("div");
                group.append(...pair);
                return [group];
            }),
        );
    }
    const [names, values] = [at.querySelectorAll("dt"), at.querySelectorAll("dd")];
    facts.forEach(([name, value], index) => {
        const [dt, dd] = [names[index], values[index]];
        if (dt) put(dt, name);
        if (dd) put(dd, value);
    });
}

function table(id: string, rows: readonly (readonly HTMLElement[])[]): void {
    place(id).replaceChildren(
        ...rows.map((cells) => {
            const row = document.createElement("tr");
            row.append(...cells);
            return row;
        }),
    );
}

function showTexts(): void {
    document.documentElement.lang = language;
    document.title = t("title");
    for (const at of document.querySelectorAll<HTMLElement>("[data-text]")) put(at, t(at.dataset.text as TextKey));
    for (const at of document.querySelectorAll<HTMLElement>("[data-label]")) {
        at.setAttribute("aria-label", t(at.dataset.label as TextKey));
    }
    for (const button of document.querySelectorAll<HTMLElement>("[data-language]")) {
        button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
}

function showConnection(): void {
    const at = place("connection");
    at.dataset.state = connection.state;
    put(at, model.connectionText(language, connection));
}

function showVerdict({ verdict, folder }: PageState): void {
    const { level, word, sentence } = model.verdictText(language, verdict, connection);
    const at = place("verdict");
    at.dataset.level = level;
    at.dataset.kind = verdict.kind;
    put(place("verdict-sign"), signs[level]);
    put(place("verdict-word"), `${word}:`);
    put(place("verdict-sentence"), sentence);
    putReason(place("verdict-reason"), verdict.reason);
    place("mend").hidden = level !== "failed";
    put(place("mend"), level === "failed" ? t("mend", { folder }) : "");
}

function showPath(told: PageState): void {
    const { writer, reader, name, storage } = told;
    list("writer-facts", [
        [t("pod"), writer?.pod ?? t("writerAway")],
        [t("node"), writer?.node ?? t("unknown")],
        [t("journal"), name],
    ]);
    list("storage-facts", model.storageFacts(language, told));
    list("reader-facts", [
        [t("pod"), reader.pod],
        [t("node"), reader.node],
    ]);
    put(place("options"), storage.options.join(", ") || t("none"));
}

function showNumbers({ numbers }: PageState): void {
    const { delayMs, found } = numbers;
    const ms = (value: number | undefined): string => model.msText(language, value);
    list(
        "delay-figures",
        [
            [t("median"), ms(delayMs?.p50)],
            [t("p99"), ms(delayMs?.p99)],
            [t("longest"), ms(delayMs?.max)],
            [t("clocks"), ms(delayMs?.clockUncertainty)],
            [t("verified"), model.countText(language, numbers.recordsVerified)],
            [t("bytes"), model.bytesText(language, numbers.bytesVerified)],
        ],
        true,
    );
    const kinds = ["missing", "torn", "altered", "disordered", "contested"] as const;
    put(place("problems"), kinds.map((kind) => `${t(kind)} ${found[kind]}`).join(", "));
}

function showDocuments({ document: shown }: PageState): void {
    const facts = (one: ShownDocument | null, delay?: number | null): [string, string][] => [
        [t("sequence"), one ? model.countText(language, one.sequence) : t("none")],
        [t("time"), one ? model.timeText(one.time) : t("none")],
        [t("message"), one?.message ?? t("none")],
        [t("revision"), one?.revision.slice(0, 12) ?? t("none")],
        ...(delay === undefined ? [] : [[t("delay"), model.msText(language, delay)] as [string, string]]),
    ];
    list("document-before", facts(shown.before));
    list("document-after", facts(shown.after, shown.delayMs));
}

function showProbes({ probes }: PageState): void {
    table(
        "probes",
        probes.map(({ name, path, ok, answer, askedAgoMs, answeredStatus }) => {
            const answered = element("td", `${ok ? signs.ok : signs.failed} ${t(ok ? "yes" : "no")}: `);
            const why = element("span", "");
            putReason(why, answer);
            answered.append(why);
            const asked =
                askedAgoMs === null
                    ? t("never")
                    : t("ago", { age: model.ageText(language, askedAgoMs), status: String(answeredStatus) });
            const named = element("td", `${t(`${name}Probe`)} `);
            named.append(element("span", path, "en"));
            return [named, element("td", t(name)), answered, element("td", asked)];
        }),
    );
}

function showRecords({ records }: PageState): void {
    table(
        "records",
        records.map(({ sequence, time, delayMs, writer, message }) => [
            element("td", String(sequence)),
            element("td", model.timeText(time)),
            element("td", model.msText(language, delayMs)),
            element("td", writer),
            element("td", message),
        ]),
    );
}

function show(): void {
    showConnection();
    if (!state) return;
    showVerdict(state);
    showPath(state);
    showNumbers(state);
    showDocuments(state);
    showProbes(state);
    showRecords(state);
    charts.show(model.chartData(seconds, state.now));
}

function listen(): void {
    const stream = new EventSource("/events");
    stream.onmessage = ({ data }) => {
        const told = JSON.parse(data as string) as PageState;
        seconds = model.merged(model.isNext(state, told) ? seconds : [], told.history, told.now);
        state = told;
        lastAt = new Date();
        connection = model.received(connection, lastAt);
        show();
    };
    const lost = (): void => {
        connection = model.broken(connection, lastAt);
        showConnection();
        if (state) showVerdict(state);
    };
    stream.onerror = () => {
        lost();
        // Refused, it does not try again by itself.
        if (stream.readyState === EventSource.CLOSED) setTimeout(begin, 2_000);
    };
    const watch = setInterval(() => {
        if (stream.readyState !== EventSource.OPEN || !lastAt || Date.now() - lastAt.getTime() < SILENT_MS) return;
        lost();
        stream.close();
        begin();
    }, 1_000);
    function begin(): void {
        clearInterval(watch);
        listen();
    }
}

for (const button of document.querySelectorAll<HTMLElement>("[data-language]")) {
    button.addEventListener("click", () => {
        language = languageOf([button.dataset.language ?? ""]);
        try {
            localStorage.setItem(LANGUAGE, language);
        } catch {
            // Chosen for this time, then.
        }
        showTexts();
        show();
    });
}
showTexts();
show();
listen();
