// Names in Kubernetes: valid for every kind of object, stable, and different for
// what is different.
import assert from "node:assert/strict";
import { roles } from "@nfs-storage-stack/contract";
import fc from "fast-check";
import { imageName, registryHost } from "../../components/image-name";
import { kubernetesName, podLabels } from "../../components/names";

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const parts = fc.array(fc.string({ maxLength: 80 }), { minLength: 1, maxLength: 4 });

describe("names in Kubernetes", () => {
    it("are DNS labels, whatever a project, a stack or a component is called", () => {
        fc.assert(fc.property(parts, (some) => LABEL.test(kubernetesName(...some))));
    });

    it("are the parts themselves, where these fit", () => {
        assert.equal(kubernetesName("nfs-storage-stack", "dev", "nfs", "server"), "nfs-storage-stack-dev-nfs-server");
    });

    it("differ for parts that are spelled alike in lower case, or begin alike", () => {
        const names = [["Prod"], ["prod"], ["p.rod"], ["p_rod"], ["p-rod"], ["x".repeat(64)], ["x".repeat(65)]];
        assert.equal(new Set(names.map((some) => kubernetesName(...some))).size, names.length);
    });

    it("of texts that needed a change carry a hash of the original, so that they stay apart", () => {
        fc.assert(
            fc.property(parts, parts, (some, others) => {
                // Valid parts may meet: a-b and c, a and b-c. All others do not.
                const changed = kubernetesName(...some) !== some.join("-");
                fc.pre(changed && JSON.stringify(some) !== JSON.stringify(others));
                assert.notEqual(kubernetesName(...some), kubernetesName(...others));
            }),
        );
    });

    it("make labels that tell components apart", () => {
        assert.notDeepEqual(podLabels(roles.writer, "a"), podLabels(roles.writer, "b"));
        assert.notDeepEqual(podLabels(roles.writer, "a"), podLabels(roles.reader, "a"));
    });
});

describe("names of images", () => {
    it("are under the registry's path; one logs in at its host", () => {
        assert.equal(
            imageName("r.test:5000/team", "My Project", "dev", "nfs-server").replace(/-[0-9a-f]{8}\//, "-#/"),
            "r.test:5000/team/my-project-#/nfs-server:dev",
        );
        assert.equal(registryHost("r.test:5000/team"), "r.test:5000");
    });
});
