import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, it } from "mocha";
import { contextArchive, contextDigest, contextEntries } from "../../embedded/toolchain/docker-plugin/context";

describe("a build context", () => {
    let folder: string;
    beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), "context-"));
        await write({ Dockerfile: "FROM scratch\n", "app/main.js": "1", "app/deep/x.txt": "x" });
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    async function write(files: Record<string, string>): Promise<void> {
        for (const [path, text] of Object.entries(files)) {
            await mkdir(dirname(join(folder, path)), { recursive: true });
            await writeFile(join(folder, path), text);
        }
    }
    const digest = (dockerfile = "Dockerfile"): Promise<string> => contextDigest(folder, dockerfile);
    const files = async (dockerfile = "Dockerfile"): Promise<string[]> =>
        (await contextEntries(folder, dockerfile)).filter(({ kind }) => kind !== "folder").map(({ path }) => path);

    it("is everything in the folder", async () => {
        assert.deepEqual(await files(), ["Dockerfile", "app/deep/x.txt", "app/main.js"]);
    });
    it("leaves out what .dockerignore names, but never the Dockerfile", async () => {
        await write({ ".dockerignore": "*\n!app\napp/deep\n" });
        assert.deepEqual(await files(), [".dockerignore", "Dockerfile", "app/main.js"]);
    });
    it("takes in again what a later rule names inside of an ignored folder", async () => {
        await write({ ".dockerignore": "app\n!app/deep/x.txt\n" });
        assert.deepEqual(await files(), [".dockerignore", "Dockerfile", "app/deep/x.txt"]);
    });
    it("prefers the rules that stand beside a Dockerfile of another name", async () => {
        await write({
            "two.Dockerfile": "FROM scratch\n",
            ".dockerignore": "app\n",
            "two.Dockerfile.dockerignore": "*\n",
        });
        assert.deepEqual(await files("two.Dockerfile"), [".dockerignore", "two.Dockerfile"]);
    });
    it("has the same digest whatever the times, the owner's umask and the files that are ignored", async () => {
        await write({ ".dockerignore": "*.log\n" });
        const before = await digest();
        await utimes(join(folder, "app/main.js"), 1, 1);
        await chmod(join(folder, "app/main.js"), 0o664);
        await write({ "noise.log": "noise" });
        assert.equal(await digest(), before);
    });
    it("has another digest for each change that a build could see", async () => {
        const changes: (() => Promise<unknown>)[] = [
            () => write({ "app/main.js": "2" }),
            () => chmod(join(folder, "app/main.js"), 0o755),
            () => write({ "app/new.js": "" }),
            () => symlink("main.js", join(folder, "app/link")),
            () => mkdir(join(folder, "app/empty")),
            () => write({ Dockerfile: "FROM other\n" }),
            () => rm(join(folder, "app/new.js")),
        ];
        const seen = new Set([await digest()]);
        for (const change of changes) {
            await change();
            seen.add(await digest());
        }
        assert.equal(seen.size, changes.length + 1);
    });
    it("is sent as the same bytes each time", async () => {
        await write({ "@scope/file": "a name that tar would read as an archive" });
        const before = await buffer(await contextArchive(folder, "Dockerfile"));
        await utimes(join(folder, "app/main.js"), 1, 1);
        assert.ok(before.equals(await buffer(await contextArchive(folder, "Dockerfile"))));
    });
    it("leaves sockets out", async () => {
        const server = createServer().listen(join(folder, "socket"));
        try {
            await new Promise((resolve) => server.once("listening", resolve));
            assert.ok(!(await files()).includes("socket"));
        } finally {
            server.close();
        }
    });
    it("is refused where the Dockerfile is outside of it", async () => {
        await assert.rejects(contextEntries(folder, "../Dockerfile"), /outside of the build context.*not served here/);
    });
    it("says where it looked for the Dockerfile", async () => {
        await assert.rejects(digest("Missing"), /there is no Dockerfile .*Missing/);
        await assert.rejects(digest("../Dockerfile"), /outside of the build context/);
    });
});
