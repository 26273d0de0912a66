// Pictures of pages that are kept in the repository: the same to the eye, in a
// third of the bytes.
import { spawn } from "node:child_process";
import { installPackages, isThere } from "../../embedded/host";

const PROGRAM = "/usr/bin/pngquant";

/** A PNG with a palette; pngquant is the distribution's own, installed when it is not there. */
export async function smaller(png: Buffer): Promise<Buffer> {
    if (!isThere(PROGRAM)) await installPackages(["pngquant"]);
    const child = spawn(PROGRAM, ["--speed", "1", "--strip", "-"], { stdio: ["pipe", "pipe", "inherit"] });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    const ended = new Promise<void>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`pngquant: exit code ${code}`))));
    });
    child.stdin.end(png);
    await ended;
    return Buffer.concat(parts);
}
