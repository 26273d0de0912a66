// A registry with a password on a loopback port, for tests that push.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { hash } from "bcryptjs";
import { servicesTree, treeCommand } from "../../embedded/debian";

export interface Registry {
    server: string;
    username: string;
    password: string;
    /** The digest of a manifest that it has, or undefined. */
    digest(repository: string, tag: string): Promise<string | undefined>;
    stop(): Promise<void>;
}

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
}

export async function startRegistry(): Promise<Registry> {
    const folder = await mkdtemp(join(tmpdir(), "registry-"));
    const port = await freePort();
    const [username, password] = ["builder", "s3cret word"];
    await mkdir(join(folder, "data"));
    await writeFile(join(folder, "htpasswd"), `${username}:${await hash(password, 4)}\n`);
    const configuration = {
        version: 0.1,
        log: { level: "error" },
        storage: { filesystem: { rootdirectory: "/tmp/registry/data" } },
        http: { addr: `127.0.0.1:${port}` },
        auth: { htpasswd: { realm: "test", path: "/tmp/registry/htpasswd" } },
    };
    await writeFile(join(folder, "config.json"), JSON.stringify(configuration)); // JSON is YAML
    const { program, args, env } = treeCommand(
        await servicesTree(),
        ["docker-registry", "serve", "/tmp/registry/config.json"],
        { binds: [{ source: folder, target: "/tmp/registry" }], ownProcesses: false },
    );
    const child: ChildProcess = spawn(program, args, { cwd: "/", env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (text) => {
        said += text;
    });
    const server = `127.0.0.1:${port}`;
    const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
    while (
        !(await fetch(`http://${server}/v2/`, { headers }).then(
            ({ ok }) => ok,
            () => false,
        ))
    ) {
        if (child.exitCode !== null) throw new Error(`the registry ended: ${said}`);
        await pause(50); // it says nothing when it is ready
    }
    return {
        server,
        username,
        password,
        async digest(repository, tag) {
            const accept = "application/vnd.docker.distribution.manifest.v2+json";
            const answer = await fetch(`http://${server}/v2/${repository}/manifests/${tag}`, {
                method: "HEAD",
                headers: { ...headers, accept },
            });
            return answer.headers.get("docker-content-digest") ?? undefined;
        },
        async stop() {
            const ended = new Promise((resolve) => child.once("exit", resolve));
            child.kill("SIGTERM");
            await ended;
            await rm(folder, { recursive: true, force: true });
        },
    };
}
