// A Ganesha beside the stack's, of the same image and called the same, with a
// configuration that a test chooses.
import { ganeshaConfig } from "../../components/ganesha-config";
import { configData, nfsServerPodSpec } from "../../components/nfs-server-pod";
import { serverPod } from "../../contract/src";

/**
 * A server in a namespace of its own, called as every server of the stack's is: everybody may mount, data on its node.
 * @param epoch with which Ganesha is started by itself @default the image's own entry point
 */
export function ganeshaPod(namespace: string, image: string, nfs4: string, epoch?: number): object[] {
    const main = ganeshaConfig({
        exportPath: "/share",
        clientNetworks: ["0.0.0.0/0"],
        squashUid: 10001,
        squashGid: 10001,
    }).replace("RO", "RW");
    const spec = nfsServerPodSpec({
        image,
        configMap: "configuration",
        claim: "none",
        exportPath: "/share",
        identity: { uid: 10001, gid: 10001 },
    });
    const [container] = spec.containers as { command?: string[] }[];
    const { dataPath, shareFolder, recoveryFolder, canaryFolder, configPath } = serverPod;
    const start = `cd ${dataPath} && mkdir -p ${shareFolder} ${recoveryFolder} ${canaryFolder} && chown 10001:10001 ${shareFolder}
        exec ganesha.nfsd -F -L STDOUT -f ${configPath} -p /tmp/ganesha.pid -E ${epoch}`;
    const volumes = (spec.volumes as { name: string }[]).map((volume) =>
        volume.name === "data" ? { name: "data", emptyDir: {} } : volume,
    );
    const bare = { startupProbe: undefined, readinessProbe: undefined, livenessProbe: undefined };
    const started = epoch === undefined ? container : { ...container, ...bare, command: ["sh", "-c", start] };
    return [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "configuration", namespace },
            data: configData(main, nfs4),
        },
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "nfs-server-0", namespace },
            spec: { ...spec, containers: [started], volumes, restartPolicy: "Never", terminationGracePeriodSeconds: 5 },
        },
    ];
}
