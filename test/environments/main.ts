// `make golden`: writes what every environment would create.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { environmentNames, environmentOf } from "../../commands/environment";
import { main } from "../../embedded/steps";
import { goldenFile, goldenText, provisioned } from "./golden";

main(async () => {
    const names = environmentNames();
    for (const name of names) {
        writeFileSync(goldenFile(name), goldenText(await provisioned(environmentOf(name)), name));
    }
    for (const file of readdirSync(__dirname).filter((one) => one.endsWith(".yaml"))) {
        const name = file.slice(0, -".yaml".length);
        if (!names.includes(name)) rmSync(goldenFile(name));
    }
});
