// What the cluster has under the names that the stack gives: what is just being
// deleted, and what belongs to somebody else. Found out before anything is made,
// because the cluster would say it in the middle of the way, or only wait. Pure.
import { partLabels } from "../components/names";
import { shellWord } from "../settings/shown";
import type { ClaimFacts, EndingNamespace, ObjectName, StackNames, VolumeFacts, Wants } from "./facts";
import type { Finding } from "./finding";

export function endings(namespaces: readonly EndingNamespace[]): Finding[] {
    return namespaces.map(({ name, held }) => ({
        line: `namespace ${name} is being deleted, and nothing can be made in it before it is gone${held && `: ${held}`}`,
        commands: [`kubectl get namespace ${shellWord(name)} --output yaml`],
    }));
}

const titled = ({ namespace, name }: ObjectName): string => `${namespace}/${name}`;

/** The volume and the claim, each undefined where there is none. */
export function takenPair(
    { pair }: StackNames,
    volume: VolumeFacts | undefined,
    claim: ClaimFacts | undefined,
): Finding[] {
    return [...(claim ? takenClaim(pair, claim) : []), ...(volume ? takenVolume(pair, volume, claim) : [])];
}

/** The claim behind the share: what is in it goes with it, as soon as no pod uses it any more. */
export function endingData({ serverClaim }: StackNames, claim: ClaimFacts | undefined): Finding[] {
    if (claim?.ending !== true) return [];
    return [
        {
            line: `claim ${titled(serverClaim)}, which holds the data of the share, is being deleted: its data goes with it when the server's pod ends, and that can't be taken back. Copy the data now, while the server runs; after \`pulumi destroy\`, \`pulumi up\` makes a new volume`,
            commands: [describeClaim(serverClaim)],
        },
    ];
}

const describeClaim = ({ namespace, name }: ObjectName): string =>
    `kubectl describe pvc --namespace ${shellWord(namespace)} ${shellWord(name)}`;

function takenClaim(pair: ObjectName, { volume, ending }: ClaimFacts): Finding[] {
    // The stack's own names its volume from the beginning, and a claim can't change it.
    if (volume === pair.name && !ending) return [];
    if (volume === pair.name) {
        return [
            {
                line: `claim ${titled(pair)} is being deleted, and a pod that uses it is made in vain; it is gone when none uses it any more (the data stays on the server). Delete these pods, then the next \`pulumi up --refresh\` makes it anew`,
                commands: [
                    describeClaim(pair),
                    `kubectl delete statefulset,deployment,pod --namespace ${shellWord(pair.namespace)} --selector app.kubernetes.io/part-of=nfs-storage-stack`,
                    "pulumi up --refresh",
                ],
            },
        ];
    }
    const whose = volume === undefined ? "asks for any volume" : `is for volume ${volume}`;
    return [
        {
            line: `claim ${titled(pair)} is there already and ${whose}, so it is not this stack's, which needs the name: delete it, or call the stack something else`,
            commands: [describeClaim(pair)],
        },
    ];
}

const isOurs = (pair: ObjectName, labels: VolumeFacts["labels"]): boolean =>
    Object.entries(partLabels(pair.name)).every(([key, value]) => labels[key] === value);

/**
 * The stack's own volume, when it has to be made anew: Kubernetes changes neither address nor path of one. A preview
 * tries it with the old one still there, and Pulumi's plugin takes the refusal for the end (docs/upstream).
 */
export function unpreviewable(
    { pair }: StackNames,
    volume: VolumeFacts | undefined,
    wanted: Wants["source"],
): Finding[] {
    if (volume?.source === undefined || !isOurs(pair, volume.labels)) return [];
    const [was, is] = [volume.source, { ...volume.source, ...wanted }].map(({ server, path }) => `${server}:${path}`);
    if (was === is) return [];
    return [
        {
            line: `volume ${pair.name} is for ${was}, and the settings want ${is}: it is made anew, and so is all that mounts it; what is on the share stays. Kubernetes can't try that, so a preview ends with "is immutable" or "may not change once set". If that is all it says, go on without one:`,
            commands: ["pulumi up --skip-preview"],
        },
    ];
}

function takenVolume(pair: ObjectName, volume: VolumeFacts, claim: ClaimFacts | undefined): Finding[] {
    const name = shellWord(pair.name);
    const { claim: taker, labels, ending } = volume;
    // People take the stack's own claim out of its volume, so that it can be bound again.
    if (taker === undefined && isOurs(pair, labels)) return [];
    if (taker === undefined || titled(taker) !== titled(pair)) {
        const whose = taker === undefined ? "for any claim" : `for claim ${titled(taker)}`;
        return [
            {
                line: `volume ${pair.name} is there already and is ${whose}, so it is not this stack's, which needs the name for claim ${titled(pair)}: delete it, or call the stack something else`,
                commands: [`kubectl describe pv ${name}`],
            },
        ];
    }
    if (taker.uid === undefined || taker.uid === claim?.uid || ending) return [];
    return [
        {
            line: `volume ${pair.name} was bound to a claim that is gone, and Kubernetes binds it to no other before that is taken back`,
            commands: [
                `kubectl patch pv ${name} --type json --patch '[{"op": "remove", "path": "/spec/claimRef/uid"}]'`,
                "pulumi up --refresh",
            ],
        },
    ];
}
