// The networks that the preflight proposes, and whether it can reach a cluster.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { contained, covering } from "../../preflight/networks";
import { proxyOf } from "../../preflight/proxy";

describe("networks of addresses", () => {
    const v4 = fc.ipV4();

    it("hold all of the addresses that they are proposed for, and are no wider than nodes could share", () => {
        fc.assert(
            fc.property(fc.array(fc.oneof(v4, fc.ipV6()), { minLength: 1, maxLength: 6 }), (addresses) => {
                const networks = covering(addresses);
                for (const address of addresses) assert.ok(contained(address, networks), `${address} in ${networks}`);
                for (const network of networks) assert.ok(Number(network.split("/")[1]) >= 16, network);
            }),
            { numRuns: 500 },
        );
    });

    it("are the smallest where addresses are near each other", () => {
        assert.deepEqual(covering(["10.0.3.9"]), ["10.0.3.9/32"]);
        assert.deepEqual(covering(["10.0.3.9", "10.0.3.9"]), ["10.0.3.9/32"]);
        assert.deepEqual(covering(["192.168.1.1", "192.168.1.2"]), ["192.168.1.0/30"]);
        assert.deepEqual(covering(["10.0.0.1", "172.16.0.1"]), ["10.0.0.1/32", "172.16.0.1/32"]);
        assert.deepEqual(covering(["fd00::1", "10.0.0.1"]), ["fd00::1/128", "10.0.0.1/32"]);
    });
});

describe("the way to an API server", () => {
    const server = "https://api.lab.example:6443";

    it("is through the proxy that the environment names for it", () => {
        assert.equal(proxyOf(server, {}), undefined);
        assert.equal(proxyOf(server, { HTTPS_PROXY: "http://proxy" }), "HTTPS_PROXY");
        assert.equal(proxyOf(server, { https_proxy: "http://proxy" }), "https_proxy");
        assert.equal(proxyOf(server, { HTTP_PROXY: "http://proxy" }), undefined);
        assert.equal(proxyOf("http://api.lab.example", { HTTP_PROXY: "http://proxy" }), "HTTP_PROXY");
    });

    it("is direct where an exception says so, and on this machine", () => {
        for (const NO_PROXY of ["*", "lab.example", ".lab.example", "x, api.lab.example:6443"]) {
            assert.equal(proxyOf(server, { HTTPS_PROXY: "http://proxy", NO_PROXY }), undefined, NO_PROXY);
        }
        for (const NO_PROXY of ["other.example", "api.lab.example:443", ""]) {
            assert.equal(proxyOf(server, { HTTPS_PROXY: "http://proxy", NO_PROXY }), "HTTPS_PROXY", NO_PROXY);
        }
        for (const local of ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443"]) {
            assert.equal(proxyOf(local, { HTTPS_PROXY: "http://proxy" }), undefined, local);
        }
    });
});
