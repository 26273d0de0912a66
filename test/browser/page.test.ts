// The reader's page in a real browser, on the app's own processes and real
// files: what people see when data arrives, when it is altered, when nothing
// comes, and by keyboard. On a cluster it is looked at in test/cluster/page.test.ts.
import assert from "node:assert/strict";
import { open, readFile } from "node:fs/promises";
import { journal } from "@nfs-storage-stack/contract";
import type { Browser, Page } from "playwright-core";
import type { PageState } from "../../images/visibility/page-state";
import { type App, ask, onFreshShare, until } from "../unit/visibility-fixture";
import {
    accessibilityProblems,
    locales,
    type Opened,
    openPage,
    PATIENCE_MS,
    startBrowser,
    text,
    verdict,
} from "./browser";
import { namesIn, untranslated } from "./korean";

describe("the reader's page", function () {
    this.timeout(120_000);
    const { folder, reader, stop, writer } = onFreshShare();
    let browser: Browser;
    let opened: Opened[] = [];
    before(async function () {
        // Its packages may have to be installed first.
        this.timeout(300_000);
        browser = await startBrowser();
    });
    after(() => browser?.close());
    afterEach(async () => {
        const problems = opened.flatMap((each) => each.problems);
        await Promise.all(opened.map((each) => each.close()));
        opened = [];
        assert.deepEqual(problems, [], "the page complained, or asked others");
    });

    /** A writer and a reader as the stack has them, and the reader's page. */
    async function both(env = {}): Promise<{ w: App; r: App }> {
        const w = await writer({
            podName: "nfs-writer-0",
            message: "hello from the writer",
            writeIntervalMs: 250,
            ...env,
        });
        const r = await reader(w.port, {
            podName: "nfs-readers-7c9d5",
            volumeName: "nfs-volume",
            claimName: "nfs-volume",
        });
        await until(r.port, "/ready", 200);
        return { w, r };
    }
    async function show(app: App, options = {}): Promise<Page> {
        const one = await openPage(browser, `http://127.0.0.1:${app.port}/`, options);
        opened.push(one);
        return one.page;
    }
    /** The same in Korean and by night; `all` is there in Korean, and accessible, in whatever state it comes to. */
    async function showKorean(app: App): Promise<{ all: () => Promise<void>; page: Page }> {
        const page = await show(app, { locale: locales.ko, colorScheme: "dark" });
        const names = namesIn(JSON.parse((await ask(app.port, "/state.json")).body) as PageState);
        const all = async (): Promise<void> => {
            assert.deepEqual(await untranslated(page, names), []);
            assert.deepEqual(await accessibilityProblems(page), []);
        };
        return { page, all };
    }
    async function overwrite(position: number, bytes: string): Promise<void> {
        const handle = await open(folder(journal.segment(1)), "r+");
        await handle.write(bytes, position);
        await handle.close();
    }

    it("shows who writes and who reads, and records as they arrive", async () => {
        const { r } = await both();
        const page = await show(r);
        await verdict(page, "ok", /Healthy: What the writer writes/);
        assert.match(await text(page, "#writer-facts"), /nfs-writer-0\s+Node\s+node-1\s+Journal\s+writer-a/);
        assert.match(await text(page, "#reader-facts"), /nfs-readers-7c9d5\s+Node\s+node-2/);
        assert.match(await text(page, "#storage-facts"), /nfs-volume.*10\.0\.0\.1:\/share/s);
        assert.match(await text(page, "#options"), /vers=4\.2, hard/);
        const newest = page.locator("#records tr:first-child td:first-child");
        const first = await newest.innerText();
        await newest.filter({ hasNotText: first }).waitFor({ timeout: PATIENCE_MS });
        assert.match(
            await text(page, "#records tr:first-child"),
            /\d+\s+\d\d:\d\d:\d\d\.\d{3}\s+[\d.,]+ ms\s+nfs-writer-0\s+hello/,
        );
        assert.match(await text(page, "#delay-figures"), /median\s+[\d.]+ ms/);
        await page.locator("#document-before dd", { hasText: /^\d/ }).first().waitFor({ timeout: PATIENCE_MS });
        assert.equal(await page.locator(".chart canvas").count(), 2);
        assert.match(await text(page, "#probes"), /readiness \/ready.*yes: verified up to record/s);
    });

    it("turns to failed when a record is altered behind the writer's back, and back when it is mended", async () => {
        const { r } = await both();
        const page = await show(r);
        const korean = await showKorean(r);
        await verdict(page, "ok");
        const at = (await readFile(folder(journal.segment(1)), "latin1")).indexOf("hello");
        await overwrite(at, "hallo");
        await verdict(page, "failed", /Failed: Data was altered/);
        assert.match(await text(page, "#verdict-reason"), /line 1 \(sequence 1\)/);
        assert.match(await text(page, "#probes"), /✗ no/);
        assert.deepEqual(await accessibilityProblems(page), []);
        await verdict(korean.page, "failed");
        assert.match(await text(korean.page, "#verdict-reason"), /1번째 줄: 레코드 1의 내용이 그 해시와 다릅니다/);
        await korean.all();
        await overwrite(at, "hello");
        await verdict(page, "ok");
        assert.match(await text(page, "#problems"), /altered 1/, "that it was so is not forgotten");
    });

    it("turns to stale when the writer stops, and back when it writes again", async () => {
        const { w, r } = await both();
        const page = await show(r);
        const korean = await showKorean(r);
        await verdict(page, "ok");
        await stop(w);
        await verdict(page, "stale", /Stale: What is there is true, but nothing new arrives/);
        assert.deepEqual(await accessibilityProblems(page), []);
        await verdict(korean.page, "stale");
        await korean.all();
        await writer({ podName: "nfs-writer-0", httpPort: w.port });
        await verdict(page, "ok");
    });

    it("says when it hears nothing of the reader any more, and when it does again", async () => {
        const { w, r } = await both();
        const page = await show(r);
        const korean = await showKorean(r);
        await verdict(page, "ok");
        assert.equal(await text(page, "#connection"), "live");
        await stop(r);
        await page.waitForSelector('#connection[data-state="lost"]', { timeout: PATIENCE_MS });
        assert.match(await text(page, "#connection"), /connection to this reader is lost.* from \d\d:\d\d:\d\d/);
        await verdict(page, "unknown", /Not known: This reader is not heard any more. Before, it was: Healthy/);
        await verdict(korean.page, "unknown");
        await korean.all();
        await reader(w.port, { httpPort: r.port });
        await page.waitForSelector('#connection[data-state="live"]', { timeout: PATIENCE_MS });
        assert.match(await text(page, "#connection"), /connection is back since \d\d:\d\d:\d\d/);
    });

    it("can be used by keyboard alone: what can be used is reached in order, and shows that it is", async () => {
        const { r } = await both();
        const page = await show(r);
        await verdict(page, "ok");
        const focus = (what: string): Promise<string> => page.evaluate(`((at) => ${what})(document.activeElement)`);
        const reached: string[] = [];
        for (let i = 0; i < 5; i++) {
            await page.keyboard.press("Tab");
            reached.push(await focus("at.getAttribute('aria-labelledby') ?? at.textContent"));
            assert.match(await focus("getComputedStyle(at).outlineStyle"), /^(solid|auto)$/, reached.at(-1));
            if (reached.at(-1) !== "Mount options in force") continue;
            for (const open of ["false", "true"]) {
                await page.keyboard.press("Enter");
                assert.equal(await focus("String(at.parentElement.open)"), open);
            }
        }
        assert.deepEqual(reached, ["English", "한국어", "Mount options in force", "probes-title", "records-title"]);
    });

    it("speaks English and Korean: the browser's, or what is chosen by keyboard, which it remembers", async () => {
        const { r } = await both();
        const page = await show(r, { locale: locales.ko });
        assert.equal(await page.getAttribute("html", "lang"), "ko");
        await verdict(page, "ok", /정상: 라이터가/);
        const names = namesIn(JSON.parse((await ask(r.port, "/state.json")).body) as PageState);
        assert.deepEqual(await untranslated(page, names), []);
        await page.keyboard.press("Tab");
        assert.equal(await page.evaluate("document.activeElement.textContent"), "English");
        await page.keyboard.press("Enter");
        await verdict(page, "ok", /Healthy/);
        assert.equal(await page.getAttribute('[data-language="en"]', "aria-pressed"), "true");
        await page.reload();
        await verdict(page, "ok", /Healthy/);
        assert.equal(await page.getAttribute("html", "lang"), "en");
    });
});
