// The readers' page as people have it: on a cluster, opened by `make open`, in a
// real browser. What it shows is what the cluster says; and it tells of what
// goes wrong behind it, and when that is over. With PICTURES=1 (`make pictures`)
// its pictures go to docs/pictures.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { journal, serverPod } from "../../contract/src";
import type { PageState } from "../../images/visibility/page-state";
import type { StackOutputs } from "../../outputs";
import {
    accessibilityProblems,
    locales,
    type Opened,
    openPage,
    schemes,
    sizes,
    startBrowser,
    text,
    verdict,
} from "../browser/browser";
import { namesIn, untranslated } from "../browser/korean";
import { smaller } from "../browser/pictures";
import { broughtUp, ownInstance, type Running } from "./instance";

const own = ownInstance("page");
const { kubectl, makes, startMake } = own;

const pictures = join(__dirname, "../../docs/pictures");
/** So many seconds are on the charts of a picture. */
const PICTURED_SECONDS = 60;
/** For what takes a server's grace, a pod's start, or a reader that looks at all again after 30 s. */
const LONG_MS = 90_000;

describe("the readers' page on an embedded cluster", () => {
    let browser: Browser;
    let stack: StackOutputs;
    let opening: Running;
    let url: string;
    const opened: Opened[] = [];
    /** Stays open from the first test to the last. */
    let page: Page;

    // Before the cluster goes, what leads to it.
    after(async () => {
        const problems = opened.flatMap((each) => each.problems);
        await browser?.close();
        if (opening) {
            process.kill(-opening.pid, "SIGINT"); // what a terminal does
            await opening.ended;
        }
        assert.deepEqual(problems, [], "the page complained, or asked others");
    });
    broughtUp(own);

    before(async () => {
        browser = await startBrowser();
        await makes("up");
        stack = JSON.parse((await makes("outputs")).stdout) as StackOutputs;
        opening = startMake("open");
        [, url = ""] = await opening.says(/(http:\/\/127\.0\.0\.1:\d+\/)/);
        page = await show();
    });

    async function show(options = {}): Promise<Page> {
        const one = await openPage(browser, url, options);
        opened.push(one);
        return one.page;
    }

    const state = async (): Promise<PageState> => (await (await fetch(`${url}state.json`)).json()) as PageState;

    /** Replaces the first such bytes in the journal's oldest segment, on the server's own volume: no client knows of it. */
    async function overwrite(bytes: string, others: string): Promise<void> {
        const folder = `${serverPod.dataPath}/${serverPod.shareFolder}/${journal.folder}`;
        const script = `const fs = require("fs"), [bytes, others] = process.argv.slice(1);
            const folder = "${folder}/" + fs.readdirSync("${folder}")[0] + "/";
            const file = folder + fs.readdirSync(folder).filter((name) => name.startsWith("journal-")).sort()[0];
            const at = fs.readFileSync(file).indexOf(bytes);
            if (at < 0) throw new Error(file + " has no " + bytes);
            const handle = fs.openSync(file, "r+");
            fs.writeSync(handle, others, at);
            fs.fsyncSync(handle);`;
        await kubectl([
            "exec",
            "-n",
            stack.server.namespace ?? "",
            "statefulset/nfs-server",
            "--",
            "node",
            "-e",
            script,
            bytes,
            others,
        ]);
    }

    it("shows a healthy share, and what the cluster has: pods, nodes, claim, volume, server, mount, probes", async () => {
        const { writer, readers, volume, server } = stack;
        await verdict(page, "ok", /Healthy: What the writer writes/);
        const facts = async (id: string): Promise<string> => (await text(page, id)).replace(/\s+/g, " ");
        const { nodes, pods } = writer;
        const journalName = "nfs-storage-stack-dev-nfs-writer-[0-9a-f]{8}";
        assert.match(
            await facts("#writer-facts"),
            new RegExp(`^Pod ${pods[0]} Node ${nodes[0]} Journal ${journalName}$`),
        );
        const reader = await page.innerText("#reader-facts dd:first-of-type");
        const node = readers.nodes[readers.pods.indexOf(reader)];
        assert.equal(await facts("#reader-facts"), `Pod ${reader} Node ${node}`);
        assert.notEqual(node, writer.nodes[0]);
        const stored = await facts("#storage-facts");
        const named = `Claim (PVC) ${volume.claim} Volume (PV) ${volume.persistentVolume} NFS server ${server.address}:${server.path} Mounted at /share `;
        assert.ok(stored.startsWith(named), stored);
        assert.match(stored.slice(named.length), /^Room 1(\.\d)? GB of 1\.1 GB free \(\d+%\)$/);
        const options = (await text(page, "#options")).split(", ");
        for (const one of ["ro", "vers=4.2", "hard", "noresvport", "lookupcache=pos", "acregmax=1"]) {
            assert.ok(options.includes(one), `${one} among ${options}`);
        }
        const asked = page.locator("#probes tr", { hasText: "/ready" }).locator("td", { hasText: /ago, answer 200$/ });
        await asked.waitFor({ timeout: LONG_MS });
        assert.match(await text(page, "#delay-figures"), /median\s+[\d.]+ ms/);
        await page.locator("#records tr td:nth-child(3)", { hasText: /ms$/ }).first().waitFor({ timeout: LONG_MS });
    });

    it("is accessible, and fits, in each language, colour scheme and size", async () => {
        if (process.env.PICTURES) {
            while ((await state()).history.length < PICTURED_SECONDS) await pause(1_000);
        }
        for (const [language, locale] of Object.entries(locales)) {
            for (const colorScheme of schemes) {
                for (const [size, viewport] of Object.entries(sizes)) {
                    const name = `reader-${language}-${colorScheme}-${size}`;
                    const one = await show({ locale, colorScheme, viewport });
                    await verdict(one, "ok");
                    assert.deepEqual(await accessibilityProblems(one), [], name);
                    if (language === "ko") assert.deepEqual(await untranslated(one, namesIn(await state())), [], name);
                    const widest = (await one.evaluate("document.documentElement.scrollWidth")) as number;
                    assert.ok(widest <= viewport.width, `${name} is ${widest} wide`);
                    if (process.env.PICTURES) await picture(one, name);
                    await one.close();
                }
            }
        }
    });

    /** From the top to the end of the charts. */
    async function picture(one: Page, name: string): Promise<void> {
        const charts = await one.locator("section", { has: one.locator(".charts") }).boundingBox();
        assert.ok(charts);
        const { width } = one.viewportSize() ?? sizes.desktop;
        const height = Math.ceil(charts.y + charts.height + 16);
        await mkdir(pictures, { recursive: true });
        const taken = await one.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height } });
        await writeFile(join(pictures, `${name}.png`), await smaller(taken));
    }

    it("turns to failed when a record is altered behind the writer's back, and back when it is mended", async () => {
        await overwrite("hello", "hallo");
        await verdict(page, "failed", /Failed: Data was altered/, LONG_MS);
        assert.match(await text(page, "#verdict-reason"), /line 1 \(sequence 1\) does not have the content/);
        assert.match(await text(page, "#probes"), /✗ no/);
        await overwrite("hallo", "hello");
        await verdict(page, "ok", /Healthy/, LONG_MS);
        assert.match(await text(page, "#problems"), /altered 1/, "that it was so is not forgotten");
    });

    it("is good again when the altered journal is moved out of the way, as it advises", async () => {
        await overwrite("hello", "hallo");
        await verdict(page, "failed", /./, LONG_MS);
        const [, folder = ""] = /writer's folder, (\S+), out of/.exec(await text(page, "#mend")) ?? [];
        const { namespace } = stack.volume;
        const [pod = ""] = stack.writer.pods;
        const away = ["mv", `/share/${folder}`, "/share/altered"];
        await kubectl(["exec", "-n", namespace, pod, "--", ...away]);
        await verdict(page, "ok", /Healthy/, LONG_MS);
    });

    it("says when its reader goes, and is back with the next one, at the same address", async () => {
        const { namespace } = stack.volume;
        const reader = await page.innerText("#reader-facts dd:first-of-type");
        // It may be back before a test that asks again and again has asked once more.
        await page.evaluate(`(() => {
            const [connection, verdict] = ["connection", "verdict"].map((id) => document.getElementById(id));
            window.heard = [];
            new MutationObserver(() => heard.push(verdict.dataset.level + ": " + connection.textContent)).observe(
                connection,
                { childList: true },
            );
        })()`);
        await kubectl(["delete", "pod", "-n", namespace, reader, "--wait=false"]);
        await opening.says(/The connection to the page is back: http/);
        const back = page.locator("#connection", { hasText: /connection is back since \d\d:\d\d:\d\d/ });
        await back.waitFor({ timeout: LONG_MS });
        const [lost = ""] = (await page.evaluate("heard")) as string[];
        assert.match(lost, /^unknown: The connection to this reader is lost.* from \d\d:\d\d:\d\d/);
        await page.locator("#reader-facts dd", { hasNotText: reader }).first().waitFor({ timeout: LONG_MS });
        await verdict(page, "ok", /Healthy/, LONG_MS);
    });

    it("turns to stale when the server is stopped, and back when it is there again, as make status does", async () => {
        const namespace = stack.server.namespace ?? "";
        const scaled = (replicas: number): Promise<string> =>
            kubectl(["scale", "-n", namespace, "statefulset/nfs-server", `--replicas=${replicas}`]);
        const watching = startMake("status", { WATCH: "1" });
        await watching.says(/a reader now:\n +verdict +fresh/);
        await scaled(0);
        await verdict(page, "stale", /Stale: The NFS server does not answer/, LONG_MS);
        await watching.says(/verdict +silent: the share has not answered/);
        await scaled(1);
        await verdict(page, "ok", /Healthy/, LONG_MS);
        await watching.says(/verdict +silent[\s\S]*verdict +fresh/);
        process.kill(-watching.pid, "SIGINT"); // what a terminal does
        assert.doesNotMatch((await watching.ended).output, /\berror\b/);
    });
});
