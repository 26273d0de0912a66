// What a page in Korean shows that is not Korean: every text on it must be one
// of the page's Korean texts, or a value (a name, a number) that is the same in
// any language.
import type { Page } from "playwright-core";
import { reasons } from "../../images/visibility/page/reasons";
import { textKeys, textOf, verdicts } from "../../images/visibility/page/texts";
import type { PageState } from "../../images/visibility/page-state";

/** As numbers, times and sizes are written; "–" is none. */
const NUMBER = /^(?:[-+]?[\d.,:]+ ?(?:ms|초|분|byte|kB|MB)?|–)$/;
/** What stands for a value in a text. */
const places: Record<string, string> = {
    what: ".*[가-힣].*",
    error: ".+",
    file: "\\S+",
    folder: "\\S+",
    verdict: "[가-힣 ]+",
    other: "\\S+",
};
const VALUE = "[\\d.,:]+ ?(?:초|분)?";

const pattern = (text: string): string =>
    text.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name: string) => places[name] ?? VALUE);

const korean = [
    ...textKeys.map((key) => textOf("ko", key)),
    ...Object.values(verdicts).flatMap(({ ko: [word, sentence] }) => [`${word}:`, sentence]),
    ...reasons.map(([, text]) => text),
].map((text) => new RegExp(`^${pattern(text)}$`, "s"));

/** The names and messages in a state: of what is not shown as it is, the reasons, there must be none. */
export function namesIn({ verdict: _, probes, ...state }: PageState): Set<string> {
    const names = new Set(probes.map(({ path }) => path));
    const collect = (value: unknown): void => {
        if (typeof value === "string") names.add(value);
        else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) collect(part);
    };
    collect(state);
    names.add(state.storage.options.join(", "));
    for (const document of [state.document.before, state.document.after]) {
        if (document) names.add(document.revision.slice(0, 12));
    }
    return names;
}

/** Texts and labels of the page as it is now that are neither; those of the buttons name their own language. */
export async function untranslated(page: Page, names: ReadonlySet<string>): Promise<string[]> {
    const texts = (await page.evaluate(`(() => {
        const texts = [document.title];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            if (!node.parentElement.closest("noscript, button[lang]")) texts.push(node.data);
        }
        for (const at of document.querySelectorAll("[aria-label]")) texts.push(at.getAttribute("aria-label"));
        return texts;
    })()`)) as string[];
    const known = (text: string): boolean =>
        NUMBER.test(text) || names.has(text) || korean.some((one) => one.test(text));
    // "✓ yes:" before a reason; a list of what was found, each with its number.
    const parts = (text: string): string[] =>
        text
            .replace(/^[✓✗…!?] |:$/g, "")
            .split(", ")
            .map((part) => part.replace(/ \d+$/, ""));
    return texts
        .map((text) => text.trim())
        .filter((text) => !/^[✓✗…!?:]?$/.test(text))
        .filter((text) => !known(text) && !parts(text).every(known));
}
