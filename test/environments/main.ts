// `make golden`: writes what every environment would create.
import { rmSync, writeFileSync } from "node:fs";
import { environmentNames, environmentOf } from "../../commands/environment";
import { main } from "../../embedded/steps";
import { trackedIn } from "../harness/tracked";
import { goldenFile, goldenText, provisioned } from "./golden";

main(async () => {
    const names = environmentNames();
    for (const name of names) {
        writeFileSync(goldenFile(name), goldenText(await provisioned(environmentOf(name)), name));
    }
    for (const file of trackedIn("test/environments").filter((one) => one.endsWith(".yaml"))) {
        const name = file.slice(0, -".yaml".length);
        if (!names.includes(name)) rmSync(goldenFile(name));
    }
});
