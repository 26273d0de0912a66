// `make bench`: figures of one run, on an instance of the cluster made for it,
// with what was built before (warm caches). ARGS names the parts that are
// wanted, all of them by default: weight.ts, deployment.ts, delay.ts, memory.ts,
// share.ts, restart.ts.
import { stopEngineWhenUnused } from "../commands/down";
import { clusterDelete } from "../embedded/cluster";
import { main, UserError } from "../embedded/steps";
import { delay } from "./delay";
import { deployment } from "./deployment";
import { memory } from "./memory";
import { restart } from "./restart";
import { share } from "./share";
import { weight } from "./weight";

const cluster = `bench-${process.pid}`;
/** In the order in which they can follow each other: the first begins with no cluster. */
const parts = { weight, deployment, delay, memory, share, restart };
type Part = keyof typeof parts;

function chosen(names: readonly string[]): Part[] {
    const known = Object.keys(parts) as Part[];
    const unknown = names.filter((name) => !Object.hasOwn(parts, name));
    if (unknown.length > 0) throw new UserError(`ARGS="${names.join(" ")}": the parts are ${known.join(", ")}`);
    return known.filter((name) => names.length === 0 || names.includes(name));
}

let cleaning: Promise<void> | undefined;
/** What the bench started goes, however it ends. */
function cleanUp(): Promise<void> {
    cleaning ??= (async () => {
        await clusterDelete(cluster);
        await stopEngineWhenUnused();
    })();
    return cleaning;
}

main(async () => {
    const wanted = chosen(process.argv.slice(2));
    process.env.CLUSTER = cluster;
    for (const name of ["SIGINT", "SIGTERM"] as const) {
        process.once(name, () => void cleanUp().finally(() => process.exit(130)));
    }
    try {
        for (const name of wanted) await parts[name](cluster);
    } finally {
        await cleanUp();
    }
});
