// The page that a writer or a reader shows to people: plain HTML that loads
// nothing and renews itself. Pure.
import type { Answer } from "../common/http";
import type { Verdict } from "./verdict";

/** A record as the page lists it. */
export interface Row {
    sequence: number;
    time: string;
    writer: string;
    message: string;
    /** Null when it is not known: there before the reader came, or no clock to compare with. */
    delayMs: number | null;
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c);

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1b1b; background: #fff }
h1 { font-size: 1.4rem } h1 small { font-weight: normal; color: #555 }
.verdict { padding: .6rem 1rem; border-left: .4rem solid; background: #f4f4f4 }
.ready { border-color: #1a7f37 } .unready { border-color: #b42318 }
table { border-collapse: collapse; width: 100%; margin-top: 1.5rem }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #ddd; font-variant-numeric: tabular-nums; overflow-wrap: anywhere }
th[scope=row] { width: 14rem; font-weight: normal; color: #555 }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #161616 } .verdict { background: #242424 } td, th { border-color: #333 }
  h1 small, th[scope=row] { color: #aaa }
}`;

function shown(value: unknown): string {
    if (value === null || value === undefined) return "–";
    if (typeof value === "number") return String(Math.round(value * 10) / 10);
    if (typeof value === "object") {
        return Object.entries(value)
            .map(([name, part]) => `${name} ${shown(part)}`)
            .join(", ");
    }
    return String(value);
}

export function statusPage(
    title: string,
    verdict: Verdict,
    status: { pod: string; node: string } & object,
    rows: readonly Row[],
): Answer {
    const facts = Object.entries(status)
        .filter(([name]) => name !== "ready" && name !== "reason")
        .map(
            ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(shown(value))}</td></tr>`,
        );
    const records = rows.map(
        ({ sequence, time, writer, message, delayMs }) =>
            `<tr><td>${sequence}</td><td>${escapeHtml(time)}</td><td>${escapeHtml(writer)}</td>` +
            `<td>${escapeHtml(message)}</td><td>${delayMs === null ? "–" : `${delayMs.toFixed(1)} ms`}</td></tr>`,
    );
    const table =
        records.length === 0
            ? ""
            : `<table id="records"><thead><tr><th>Record</th><th>Written</th><th>By</th><th>Message</th><th>Delay</th></tr></thead>
<tbody>${records.join("\n")}</tbody></table>`;
    return {
        type: "text/html; charset=utf-8",
        body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2">
<title>${escapeHtml(`${title} ${status.pod}: ${verdict.ready ? "ready" : "not ready"}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)} <small>${escapeHtml(status.pod)} on ${escapeHtml(status.node)}</small></h1>
<p class="verdict ${verdict.ready ? "ready" : "unready"}" id="verdict"><strong>${verdict.ready ? "Ready" : "Not ready"}:</strong> ${escapeHtml(verdict.reason)}</p>
${table}
<table id="status"><tbody>${facts.join("\n")}</tbody></table>
</body>
</html>
`,
    };
}
