// `enter.ts PROGRAM ARGUMENTS...`: runs a program where the embedded default can
// work, inside a user namespace when a plain user starts it (namespace.ts). For
// what is no command of ours, such as the program that runs the tests.
import { spawn } from "node:child_process";
import { ended, ranInside } from "./namespace";
import { dyingWithUs } from "./run";
import { main } from "./steps";

main(async () => {
    const [program = "", ...args] = process.argv.slice(2);
    if (await ranInside([program, ...args])) return;
    process.exitCode = await ended(spawn(...dyingWithUs(program, args), { stdio: "inherit" }));
});
