import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { create } from "tar";
import { checksumOf, download, publishedChecksum } from "../../embedded/toolchain/release";

describe("Pulumi's own release", () => {
    let folder: string;
    let server: Server;
    let archive: Buffer;
    let checksum: string;
    const site = (timeout = 1000): { address: string; timeout: number } => ({
        address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        timeout,
    });

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "release-"));
        await mkdir(join(folder, "pulumi"));
        for (const name of ["pulumi", "pulumi-language-nodejs", "pulumi-language-python"]) {
            await writeFile(join(folder, "pulumi", name), name, { mode: 0o755 });
        }
        await create({ cwd: folder, gzip: true, file: join(folder, "archive") }, ["pulumi"]);
        archive = await readFile(join(folder, "archive"));
        checksum = createHash("sha256").update(archive).digest("hex");
        server = createServer((request, answer) => {
            if (request.url === "/pulumi-9.9.9-checksums.txt") {
                answer.end(`${"0".repeat(64)}  other.tar.gz\n${checksum}  pulumi-v9.9.9-linux-x64.tar.gz\n`);
            } else if (request.url === "/pulumi-v9.9.9-linux-x64.tar.gz") answer.end(archive);
            else if (request.url?.includes("1.1.1"))
                return; // says nothing at all
            else answer.writeHead(404).end();
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    after(async () => {
        server.closeAllConnections();
        server.close();
        await rm(folder, { recursive: true, force: true });
    });

    it("has a published checksum, where it can be had", async () => {
        assert.equal(await publishedChecksum("9.9.9", site()), checksum);
    });
    it("counts as out of reach when there is no answer, or not in time", async () => {
        assert.equal(await publishedChecksum("8.8.8", site()), undefined);
        assert.equal(await publishedChecksum("1.1.1", site(100)), undefined);
        assert.equal(await publishedChecksum("9.9.9", { address: "http://127.0.0.1:1", timeout: 100 }), undefined);
    });
    it("is unpacked without what a Node.js project does not need", async () => {
        const into = await mkdtemp(join(folder, "into-"));
        await download("9.9.9", checksum, into, () => {}, site());
        assert.deepEqual((await readdir(into)).sort(), ["pulumi", "pulumi-language-nodejs"]);
    });
    it("is not unpacked when its checksum is another one", async () => {
        const into = await mkdtemp(join(folder, "into-"));
        const wrong = "f".repeat(64);
        await assert.rejects(
            download("9.9.9", wrong, into, () => {}, site()),
            new RegExp(`${checksum}.*${wrong}`),
        );
        assert.deepEqual(await readdir(into), ["archive"]);
    });
    it("is not confused with another file of the list", () => {
        assert.equal(checksumOf(`${checksum}  x-pulumi.tar.gz`, "pulumi.tar.gz"), undefined);
        assert.equal(checksumOf(`${checksum} *pulumi.tar.gz\r`, "pulumi.tar.gz"), checksum);
    });
});
