// Puts an image of one layer into a registry over its HTTP API (OCI
// distribution specification): the image of pods' sandboxes comes from a folder.
import { createHash } from "node:crypto";
import { type ClientRequestArgs, request } from "node:http";
import { gzipSync } from "node:zlib";

export interface Registry {
    host: string;
    port: number;
    authorization: string;
}

export interface Image {
    manifest: Buffer;
    config: Buffer;
    layer: Buffer;
}

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

const sha256 = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export function imageOf(tar: Buffer, entrypoint: readonly string[]): Image {
    const layer = gzipSync(tar, { level: 1 });
    const config = Buffer.from(
        JSON.stringify({
            architecture: "amd64",
            os: "linux",
            config: { Entrypoint: entrypoint },
            rootfs: { type: "layers", diff_ids: [sha256(tar)] },
            history: [{}],
        }),
    );
    const part = (mediaType: string, bytes: Buffer): object => ({
        mediaType,
        digest: sha256(bytes),
        size: bytes.length,
    });
    const manifest = Buffer.from(
        JSON.stringify({
            schemaVersion: 2,
            mediaType: MANIFEST_TYPE,
            config: part("application/vnd.oci.image.config.v1+json", config),
            layers: [part("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
        }),
    );
    return { manifest, config, layer };
}

interface Answer {
    status: number;
    location: string | undefined;
}

function send(registry: Registry, method: string, path: string, body?: Buffer, type?: string): Promise<Answer> {
    const { host, port, authorization } = registry;
    const headers: Record<string, string> = { authorization };
    if (type) headers["content-type"] = type;
    const options: ClientRequestArgs = { host, port, method, path, headers };
    return new Promise((resolve, reject) => {
        const sent = request(options, (response) => {
            response.resume();
            response.once("end", () =>
                resolve({ status: response.statusCode ?? 0, location: response.headers.location }),
            );
        });
        sent.once("error", reject);
        sent.end(body);
    });
}

/** Whether it works: anything but a server error will do before the password is looked at. */
export async function answers(registry: Registry): Promise<boolean> {
    try {
        return (await send(registry, "GET", "/v2/")).status === 200;
    } catch {
        return false;
    }
}

/** Pushes the image that `make` makes, unless the registry has one of that name. */
export async function push(registry: Registry, name: string, tag: string, make: () => Promise<Image>): Promise<void> {
    const manifestPath = `/v2/${name}/manifests/${tag}`;
    if ((await send(registry, "HEAD", manifestPath)).status === 200) return;
    const { manifest, config, layer } = await make();
    for (const blob of [layer, config]) {
        const digest = sha256(blob);
        if ((await send(registry, "HEAD", `/v2/${name}/blobs/${digest}`)).status === 200) continue;
        const { location } = expect(202, await send(registry, "POST", `/v2/${name}/blobs/uploads/`));
        const upload = new URL(location ?? "", `http://${registry.host}:${registry.port}`);
        upload.searchParams.set("digest", digest);
        const path = `${upload.pathname}${upload.search}`;
        expect(201, await send(registry, "PUT", path, blob, "application/octet-stream"));
    }
    expect(201, await send(registry, "PUT", manifestPath, manifest, MANIFEST_TYPE));
}

function expect(status: number, answer: Answer): Answer {
    if (answer.status !== status) throw new Error(`the registry answered ${answer.status} instead of ${status}`);
    return answer;
}
