// The embedded default's own image engine, one for a user (for each state directory): started when it is
// needed, ended by engineStop(). process.ts runs it, base-image.ts gives it the
// image that builds start from.
import { mkdir } from "node:fs/promises";
import { lock } from "../cache";
import { type Progress, step } from "../steps";
import { Engine } from "./api";
import { importBaseImage } from "./base-image";
import { type Places, runningEngine, startEngine, stopEngine, usualPlaces } from "./process";

/** Starts the engine unless it runs. `host` is what DOCKER_HOST or docker:host takes. */
export async function engineUp(places = usualPlaces()): Promise<{ host: string }> {
    const before = await runningEngine(places);
    if (before && (await new Engine(before.host).ping())) return { host: before.host };
    return step("Start the image engine", (progress) =>
        locked(places, progress, async () => {
            const running = await runningEngine(places);
            if (running && (await new Engine(running.host).ping())) return { host: running.host };
            if (running) await stopEngine(places, running); // it hangs
            const { host } = await startEngine(places);
            return { host };
        }),
    );
}

/** Ends it with everything that it started; images stay. */
export async function engineStop(places = usualPlaces()): Promise<void> {
    if ((await runningEngine(places)) === undefined) return;
    await step("Stop the image engine", (progress) =>
        locked(places, progress, async () => {
            const running = await runningEngine(places);
            if (running) await stopEngine(places, running);
        }),
    );
}

export async function engineStatus(places = usualPlaces()): Promise<{ running: boolean; host?: string }> {
    const running = await runningEngine(places);
    return running ? { running: await new Engine(running.host).ping(), host: running.host } : { running: false };
}

/** The reference of the image that the project's images start from, in the running engine. */
export async function baseImage(): Promise<string> {
    const { host } = await engineUp();
    return importBaseImage(new Engine(host));
}

async function locked<T>({ data }: Places, progress: Progress, work: () => Promise<T>): Promise<T> {
    await mkdir(data, { recursive: true, mode: 0o711 });
    const unlock = await lock(`${data}.lock`, progress);
    try {
        return await work();
    } finally {
        await unlock();
    }
}
