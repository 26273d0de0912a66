// What docs/monitoring promises: every metric that the dashboard, the alerts and
// the page about them name is one that the app has, with its labels.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { join } from "node:path";
import { parse } from "yaml";
import { healthRoutes } from "../../images/nfs-server/health";
import { ask, onFreshShare, until } from "./visibility-fixture";

const docs = join(__dirname, "../../docs");
const read = (path: string): string => readFileSync(join(docs, path), "utf8");

interface Rule {
    alert: string;
    expr: string;
    labels: { severity: string };
    annotations: { summary: string; description: string };
}
const rules = (parse(read("monitoring/alerts.yaml")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
);
const dashboard = JSON.parse(read("monitoring/grafana-dashboard.json")) as {
    panels: { title: string; targets: { expr: string }[] }[];
};
const expressions = [
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];
const namesIn = (text: string): string[] => text.match(/\b(?:nfs_visibility|nfs_server|process)_\w+/g) ?? [];

/** The server's own, of a server that has nothing to do. */
async function ofServer(): Promise<string> {
    const routes = healthRoutes({
        exportPath: "/share",
        canaryPath: "/canary",
        canary: Buffer.of(),
        target: { host: "127.0.0.1", port: 1, timeoutMs: 1 },
        complaint: () => undefined,
        restarts: () => ({ times: 0, last: undefined }),
    });
    return String((await routes["/metrics"]?.(new IncomingMessage(new Socket())))?.body);
}

describe("monitoring", function () {
    this.timeout(60_000);
    const { reader, writer } = onFreshShare();

    it("finds every metric that its dashboard, alerts and page name, and names every one that there is", async () => {
        const w = await writer();
        const r = await reader(w.port);
        await until(r.port, "/ready", 200);
        await until(r.port, "/metrics", 200, /^nfs_visibility_clock_uncertainty_seconds /m);
        const text = [
            ...(await Promise.all([w, r].map(({ port }) => ask(port, "/metrics")))).map(({ body }) => body),
            await ofServer(),
        ].join("");
        const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
        for (const line of samples) assert.match(line, /^[a-z_]+(?:\{(?:\w+="[^"]*",?)+\})? -?[\d.e+-]+$/, "its form");
        const there = new Set(samples.map((line) => line.split(/[{ ]/, 1)[0]));
        for (const [where, expr] of expressions) {
            for (const name of namesIn(expr)) assert.ok(there.has(name), `${where} names ${name}`);
        }
        const page = read("monitoring.md");
        // Prometheus's own tool knows more about metrics than these lines do, where it is installed.
        for (const { port } of [w, r]) promtool(["check", "metrics"], (await ask(port, "/metrics")).body);
        const types = [...text.matchAll(/^# TYPE (nfs_\w+) /gm)].map(([, name]) => name ?? "");
        for (const name of types) {
            const short = name.replace("nfs_visibility_", "…_");
            assert.ok(page.includes(`${name}`) || page.includes(`\`${short}\``), `docs/monitoring.md lacks ${name}`);
        }
        for (const name of namesIn(page.replaceAll("process_…", ""))) {
            assert.ok(types.includes(name), `docs/monitoring.md names ${name}`);
        }
    });

    it("explains each alert", () => {
        const page = read("monitoring.md");
        for (const { alert, labels, annotations } of rules) {
            assert.ok(page.includes(alert), alert);
            assert.match(labels.severity, /^(?:critical|warning)$/);
            assert.ok(annotations.summary !== "" && annotations.description !== "");
        }
    });

    it("has rules that Prometheus's own tool takes, where it is installed", () => {
        promtool(["check", "rules", join(docs, "monitoring/alerts.yaml")]);
    });
});

function promtool(args: string[], input = ""): void {
    const { error, status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8", input });
    if (error === undefined) assert.equal(status, 0, stdout + stderr);
}
