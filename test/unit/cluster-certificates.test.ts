import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesEnd, LEAVES, makeCertificates } from "../../embedded/cluster/certificates";

const DAY_MS = 24 * 60 * 60_000;

describe("a cluster's certificates", () => {
    let home = "";
    let folder = "";
    const text = (file: string): Promise<string> => readFile(join(folder, file), "utf8");

    before(async () => {
        home = await mkdtemp(join(tmpdir(), "certificates-"));
        folder = join(home, "pki");
        await makeCertificates(folder);
    });
    after(() => rm(home, { recursive: true, force: true }));

    it("are signed by its own authority, and readable by their owner only", async () => {
        const authority = new X509Certificate(await text("ca.crt"));
        for (const { name, serves } of LEAVES) {
            const leaf = new X509Certificate(await text(`${name}.crt`));
            assert.ok(leaf.verify(authority.publicKey), name);
            assert.equal(leaf.ca, false, name);
            assert.equal(leaf.subjectAltName !== undefined, serves !== undefined, name);
        }
        for (const file of await readdir(folder)) {
            assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600, file);
        }
        assert.equal((await stat(folder)).mode & 0o777, 0o700);
    });

    it("stay while they are far from their end", async () => {
        const before = await text("ca.crt");
        await makeCertificates(folder);
        assert.equal(await text("ca.crt"), before);
        assert.ok((await certificatesEnd(folder)).getTime() - Date.now() > 360 * DAY_MS);
    });

    it("are made anew near their end; what service accounts were given holds on", async () => {
        const before = { authority: await text("ca.crt"), accounts: await text("service-accounts.key") };
        await makeCertificates(folder, Date.now() + 300 * DAY_MS);
        assert.notEqual(await text("ca.crt"), before.authority);
        assert.equal(await text("service-accounts.key"), before.accounts);
        assert.deepEqual(await readdir(home), ["pki"]);
    });

    it("are found again when a renewal was killed in the middle", async () => {
        const before = await text("ca.crt");
        await rename(folder, `${folder}.before`);
        await makeCertificates(folder);
        assert.equal(await text("ca.crt"), before);
        assert.deepEqual(await readdir(home), ["pki"]);
    });
});
