// A real Chromium for the tests of the page: the distribution's own, installed
// when it is not there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { installPackages, isThere } from "../../embedded/host";

const PROGRAM = "/usr/bin/chromium";
/** Fonts that have Korean letters: a page of empty boxes would pass every other test. */
const packages = [
    { name: "chromium", program: PROGRAM },
    { name: "fonts-noto-cjk", program: "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc" },
];

export async function startBrowser(): Promise<Browser> {
    await installPackages(packages.filter(({ program }) => !isThere(program)).map(({ name }) => name));
    return chromium.launch({
        executablePath: PROGRAM,
        // As root in a container there is no sandbox to be had; and nothing is to be asked of anybody outside.
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    });
}

export const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1100, height: 960 } } as const;
export const schemes = ["light", "dark"] as const;
export const locales = { en: "en-US", ko: "ko-KR" } as const;

export interface Opened {
    page: Page;
    /** What the page complained about, and what it asked of others. */
    problems: string[];
    close(): Promise<void>;
}

/** A page of its own context: nothing is remembered from one to the other. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await browser.newContext({ viewport: sizes.desktop, locale: locales.en, ...options });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
        // A stream that breaks is told by the page itself.
        if (message.type() === "error" && !/net::ERR_/.test(message.text())) problems.push(message.text());
    });
    page.on("request", (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith("data:")) problems.push(request.url());
    });
    await page.goto(url);
    return { page, problems, close: () => context.close() };
}

/** What waiting for the page comes to, on one machine. */
export const PATIENCE_MS = 15_000;

/** Resolves when the page's verdict is of this level, and says something like this. */
export async function verdict(page: Page, level: string, words = /./, patienceMs = PATIENCE_MS): Promise<void> {
    await page.waitForSelector(`#verdict[data-level="${level}"]`, { timeout: patienceMs });
    assert.match(await page.innerText("#verdict"), words);
}
export const text = (page: Page, selector: string): Promise<string> => page.innerText(selector);

interface Violation {
    id: string;
    impact: string;
    nodes: { html: string; failureSummary: string }[];
}

const axe = readFileSync(createRequire(__filename).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong with the page as it is shown now; one line each. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const violations = (await page.evaluate("axe.run().then(({ violations }) => violations)")) as Violation[];
    return violations.flatMap(({ id, impact, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html} (${failureSummary.replace(/\s+/g, " ")})`),
    );
}
