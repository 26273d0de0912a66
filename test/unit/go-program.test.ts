// What is built from Go modules: its flags, and how far it says it is.
import assert from "node:assert/strict";
import { buildFlags, downloadProgress, goProgress, linkerFlags, overlay } from "../../embedded/go-program";

describe("a program built from a Go module", () => {
    it("is the same in any folder, with its tags and the variables that the linker sets", () => {
        assert.deepEqual(buildFlags({}), ["-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false"]);
        assert.deepEqual(buildFlags({ tags: "osusergo,x" }), [...buildFlags({}), "-tags", "osusergo,x"]);
        assert.equal(linkerFlags({ set: { "main.version": "1", "a/b.c": "2" } }), "-s -w -X main.version=1 -X a/b.c=2");
    });

    it("embeds files of another module without writing into its own folder", () => {
        const files = { module: "x.test/y", from: "cmd/z", into: "z", files: ["schema.json"] };
        assert.deepEqual(JSON.parse(overlay("/here", "/there", files)), {
            Replace: { "/here/z/schema.json": "/there/cmd/z/schema.json" },
        });
    });

    it("counts the modules that are fetched first", () => {
        const read = downloadProgress();
        assert.deepEqual(["go: downloading x v1", "fmt", "go: downloading y v2"].map(read), [
            "downloading modules: 1",
            undefined,
            "downloading modules: 2",
        ]);
    });

    it("counts the program's own packages and says when only the linker is left", () => {
        const read = goProgress(["fmt", "k8s.io/api", "main/program"]);
        assert.deepEqual(["go: downloading x v1", "fmt", "k8s.io/api", "main/program"].map(read), [
            undefined,
            { text: "1 of at most 3 packages compiled", share: 1 / 3 },
            { text: "2 of at most 3 packages compiled", share: 2 / 3 },
            { text: "linking", share: 1 },
        ]);
    });
});
