// What others changed in an object since it was applied. Pure.
import { equal, isObject, type Obj } from "../plugin/values";
import { prune } from "./state";

/**
 * The inputs as the cluster has them. `made` is what the server makes of the inputs (a dry run): where that is what
 * is there, the program's own words stay ("1024Mi" for "1Gi"), because other words for the same are no drift.
 */
export function liveInputs(inputs: Obj, made: Obj, live: Obj): Obj {
    return drifted(inputs, prune(made, inputs), prune(live, inputs)) as Obj;
}

function drifted(said: unknown, made: unknown, live: unknown): unknown {
    if (equal(made, live)) return said;
    if (!isObject(said) || !isObject(made) || !isObject(live)) return live;
    return Object.fromEntries(
        Object.keys(live).map((key) => [
            key,
            Object.hasOwn(said, key) && Object.hasOwn(made, key) ? drifted(said[key], made[key], live[key]) : live[key],
        ]),
    );
}
