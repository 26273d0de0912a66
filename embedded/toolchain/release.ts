// Pulumi's own release of the CLI with its language host for Node.js: asked
// for once with a short time-out, verified by the published checksum.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";
import { built, builtPath, type Recipe } from "../cache";
import type { Progress } from "../steps";
import { cliVersion } from "./versions";

const SITE = "https://get.pulumi.com/releases/sdk";
const PROBE_MS = 3000;
/** A server that says nothing for so long has gone away. */
const STALL_MS = 60_000;
const MIB = 1024 ** 2;

/** Of the programs in the archive those that a Node.js project needs; the others are hundreds of megabytes. */
const NEEDED = ["pulumi", "pulumi-language-nodejs", "pulumi-analyzer-policy", "pulumi-resource-pulumi-nodejs"];

/** Set only by the test of this file. */
export interface Site {
    address: string;
    timeout: number;
}
const SITE_DEFAULT: Site = { address: SITE, timeout: PROBE_MS };

const archiveName = (version: string): string => `pulumi-v${version}-linux-x64.tar.gz`;

/** The published checksum, or undefined when the release cannot be had. */
export async function publishedChecksum(version: string, site = SITE_DEFAULT): Promise<string | undefined> {
    try {
        const answer = await fetch(`${site.address}/pulumi-${version}-checksums.txt`, {
            signal: AbortSignal.timeout(site.timeout),
        });
        return answer.ok ? checksumOf(await answer.text(), archiveName(version)) : undefined;
    } catch {
        return undefined;
    }
}

/** Reads a list as sha256sum(1) prints it. */
export function checksumOf(list: string, file: string): string | undefined {
    for (const line of list.split("\n")) {
        const [, digest, name] = /^([0-9a-f]{64})\s+\*?(\S+)\s*$/.exec(line) ?? [];
        if (name === file) return digest;
    }
    return undefined;
}

function recipe(version: string, checksum: string, site = SITE_DEFAULT): Recipe {
    return {
        name: "pulumi-release",
        title: `Download Pulumi ${version}`,
        inputs: [version, process.platform, process.arch],
        build: (into, progress) => download(version, checksum, into, progress, site),
    };
}

export const releasePath = (): string | undefined => {
    const path = builtPath(recipe(cliVersion(), ""));
    return existsSync(path) ? path : undefined;
};

/** The folder with the programs. */
export const release = (checksum: string): Promise<string> => built(recipe(cliVersion(), checksum));

export async function download(
    version: string,
    checksum: string,
    into: string,
    progress: Progress,
    site: Site,
): Promise<void> {
    const archive = join(into, "archive");
    const url = `${site.address}/${archiveName(version)}`;
    const stalled = new AbortController();
    const answer = await fetch(url, { signal: stalled.signal });
    if (!answer.ok || answer.body === null) throw new Error(`${url} answered ${answer.status} ${answer.statusText}`);
    const total = Number(answer.headers.get("content-length") ?? 0);
    let received = 0;
    let timer = setTimeout(() => stalled.abort(), STALL_MS);
    const count = new Transform({
        transform(chunk: Buffer, _encoding, done) {
            received += chunk.length;
            clearTimeout(timer);
            timer = setTimeout(() => stalled.abort(new Error(`${url}: no data for ${STALL_MS / 1000} s`)), STALL_MS);
            progress(`${(received / MIB).toFixed(0)} of ${total > 0 ? (total / MIB).toFixed(0) : "?"} MiB`);
            done(null, chunk);
        },
    });
    try {
        await pipeline(Readable.fromWeb(answer.body as never), count, createWriteStream(archive));
    } finally {
        clearTimeout(timer);
    }
    const hash = createHash("sha256");
    await pipeline(createReadStream(archive), hash);
    const found = hash.digest("hex");
    if (found !== checksum) {
        throw new Error(`${url} has the SHA-256 checksum ${found}, published is ${checksum}: it was not used`);
    }
    await extract({ file: archive, cwd: into, strip: 1, filter: (path) => NEEDED.includes(path.split("/")[1] ?? "") });
    await rm(archive);
}
