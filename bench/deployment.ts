// How long deploying takes: `up` against kubectl with the same objects and
// conditions; `up` with all policies against `up` without; a preview that finds
// nothing to change against that of a program with one ConfigMap.
import { join } from "node:path";
import { openStack, policyArguments } from "../commands/stack";
import { kubectlProgram } from "../embedded/cluster";
import { stateDirectory } from "../embedded/paths";
import { step } from "../embedded/steps";
import { median, row, seconds, secondsText } from "./figures";
import { applied, manifestsOf } from "./manifests";
import { packStarts } from "./pack-starts";
import { singleConfigMap } from "./single-config-map";

const ROUNDS = Number(process.env.BENCH_ROUNDS || 3);
const quiet = ["--yes", "--skip-preview", "--suppress-outputs"];

export async function deployment(cluster: string): Promise<void> {
    const stack = await openStack("cluster");
    await step("First up: images are built, pushed and pulled", () => stack.read(["up", ...quiet, ...policyArguments]));
    const manifests = await manifestsOf(stack);
    const kubectl = await kubectlProgram();
    const kubeconfig = stack.cluster?.kubeconfig ?? "";
    const ups: number[] = [];
    const policedUps: number[] = [];
    const applies: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
        await stack.read(["destroy", "--yes", "--skip-preview"]);
        applies.push(await step("kubectl", () => seconds(() => applied(kubectl, kubeconfig, manifests, "apply"))));
        await applied(kubectl, kubeconfig, manifests, "delete");
        ups.push(await step("up", () => seconds(() => stack.read(["up", ...quiet]))));
        await stack.read(["destroy", "--yes", "--skip-preview"]);
        const policed = () => seconds(() => stack.read(["up", ...quiet, ...policyArguments]));
        policedUps.push(await step("up, policies enforced", policed));
    }
    const previews: number[] = [];
    const policed: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
        previews.push(await seconds(() => stack.read(["preview"])));
        policed.push(await seconds(() => stack.read(["preview", ...policyArguments])));
    }
    const starts = await packStarts(ROUNDS);
    const single = await singleConfigMap(stack, join(stateDirectory(), "stacks", cluster, "single-config-map"), ROUNDS);
    await stack.read(["destroy", "--yes", "--skip-preview"]);
    row("up, images built and pulled before", secondsText(ups));
    row("kubectl apply of the same objects, same conditions", secondsText(applies));
    row("  ratio", (median(ups) / median(applies)).toFixed(2));
    row("up, policies enforced", secondsText(policedUps));
    row("  ratio to up without", (median(policedUps) / median(ups)).toFixed(2));
    for (const { pack, seconds: wall, cpuSeconds } of starts) {
        row(`start of policies/${pack}`, `${secondsText(wall)}, processor ${median(cpuSeconds).toFixed(2)} s`);
    }
    row("preview without changes", secondsText(previews));
    row("preview without changes, policies enforced", secondsText(policed));
    row("preview of a program with one ConfigMap", secondsText(single));
    row("  ratio (without policies)", (median(previews) / median(single)).toFixed(2));
}
